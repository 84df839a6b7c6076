// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The commit order, and the end of a transaction.
#include "provider.h"

static wsrep_status_t enter_local(struct provider *p, struct trx *trx) {
    pthread_mutex_lock(&trx->lock);
    const enum trx_state state = trx->state;
    const bool interruptible = state == TRX_CERTIFIED;
    bool aborted = interruptible && trx->must_abort;
    pthread_mutex_unlock(&trx->lock);
    if (!aborted) {
        struct waiter own = {0};
        horizon_arrived(&p->commit, trx->seqno);
        horizon_wait(&p->commit, interruptible ? &trx->commit_waiter : &own, trx->seqno - 1, PARK_FOREVER);
    }
    pthread_mutex_lock(&trx->lock);
    aborted = interruptible && trx->must_abort;
    if (aborted) {
        shield_lost(&p->shield, trx->seqno);
        // A fragment is not replayed: its transaction rolls back as a whole.
        trx->state = trx->flags & WSREP_FLAG_TRX_END ? TRX_MUST_REPLAY : TRX_FAILED;
    } else if (interruptible) {
        trx->state = TRX_COMMITTING;
    }
    pthread_mutex_unlock(&trx->lock);
    if (!aborted) {
        horizon_entered(&p->commit, trx->seqno);
    }
    return aborted ? WSREP_BF_ABORT : WSREP_OK;
}

wsrep_status_t provider_commit_order_enter(wsrep_t *w, const wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta) {
    struct provider *p = provider_of(w);
    struct trx *trx = trx_of(p, handle);
    if (trx) {
        return trx->seqno < 0 ? WSREP_TRX_MISSING : enter_local(p, trx);
    }
    const struct remote *remote = handle->opaque;
    const int64_t seqno = remote && remote->kind == HANDLE_REMOTE ? remote->seqno : meta->gtid.seqno;
    if (seqno < 0) {
        return WSREP_TRX_MISSING;
    }
    struct waiter waiter = {0};
    horizon_arrived(&p->commit, seqno);
    horizon_wait(&p->commit, &waiter, seqno - 1, PARK_FOREVER);
    horizon_entered(&p->commit, seqno);
    return WSREP_OK;
}

wsrep_status_t provider_commit_order_leave(wsrep_t *w, const wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta,
                                           const wsrep_buf_t *error) {
    struct provider *p = provider_of(w);
    struct trx *trx = trx_of(p, handle);
    int64_t seqno = meta->gtid.seqno;
    if (trx) {
        pthread_mutex_lock(&trx->lock);
        seqno = trx->seqno;
        trx->commit_left = true;
        if (trx->state == TRX_COMMITTING) {
            trx->state = TRX_ORDERED_COMMIT;
        }
        pthread_mutex_unlock(&trx->lock);
    } else {
        struct remote *remote = handle->opaque;
        if (remote && remote->kind == HANDLE_REMOTE) {
            seqno = remote->seqno;
            remote->commit_left = true;
        }
    }
    if (error_given(error)) {
        vote(p, seqno, error->ptr, error->len);
    }
    horizon_leave(&p->commit, seqno);
    return WSREP_OK;
}

void trx_leave_order(struct provider *p, struct trx *trx) {
    if (trx->seqno < 0) {
        return;
    }
    if (!trx->commit_left && !trx->apply_left) {
        trx->commit_left = trx->apply_left = true;
        feed_leave(p, trx->seqno, trx->order);
        return;
    }
    if (!trx->commit_left) {
        trx->commit_left = true;
        horizon_leave(&p->commit, trx->seqno);
    }
    if (!trx->apply_left) {
        trx->apply_left = true;
        horizon_leave(&p->apply, trx->seqno);
    }
}

// A fragment is through: the transaction goes on under the same handle.
static wsrep_status_t next_fragment(struct provider *p, struct trx *trx) {
    trx_leave_order(p, trx);
    ws_clear(&trx->ws);
    call_clear(&trx->call);
    pthread_mutex_lock(&trx->lock);
    const bool aborted = trx->must_abort;
    const int64_t seqno = trx->seqno;
    trx_begin_again(trx);
    trx->must_abort = aborted;
    trx->previous_seqno = seqno;
    pthread_mutex_unlock(&trx->lock);
    return aborted ? WSREP_BF_ABORT : WSREP_OK;
}

wsrep_status_t provider_release(wsrep_t *w, wsrep_ws_handle_t *handle) {
    struct provider *p = provider_of(w);
    struct trx *trx = trx_of(p, handle);
    if (!trx) {
        return WSREP_OK;
    }
    const bool through = trx->state == TRX_ORDERED_COMMIT;
    if (through && !(trx->flags & WSREP_FLAG_TRX_END)) {
        return next_fragment(p, trx);
    }
    if (through) {
        atomic_fetch_add_explicit(&p->counters.local_commits, 1, memory_order_relaxed);
    } else if (trx->seqno >= 0 && !trx->commit_left && (trx->state == TRX_CERTIFIED || trx->state == TRX_MUST_REPLAY)) {
        provider_log(p, WSREP_LOG_ERROR,
            "The server gave up transaction %llu, which the group committed as %lld: this node's data may differ",
                     (unsigned long long)trx->id, (long long)trx->seqno);
    }
    trx_leave_order(p, trx);
    trx_release(p, trx);
    handle->opaque = NULL;
    return WSREP_OK;
}

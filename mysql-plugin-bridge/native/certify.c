// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// certify() as the server sees it.
#include "provider.h"

// Server and group agree on who goes first: the call-backs run one after the other in the order of the verdicts.
static void pass_ticket(struct provider *p, struct trx *trx, const wsrep_seq_cb_t *sequence, bool call_back) {
    struct waiter waiter = {0};
    horizon_wait(&p->tickets, &waiter, (int64_t)trx->ticket - 1, PARK_FOREVER);
    if (call_back) {
        sequence->fn(sequence->ctx);
    }
    horizon_leave(&p->tickets, (int64_t)trx->ticket);
}

static wsrep_status_t ordered_result(struct provider *p, struct trx *trx, const wsrep_seq_cb_t *sequence) {
    pthread_mutex_lock(&trx->lock);
    const bool negative = trx->state == TRX_FAILED;
    const bool end = trx->flags & WSREP_FLAG_TRX_END;
    const bool aborted = trx->must_abort;
    if (!negative && aborted) {
        shield_lost(&p->shield, trx->seqno);
        trx->state = end ? TRX_MUST_REPLAY : TRX_FAILED;
    }
    pthread_mutex_unlock(&trx->lock);
    if (trx->ticketed) {
        pass_ticket(p, trx, sequence, !negative && !aborted);
    }
    if (negative) {
        atomic_fetch_add_explicit(&p->counters.local_cert_failures, 1, memory_order_relaxed);
    } else {
        atomic_fetch_add_explicit(&p->counters.certified, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&p->counters.deps_distance, trx->seqno - trx->depends_on, memory_order_relaxed);
    }
    if (!negative && !aborted) {
        return WSREP_OK;
    }
    if (!end) {
        trx_leave_order(p, trx); // the server forgets the place of a fragment that failed
        return WSREP_TRX_FAIL;
    }
    return negative ? WSREP_TRX_FAIL : WSREP_BF_ABORT;
}

static wsrep_status_t certify(struct provider *p, wsrep_conn_id_t connection, wsrep_ws_handle_t *handle, uint32_t flags,
                              wsrep_trx_meta_t *meta, const wsrep_seq_cb_t *sequence) {
    meta_undefined(meta);
    struct trx *trx = trx_of(p, handle);
    if (!trx) {
        return WSREP_OK; // no keys, no data: nothing to agree upon
    }
    handle->opaque = trx;
    if (meta) {
        meta->stid.node = p->session.id;
        meta->stid.trx = trx->id;
        meta->stid.conn = connection;
    }
    pthread_mutex_lock(&trx->lock);
    const bool aborted = trx->must_abort;
    trx->connection_id = connection;
    trx->flags = flags & WSREP_FLAGS_MASK;
    trx->ticketed = sequence != NULL;
    trx->state = aborted ? TRX_ABORTING : TRX_REPLICATING;
    pthread_mutex_unlock(&trx->lock);
    if (aborted) {
        return WSREP_TRX_FAIL;
    }
    const wsrep_status_t status = certify_send(p, trx, trx->flags);
    if (status != WSREP_OK) {
        pthread_mutex_lock(&trx->lock);
        trx->state = TRX_ABORTING;
        pthread_mutex_unlock(&trx->lock);
        return status;
    }
    trx_meta(p, trx, meta);
    return ordered_result(p, trx, sequence);
}

wsrep_status_t provider_certify(wsrep_t *w, wsrep_conn_id_t connection, wsrep_ws_handle_t *handle, uint32_t flags, wsrep_trx_meta_t *meta) {
    return certify(provider_of(w), connection, handle, flags, meta, NULL);
}

EXPORT wsrep_status_t wsrep_certify_v1(wsrep_t *w, wsrep_conn_id_t connection, wsrep_ws_handle_t *handle, uint32_t flags,
                                       wsrep_trx_meta_t *meta, const wsrep_seq_cb_t *sequence) {
    return certify(provider_of(w), connection, handle, flags, meta, sequence && sequence->fn ? sequence : NULL);
}


// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// What happens to write sets whose client does not simply commit: replay, rollback of a streaming transaction, write sets without a client.
#include "provider.h"

#include <stdlib.h>

wsrep_status_t provider_replay_trx(wsrep_t *w, const wsrep_ws_handle_t *handle, void *trx_ctx) {
    struct provider *p = provider_of(w);
    struct trx *trx = trx_of(p, handle);
    if (!trx || trx->seqno < 0) {
        return WSREP_TRX_MISSING;
    }
    pthread_mutex_lock(&trx->lock);
    const bool failed = trx->state == TRX_FAILED;
    if (!failed) {
        trx->state = TRX_REPLAYING;
    }
    pthread_mutex_unlock(&trx->lock);
    if (failed) {
        return WSREP_TRX_FAIL;
    }
    // Its locks are given back, so whatever precedes it can finish.
    struct waiter waiter = {0};
    horizon_wait(&p->apply, &waiter, trx->depends_on, PARK_FOREVER);
    horizon_wait(&p->commit, &waiter, trx->seqno - 1, PARK_FOREVER);
    wsrep_trx_meta_t meta;
    trx_meta(p, trx, &meta);
    const wsrep_buf_t data = {.ptr = trx->ws.data.length ? trx->ws.data.at : NULL, .len = trx->ws.data.length};
    const wsrep_ws_handle_t own = {.trx_id = trx->id, .opaque = trx};
    wsrep_bool_t exit_loop = false;
    const wsrep_cb_status_t result = p->args.apply_cb(trx_ctx, &own, trx->flags, &data, &meta, &exit_loop);
    if (result != WSREP_CB_SUCCESS) {
        provider_log(p, WSREP_LOG_ERROR, "Transaction %llu, committed by the group as %lld, could not be replayed",
            (unsigned long long)trx->id,
                     (long long)trx->seqno);
        return WSREP_NODE_FAIL;
    }
    trx_leave_order(p, trx);
    atomic_fetch_add_explicit(&p->counters.local_replays, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->counters.local_commits, 1, memory_order_relaxed);
    return WSREP_OK;
}

void post_rollback(struct provider *p, uint64_t trx_id, int64_t previous_seqno, wsrep_status_t *status) {
    uint8_t frame[FRAME_HEADER_LENGTH + WS_HEADER_LENGTH];
    const struct write_set empty = {0};
    const struct ws_header header = {.flags = WSREP_FLAG_ROLLBACK | WSREP_FLAG_PA_UNSAFE,
                                     .trx_id = trx_id,
                                     .last_seen = horizon_reached(&p->apply),
                                     .previous_seqno = previous_seqno};
    frame_header(frame, sizeof frame, FRAME_POST, 0);
    ws_write_header(&empty, &header, frame + FRAME_HEADER_LENGTH);
    const bool posted = session_post(p, frame, sizeof frame);
    if (status) {
        *status = posted ? WSREP_OK : WSREP_TRX_FAIL;
    }
}

// Called under the victim's locks: sends, and waits for nothing.
wsrep_status_t provider_rollback(wsrep_t *w, wsrep_trx_id_t id, const wsrep_buf_t *data) {
    (void)data;
    struct provider *p = provider_of(w);
    if (!atomic_load(&p->primary)) {
        return WSREP_TRX_FAIL; // the server keeps it and comes again
    }
    wsrep_status_t status;
    post_rollback(p, id, WSREP_SEQNO_UNDEFINED, &status);
    return status;
}

void orphan_verdict(struct provider *p, struct orphan *orphan, int64_t seqno, int64_t depends_on, bool conflict) {
    const bool whole = orphan->flags & WSREP_FLAG_TRX_END;
    struct event *event = whole ? event_new(EVENT_WRITE_SET, 0) : NULL;
    if (event) {
        event->after = seqno - 1;
        event->ordered = true;
        event->seqno = seqno;
        event->depends_on = depends_on;
        event->flags = orphan->flags;
        event->certified = !conflict;
        event->stid.node = p->session.id;
        event->stid.trx = orphan->trx_id;
        event->stid.conn = orphan->connection_id;
        event_take(event, &orphan->ws.data); // mapped before it was sent
        feed_push(p, event);
    } else {
        // The client of a fragment was told that it failed: the other nodes roll back what they have of it.
        atomic_store(&p->session.received, seqno);
        feed_leave(p, seqno, p->feed.orders);
        if (!conflict) {
            post_rollback(p, orphan->trx_id, seqno, NULL);
        }
    }
    ws_free(&orphan->ws);
    free(orphan);
}

wsrep_status_t provider_preordered_collect(wsrep_t *w, wsrep_po_handle_t *handle, const wsrep_buf_t *data, size_t count,
    wsrep_bool_t copy) {
    (void)copy;
    const struct provider *p = provider_of(w);
    struct orphan *orphan = handle->opaque ? handle->opaque : calloc(1, sizeof *orphan);
    handle->opaque = orphan;
    for (size_t i = 0; orphan && i < count; i++) {
        if (!ws_append_data(&orphan->ws, &p->spills, data[i].ptr, data[i].len)) {
            return WSREP_NODE_FAIL;
        }
    }
    return orphan ? WSREP_OK : WSREP_NODE_FAIL;
}

// Every node applies it, this one too, and nobody waits for it: an orphan from the start, which belongs to the reader
// thread once it is sent.
static wsrep_status_t send_orphan(struct provider *p, struct orphan *orphan) {
    const size_t length = FRAME_HEADER_LENGTH + 8 + WS_HEADER_LENGTH + orphan->ws.data.length;
    const struct ws_header header = {.flags = orphan->flags, .last_seen = horizon_reached(&p->apply),
        .previous_seqno = WSREP_SEQNO_UNDEFINED};
    if (orphan->ws.data.length > WS_INLINE_MAX) {
        return WSREP_SIZE_EXCEEDED;
    }
    if (!spill_map(&p->spills, &orphan->ws.data)) {
        return WSREP_NODE_FAIL;
    }
    uint8_t *frame = atomic_load(&p->primary) ? malloc(length) : NULL;
    if (!frame || !calls_register(&p->calls, &orphan->call)) {
        free(frame);
        return WSREP_CONN_FAIL;
    }
    frame_header(frame, (uint32_t)length, FRAME_CERTIFY, orphan->call.id);
    ws_write_header(&orphan->ws, &header, frame + FRAME_HEADER_LENGTH + 8);
    memcpy(frame + length - orphan->ws.data.length, orphan->ws.data.at, orphan->ws.data.length);
    struct iovec iov = {.iov_base = frame, .iov_len = length};
    const bool sent = session_send(p, &iov, 1, &orphan->call) != SEND_DOWN;
    free(frame);
    return sent || !calls_withdraw(&p->calls, &orphan->call) ? WSREP_OK : WSREP_CONN_FAIL;
}

wsrep_status_t provider_preordered_commit(wsrep_t *w, wsrep_po_handle_t *handle, const wsrep_uuid_t *source, uint32_t flags, int pa_range,
                                          wsrep_bool_t commit) {
    (void)source;
    (void)pa_range;
    struct orphan *orphan = handle->opaque;
    handle->opaque = NULL;
    if (!orphan) {
        return WSREP_OK;
    }
    orphan->flags = (flags & WSREP_FLAGS_MASK) | WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END | WSREP_FLAG_PA_UNSAFE;
    orphan->call.abandoned = true;
    const bool wanted = commit && orphan->ws.data.length;
    const wsrep_status_t status = wanted ? send_orphan(provider_of(w), orphan) : WSREP_OK;
    if (status != WSREP_OK || !wanted) {
        ws_free(&orphan->ws);
        free(orphan);
    }
    return status;
}

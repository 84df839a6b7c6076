// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Statements that every node executes alone, at the same place in the order.
#include "provider.h"

#include <stdlib.h>

static bool collect(const struct provider *p, struct trx *trx, const wsrep_key_t *keys, size_t keys_num,
                    const wsrep_buf_t *action, size_t count) {
    bool ok = true;
    for (size_t i = 0; ok && i < keys_num; i++) {
        ok = ws_append_key(&trx->ws, keys[i].key_parts, keys[i].key_parts_num, WSREP_KEY_EXCLUSIVE);
    }
    for (size_t i = 0; ok && i < count; i++) {
        ok = ws_append_data(&trx->ws, &p->spills, action[i].ptr, action[i].len);
    }
    return ok;
}

static void keep(struct provider *p, struct toi *toi) {
    pthread_mutex_lock(&p->lock);
    toi->next = p->tois;
    p->tois = toi;
    pthread_mutex_unlock(&p->lock);
}

static struct toi *take(struct provider *p, uint64_t connection_id) {
    pthread_mutex_lock(&p->lock);
    struct toi **at = &p->tois;
    while (*at && (*at)->connection_id != connection_id) {
        at = &(*at)->next;
    }
    struct toi *toi = *at;
    if (toi) {
        *at = toi->next;
    }
    pthread_mutex_unlock(&p->lock);
    return toi;
}

wsrep_status_t provider_to_execute_start(wsrep_t *w, wsrep_conn_id_t connection, const wsrep_key_t *keys, size_t keys_num,
                                         const wsrep_buf_t *action, size_t count, uint32_t flags, wsrep_trx_meta_t *meta) {
    struct provider *p = provider_of(w);
    meta_undefined(meta);
    struct toi *toi = calloc(1, sizeof *toi);
    struct trx *trx = toi ? trx_new(p, UINT64_MAX, false) : NULL;
    if (!trx || !collect(p, trx, keys, keys_num, action, count)) {
        free(toi);
        if (trx) {
            trx_release(p, trx);
        }
        return WSREP_NODE_FAIL;
    }
    trx->connection_id = connection;
    trx->flags = (flags & WSREP_FLAGS_MASK) | WSREP_FLAG_ISOLATION;
    trx->state = TRX_REPLICATING;
    toi->connection_id = connection;
    toi->trx = trx;
    const wsrep_status_t status = certify_send(p, trx, trx->flags);
    if (status != WSREP_OK) {
        free(toi);
        trx_release(p, trx);
        return status;
    }
    // Alone: everything before it is done, and everything behind it waits for its place in the commit order.
    struct waiter waiter = {0};
    horizon_wait(&p->commit, &waiter, trx->seqno - 1, PARK_FOREVER);
    horizon_wait(&p->apply, &waiter, trx->seqno - 1, PARK_FOREVER);
    trx_meta(p, trx, meta);
    const bool failed = trx->state == TRX_FAILED;
    if (failed) {
        atomic_fetch_add_explicit(&p->counters.local_cert_failures, 1, memory_order_relaxed);
    }
    keep(p, toi);
    return failed ? WSREP_TRX_FAIL : WSREP_OK;
}

wsrep_status_t provider_to_execute_end(wsrep_t *w, wsrep_conn_id_t connection, const wsrep_buf_t *error) {
    struct provider *p = provider_of(w);
    struct toi *toi = take(p, connection);
    if (!toi) {
        return WSREP_CONN_FAIL;
    }
    if (error_given(error)) {
        vote(p, toi->trx->seqno, error->ptr, error->len);
    }
    trx_leave_order(p, toi->trx);
    trx_release(p, toi->trx);
    free(toi);
    return WSREP_OK;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Transactions by the server's number. The client's own thread owns its transaction; others (brute force, rollback)
// find it by number and touch
// it only under its shard's lock, which keeps it alive, and its own.
#include "provider.h"

#include <stdlib.h>

void trx_table_init(struct trx_table *table) {
    memset(table, 0, sizeof *table);
    for (int i = 0; i < TRX_SHARDS; i++) {
        pthread_mutex_init(&table->shards[i].lock, NULL);
    }
}

static void destroy(struct trx *trx) {
    call_clear(&trx->call);
    ws_free(&trx->ws);
    pthread_mutex_destroy(&trx->lock);
    free(trx);
}

static void destroy_list(struct trx *trx) {
    while (trx) {
        struct trx *next = trx->next;
        destroy(trx);
        trx = next;
    }
}

void trx_table_destroy(struct trx_table *table) {
    for (int i = 0; i < TRX_SHARDS; i++) {
        for (int j = 0; j < TRX_BUCKETS; j++) {
            destroy_list(table->shards[i].buckets[j]);
        }
        destroy_list(table->shards[i].pool);
        pthread_mutex_destroy(&table->shards[i].lock);
    }
}

static struct trx_shard *shard_of(struct provider *p, uint64_t id) { return &p->trxs.shards[id % TRX_SHARDS]; }

static struct trx **bucket_of(struct trx_shard *shard, uint64_t id) { return &shard->buckets[id / TRX_SHARDS % TRX_BUCKETS]; }

static struct trx *find(struct trx_shard *shard, uint64_t id) {
    struct trx *trx = *bucket_of(shard, id);
    while (trx && trx->id != id) {
        trx = trx->next;
    }
    return trx;
}

void trx_begin_again(struct trx *trx) {
    trx->state = TRX_EXECUTING;
    trx->must_abort = false;
    trx->commit_left = false;
    trx->apply_left = false;
    trx->ticketed = false;
    trx->flags = 0;
    trx->seqno = WSREP_SEQNO_UNDEFINED;
    trx->depends_on = WSREP_SEQNO_UNDEFINED;
    atomic_store(&trx->commit_waiter.state, WAITER_IDLE);
}

struct trx *trx_new(struct provider *p, uint64_t id, bool listed) {
    struct trx_shard *shard = shard_of(p, id);
    pthread_mutex_lock(&shard->lock);
    struct trx *trx = listed ? find(shard, id) : NULL;
    if (trx) {
        pthread_mutex_unlock(&shard->lock);
        return trx;
    }
    trx = shard->pool;
    if (trx) {
        shard->pool = trx->next;
        shard->pooled--;
    } else {
        trx = calloc(1, sizeof *trx);
        if (!trx) {
            pthread_mutex_unlock(&shard->lock);
            return NULL;
        }
        pthread_mutex_init(&trx->lock, NULL);
    }
    trx->kind = HANDLE_LOCAL;
    trx->id = id;
    trx->connection_id = 0;
    trx->previous_seqno = WSREP_SEQNO_UNDEFINED;
    trx->listed = listed;
    trx_begin_again(trx);
    if (listed) {
        struct trx **bucket = bucket_of(shard, id);
        trx->next = *bucket;
        *bucket = trx;
        atomic_fetch_add_explicit(&p->trxs.count, 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&shard->lock);
    return trx;
}

void trx_release(struct provider *p, struct trx *trx) {
    struct trx_shard *shard = shard_of(p, trx->id);
    ws_clear(&trx->ws);
    call_clear(&trx->call);
    pthread_mutex_lock(&shard->lock);
    if (trx->listed) {
        struct trx **at = bucket_of(shard, trx->id);
        while (*at != trx) {
            at = &(*at)->next;
        }
        *at = trx->next;
        atomic_fetch_sub_explicit(&p->trxs.count, 1, memory_order_relaxed);
    }
    const bool keep = shard->pooled < TRX_POOL_MAX;
    if (keep) {
        trx->next = shard->pool;
        shard->pool = trx;
        shard->pooled++;
    }
    pthread_mutex_unlock(&shard->lock);
    if (!keep) {
        destroy(trx);
    }
}

struct trx *trx_of(struct provider *p, const wsrep_ws_handle_t *handle) {
    if (handle->opaque) {
        struct trx *trx = handle->opaque;
        return trx->kind == HANDLE_LOCAL ? trx : NULL;
    }
    struct trx_shard *shard = shard_of(p, handle->trx_id);
    pthread_mutex_lock(&shard->lock);
    struct trx *trx = find(shard, handle->trx_id);
    pthread_mutex_unlock(&shard->lock);
    return trx;
}

void meta_undefined(wsrep_trx_meta_t *meta) {
    if (meta) {
        memset(meta, 0, sizeof *meta);
        meta->gtid.seqno = WSREP_SEQNO_UNDEFINED;
        meta->depends_on = WSREP_SEQNO_UNDEFINED;
        meta->stid.trx = UINT64_MAX;
        meta->stid.conn = UINT64_MAX;
    }
}

void trx_meta(struct provider *p, const struct trx *trx, wsrep_trx_meta_t *meta) {
    if (meta) {
        provider_group(p, &meta->gtid.uuid);
        meta->gtid.seqno = trx->seqno;
        meta->stid.node = p->session.id;
        meta->stid.trx = trx->id;
        meta->stid.conn = trx->connection_id;
        meta->depends_on = trx->depends_on;
    }
}

static struct trx *attach(struct provider *p, wsrep_ws_handle_t *handle) {
    if (!handle->opaque) {
        handle->opaque = trx_new(p, handle->trx_id, true);
    }
    struct trx *trx = handle->opaque;
    return trx && trx->kind == HANDLE_LOCAL ? trx : NULL;
}

wsrep_status_t provider_append_key(wsrep_t *w, wsrep_ws_handle_t *handle, const wsrep_key_t *keys, size_t count, wsrep_key_type_t type,
                                   wsrep_bool_t copy) {
    (void)copy;
    struct trx *trx = attach(provider_of(w), handle);
    if (!trx) {
        return WSREP_NODE_FAIL;
    }
    for (size_t i = 0; i < count; i++) {
        if (!ws_append_key(&trx->ws, keys[i].key_parts, keys[i].key_parts_num, type)) {
            return WSREP_NODE_FAIL;
        }
    }
    return WSREP_OK;
}

wsrep_status_t provider_append_data(wsrep_t *w, wsrep_ws_handle_t *handle, const wsrep_buf_t *data, size_t count, wsrep_data_type_t type,
                                    wsrep_bool_t copy) {
    (void)copy;
    struct provider *p = provider_of(w);
    struct trx *trx = attach(p, handle);
    if (!trx) {
        return WSREP_NODE_FAIL;
    }
    for (size_t i = 0; i < count; i++) {
        bool ok = true;
        switch (type) {
        case WSREP_DATA_ORDERED: ok = ws_append_data(&trx->ws, &p->spills, data[i].ptr, data[i].len); break;
        case WSREP_DATA_UNORDERED: break; // nobody takes it: no server gives a call-back for it
        case WSREP_DATA_ANNOTATION: ok = ws_append_annotation(&trx->ws, data[i].ptr, data[i].len); break;
        }
        if (!ok) {
            return WSREP_NODE_FAIL;
        }
    }
    return WSREP_OK;
}

void trx_verdict(struct provider *p, struct trx *trx, int64_t seqno, int64_t depends_on, bool conflict) {
    // Tickets are given here, in the order of the verdicts.
    pthread_mutex_lock(&trx->lock);
    trx->seqno = seqno;
    trx->depends_on = depends_on;
    trx->order = p->feed.orders;
    trx->state = conflict ? TRX_FAILED : TRX_CERTIFIED;
    pthread_mutex_unlock(&trx->lock);
    if (trx->ticketed) {
        pthread_mutex_lock(&p->ticket_lock);
        trx->ticket = p->tickets_given++;
        pthread_mutex_unlock(&p->ticket_lock);
    }
}

wsrep_status_t provider_abort_certification(wsrep_t *w, wsrep_seqno_t bf_seqno, wsrep_trx_id_t victim, wsrep_seqno_t *victim_seqno) {
    struct provider *p = provider_of(w);
    *victim_seqno = WSREP_SEQNO_UNDEFINED;
    struct trx_shard *shard = shard_of(p, victim);
    pthread_mutex_lock(&shard->lock);
    struct trx *trx = find(shard, victim);
    if (!trx) {
        pthread_mutex_unlock(&shard->lock);
        return WSREP_OK;
    }
    pthread_mutex_lock(&trx->lock);
    *victim_seqno = trx->seqno;
    const bool precedes = trx->seqno >= 0 && bf_seqno >= 0 && trx->seqno < bf_seqno && (trx->flags & WSREP_FLAG_TRX_END);
    const bool abortable = trx->state == TRX_EXECUTING || trx->state == TRX_REPLICATING || trx->state == TRX_CERTIFIED;
    const bool ok = !precedes && abortable && !trx->must_abort;
    if (ok) {
        trx->must_abort = true;
    }
    pthread_mutex_unlock(&trx->lock);
    if (ok) {
        horizon_interrupt(&p->commit, &trx->commit_waiter);
        call_kick(&trx->call);
    }
    pthread_mutex_unlock(&shard->lock);
    return ok ? WSREP_OK : WSREP_NOT_ALLOWED;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Transactions of this server, from their first key to their release.
#ifndef CARILLON_TRX_H
#define CARILLON_TRX_H

#include "calls.h"
#include "monitors.h"

struct provider;

enum { HANDLE_LOCAL = 0x4c, HANDLE_REMOTE = 0x52 };

enum trx_state {
    TRX_EXECUTING = 0,
    TRX_REPLICATING,    // sent, or about to be; no verdict read yet
    TRX_CERTIFIED,      // ordered, to be committed
    TRX_FAILED,         // ordered, not to be committed: it only passes the order
    TRX_MUST_REPLAY,    // ordered and certified, but rolled back by brute force
    TRX_REPLAYING,
    TRX_COMMITTING,     // has entered the commit order
    TRX_ORDERED_COMMIT, // has left it
    TRX_ABORTING        // not ordered and never will be
};

struct trx {
    uint32_t kind;
    enum trx_state state;
    pthread_mutex_t lock;
    uint64_t id;
    uint64_t connection_id;
    bool listed;
    bool must_abort;
    bool commit_left; // this write set's place in the commit order is given back
    bool apply_left;
    bool ticketed;
    uint32_t flags;
    int64_t seqno;
    int64_t depends_on;
    uint64_t order; // the place `seqno` is of the order that began as this one
    int64_t previous_seqno; // of the fragment before
    uint64_t ticket;
    struct call call;
    struct waiter commit_waiter;
    struct write_set ws;
    struct trx *next;
};

// What apply_cb gets as a handle for a write set of another node.
struct remote {
    uint32_t kind;
    int64_t seqno;
    bool commit_left;
};

enum { TRX_SHARDS = 64, TRX_BUCKETS = 64, TRX_POOL_MAX = 16 };

struct trx_shard {
    pthread_mutex_t lock;
    struct trx *buckets[TRX_BUCKETS];
    struct trx *pool;
    uint32_t pooled;
    _Alignas(64) char pad[1];
};

struct trx_table {
    struct trx_shard shards[TRX_SHARDS];
    _Atomic int64_t count;
};

void trx_table_init(struct trx_table *table);
void trx_table_destroy(struct trx_table *table);
struct trx *trx_new(struct provider *p, uint64_t id, bool listed);
// As it was before its first write set, but for its number and keys.
void trx_begin_again(struct trx *trx);
void trx_release(struct provider *p, struct trx *trx);
struct trx *trx_of(struct provider *p, const wsrep_ws_handle_t *handle);
void trx_leave_order(struct provider *p, struct trx *trx);
// The verdict was read: the transaction is ordered from now on. Called with calls.lock given back, before anything later is read.
void trx_verdict(struct provider *p, struct trx *trx, int64_t seqno, int64_t depends_on, bool conflict);
void orphan_verdict(struct provider *p, struct orphan *orphan, int64_t seqno, int64_t depends_on, bool conflict);
void trx_meta(struct provider *p, const struct trx *trx, wsrep_trx_meta_t *meta);
void meta_undefined(wsrep_trx_meta_t *meta);

wsrep_status_t provider_append_key(wsrep_t *w, wsrep_ws_handle_t *handle, const wsrep_key_t *keys, size_t count, wsrep_key_type_t type,
                                   wsrep_bool_t copy);
wsrep_status_t provider_append_data(wsrep_t *w, wsrep_ws_handle_t *handle, const wsrep_buf_t *data, size_t count, wsrep_data_type_t type,
                                    wsrep_bool_t copy);
wsrep_status_t provider_certify(wsrep_t *w, wsrep_conn_id_t connection, wsrep_ws_handle_t *handle, uint32_t flags, wsrep_trx_meta_t *meta);
wsrep_status_t provider_commit_order_enter(wsrep_t *w, const wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta);
wsrep_status_t provider_commit_order_leave(wsrep_t *w, const wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta,
                                           const wsrep_buf_t *error);
wsrep_status_t provider_release(wsrep_t *w, wsrep_ws_handle_t *handle);
wsrep_status_t provider_replay_trx(wsrep_t *w, const wsrep_ws_handle_t *handle, void *trx_ctx);
wsrep_status_t provider_abort_certification(wsrep_t *w, wsrep_seqno_t bf_seqno, wsrep_trx_id_t victim, wsrep_seqno_t *victim_seqno);
wsrep_status_t provider_rollback(wsrep_t *w, wsrep_trx_id_t id, const wsrep_buf_t *data);
wsrep_status_t provider_preordered_collect(wsrep_t *w, wsrep_po_handle_t *handle, const wsrep_buf_t *data, size_t count, wsrep_bool_t copy);
wsrep_status_t provider_preordered_commit(wsrep_t *w, wsrep_po_handle_t *handle, const wsrep_uuid_t *source, uint32_t flags, int pa_range,
                                          wsrep_bool_t commit);

// Sends the write set of `trx` and waits for its fate. OK: trx->call holds a verdict; else what certify returns, not ordered.
wsrep_status_t certify_send(struct provider *p, struct trx *trx, uint32_t flags);
void post_rollback(struct provider *p, uint64_t trx_id, int64_t previous_seqno, wsrep_status_t *status);

// ---- toi.c

struct toi {
    struct toi *next;
    uint64_t connection_id;
    struct trx *trx;
};

wsrep_status_t provider_to_execute_start(wsrep_t *w, wsrep_conn_id_t connection, const wsrep_key_t *keys, size_t keys_num,
                                         const wsrep_buf_t *action, size_t count, uint32_t flags, wsrep_trx_meta_t *meta);
wsrep_status_t provider_to_execute_end(wsrep_t *w, wsrep_conn_id_t connection, const wsrep_buf_t *error);

#endif

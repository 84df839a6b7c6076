// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// A server that records what its provider tells it, and its clients.
#ifndef CARILLON_MOCK_SERVER_H
#define CARILLON_MOCK_SERVER_H

#include "fake_sidecar.h"

enum { APPLIED_MAX = 1 << 16, VIEWS_MAX = 64 };

struct server {
    wsrep_t w;
    struct fake *fake;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int64_t applied[APPLIED_MAX];
    uint32_t applied_flags[APPLIED_MAX];
    size_t applied_length[APPLIED_MAX];
    int applied_count;
    uint64_t applied_sum; // of the latest one's bytes
    int entered;       // apply_cb calls begun
    int64_t hold_seqno; // apply_cb of it waits while this is set
    int64_t fail_seqno;
    wsrep_view_info_t views[VIEWS_MAX];
    int64_t committed_at_view[VIEWS_MAX];
    int view_count;
    int connected_count;
    int synced_count;
    int donate_count;
    int64_t donated_at;
    bool hold_donation;
    int sst_count;
    bool refuse_snapshot;
    wsrep_uuid_t own;
    pthread_t receivers[4];
    wsrep_status_t receiver_result[4];
    int receiver_count;
};

int wsrep_loader(wsrep_t *w);

// init() with carillon.sidecar at the fake and `more` options.
void server_start(struct server *s, struct fake *f, const char *more);
void server_connect(struct server *s);
void server_receive(struct server *s, int threads);
void server_join_receivers(struct server *s);
void server_await_applied(struct server *s, int count);
void server_await_entered(struct server *s, int count);
void server_await_views(struct server *s, int count);
void server_await_synced(struct server *s, int count);
// Until nothing is taken from the feed any more.
void server_await_paused(struct server *s);
void server_await_donations(struct server *s, int count);
void server_let_donation_go(struct server *s);
void server_hold(struct server *s, int64_t seqno);
void server_stop(struct server *s);

// Transactions of the mock server's clients.
void trx_keys(struct server *s, wsrep_ws_handle_t *handle, uint64_t id, const char *row);
wsrep_status_t trx_certify(struct server *s, wsrep_ws_handle_t *handle, wsrep_trx_meta_t *meta);
void trx_commit(struct server *s, wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta);
// All of these: a transaction that commits.
void trx_write(struct server *s, uint64_t id, const char *row);

struct certify_call {
    struct server *s;
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    uint32_t flags;
    wsrep_status_t status;
    pthread_t thread;
};

void certify_begin(struct certify_call *c, struct server *s, uint64_t id, const char *row);
wsrep_status_t certify_end(struct certify_call *c);

struct node {
    struct fake f;
    struct server s;
};

// A node that founds its group, with threads in recv().
struct node *node_begin(const char *options, int receivers);
// Disconnects; every recv() must end as the server expects.
void node_end(struct node *n);

#endif

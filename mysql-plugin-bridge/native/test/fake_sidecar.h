// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// A sidecar of one node that speaks docs/ipc.md, and a server that records what its provider tells it.
#ifndef CARILLON_FAKE_SIDECAR_H
#define CARILLON_FAKE_SIDECAR_H

#include "provider.h"

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                                                                   \
    do {                                                                                                                                   \
        if (!(condition)) {                                                                                                                \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);                                                  \
            abort();                                                                                                                       \
        }                                                                                                                                  \
    } while (0)

enum { HELD_MAX = 64, LAST_WS_MAX = 1 << 22 };

struct fake {
    char dir[32];
    char path[64];
    char options[160];
    int listener;
    pthread_t thread;
    bool stop;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int fd; // -1: no provider connected
    int sessions;
    int64_t seqno; // last given
    wsrep_uuid_t group;
    wsrep_uuid_t provider;
    bool hold;     // verdicts wait for fake_verdict
    bool accept;   // false: connections wait
    bool conflict; // of the next verdicts
    bool connect_snapshot;
    bool revocable; // held write sets wait for flow control
    int first_view_flags;
    uint64_t held[HELD_MAX];
    int held_count;
    uint64_t open_calls[HELD_MAX];
    int open_count;
    int64_t hello_received;
    int counts[128]; // frames by type
    uint8_t *last_ws;
    size_t last_ws_length;
    uint64_t fragment_bytes;
    int64_t released;
    uint64_t consumed;
    uint64_t fed;
};

void fake_start(struct fake *f);
void fake_stop(struct fake *f);
void fake_drop(struct fake *f, bool accept_again);
void fake_accept(struct fake *f);
void fake_await_count(struct fake *f, int type, int count);
void fake_await_held(struct fake *f, int count);
int64_t fake_verdict(struct fake *f, uint64_t id, bool conflict);
void fake_reject(struct fake *f, uint64_t id, int status);
int64_t fake_write_set(struct fake *f, int64_t depends_on, uint32_t flags, bool certified, uint64_t trx, const void *data, size_t length);
void fake_view(struct fake *f, int status, int flags, int64_t seqno);
void fake_event(struct fake *f, uint16_t type, const void *body, size_t length);

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
    int entered;       // apply_cb calls begun
    int64_t hold_seqno; // apply_cb of it waits while this is set
    int64_t fail_seqno;
    wsrep_view_info_t views[VIEWS_MAX];
    int64_t committed_at_view[VIEWS_MAX];
    int view_count;
    int connected_count;
    int synced_count;
    int donate_count;
    int sst_count;
    wsrep_uuid_t own;
    pthread_t receivers[4];
    wsrep_status_t receiver_result[4];
    int receiver_count;
};

// init() with carillon.sidecar at the fake and `more` options.
void server_start(struct server *s, struct fake *f, const char *more);
void server_connect(struct server *s);
void server_receive(struct server *s, int threads);
void server_join_receivers(struct server *s);
void server_await_applied(struct server *s, int count);
void server_await_entered(struct server *s, int count);
void server_await_views(struct server *s, int count);
void server_await_synced(struct server *s, int count);
void server_hold(struct server *s, int64_t seqno);
void server_stop(struct server *s);

// Transactions of the mock server's clients.
void trx_keys(struct server *s, wsrep_ws_handle_t *handle, uint64_t id, const char *row);
wsrep_status_t trx_certify(struct server *s, wsrep_ws_handle_t *handle, wsrep_trx_meta_t *meta);
void trx_commit(struct server *s, wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta);

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

#endif

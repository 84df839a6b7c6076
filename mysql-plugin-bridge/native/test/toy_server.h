// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// A server of one table: locks, appliers with brute force, replay, snapshots, statements in isolation. What it must never see, it checks:
// a change that was not made upon the latest version of its row, and an order other than the group's.
#ifndef CARILLON_TOY_SERVER_H
#define CARILLON_TOY_SERVER_H

#include "check.h"
#include "provider.h"

enum { TOY_ROWS = 64, TOY_PAGES = 16, TOY_PAGE_ROWS = TOY_ROWS / TOY_PAGES, TOY_NODES_MAX = 4, TOY_APPLIERS = 4, TOY_ROWS_PER_TRX = 2 };

// Locks are coarser than keys, as a server's gap locks are: so a write set may have to give way that the group has committed.
struct toy_page {
    uint64_t holder; // a client's transaction, 0: none
    bool aborted;    // it was aborted by brute force
    int appliers;    // that have it, each for other rows, or wait for the client to give way
};

struct toy_counts {
    _Atomic int64_t committed;
    _Atomic int64_t failed;
    _Atomic int64_t aborted;
    _Atomic int64_t replayed;
    _Atomic int64_t refused; // not sent
    _Atomic int64_t unknown; // sent, fate unknown
    _Atomic int64_t applied;
    _Atomic int64_t statements;
    _Atomic int64_t pauses;    // of the whole server, but for snapshots
    _Atomic int64_t snapshots; // given
};

struct toy {
    wsrep_t w;
    int number;
    char name[8];
    char data_dir[128];
    char options[512];
    char url[256];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct toy_page pages[TOY_PAGES];
    int64_t versions[TOY_ROWS]; // seqno of each last change; written by who holds the page, in commit order
    wsrep_gtid_t position; // written in commit order
    uint64_t history;      // of all that was committed, in order
    uint64_t next_trx;
    bool synced;
    bool snapshot_given;
    int views;
    int finals;
    wsrep_uuid_t id;
    pthread_t appliers[TOY_APPLIERS];
    wsrep_status_t applier_result[TOY_APPLIERS];
    struct toy_counts counts;
};

extern struct toy toys[TOY_NODES_MAX];

void toy_init(struct toy *s, int number, const char *socket, const char *data_dir, const char *options);
void toy_connect(struct toy *s, const char *url, bool bootstrap);
// Disconnects, and waits until every applier came back.
void toy_disconnect(struct toy *s);
void toy_await_synced(struct toy *s);
// Stops the server and lets it go on, as a backup does; in between nothing may change.
void toy_pause(struct toy *s);
// ---- toy_clients.c

// One transaction of a client, or one statement in isolation: whatever its outcome.
void toy_transaction(struct toy *s, uint64_t *random, size_t more_data);
void toy_statement(struct toy *s, uint64_t connection);

// ---- toy_table.c

// What a transaction did: the data of its write set begins with it.
struct toy_payload {
    uint64_t trx;
    uint32_t node;
    uint32_t count;
    uint32_t rows[TOY_ROWS_PER_TRX];
    int64_t base[TOY_ROWS_PER_TRX]; // version that each row was changed upon
};

// Takes the page of row `number` of the transaction, which holds those before it; they ascend. False: it was aborted.
bool toy_lock_for_client(struct toy *s, const struct toy_payload *payload, uint32_t number);
void toy_lock_for_applier(struct toy *s, const struct toy_payload *payload, int64_t seqno);
void toy_unlock_for_client(struct toy *s, const struct toy_payload *payload);
void toy_unlock_for_applier(struct toy *s, const struct toy_payload *payload);
void toy_lock_all(struct toy *s, int64_t seqno);
void toy_unlock_all(struct toy *s);
bool toy_was_aborted(struct toy *s, const struct toy_payload *payload);
// Between commit_order_enter and _leave, so nobody else is there.
void toy_change_rows(struct toy *s, const struct toy_payload *payload, const wsrep_trx_meta_t *meta);
void toy_change_all(struct toy *s, const wsrep_trx_meta_t *meta);
void toy_pass_order(struct toy *s, const wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta);

static inline uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif

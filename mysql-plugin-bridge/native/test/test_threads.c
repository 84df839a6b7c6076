// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// 32 clients, four appliers, brute force, DDL, pauses and causal reads at once. With CARILLON_SIDECAR=/path/of/socket
// a real sidecar answers.
#include "mock_server.h"

#include <sched.h>

enum { CLIENTS = 32, TRANSACTIONS = 300 };

static struct node n;

static _Atomic int committed;
static _Atomic int failed;
static _Atomic int replayed;
static _Atomic int clients_left = CLIENTS;

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void run_trx(uint64_t id, uint64_t *random) {
    char row[8];
    snprintf(row, sizeof row, "%u", (unsigned)(next_random(random) % 50));
    wsrep_t *w = &n.s.w;
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    const wsrep_buf_t none = {0};
    trx_keys(&n.s, &handle, id, row);
    wsrep_status_t status = trx_certify(&n.s, &handle, &meta);
    if (status == WSREP_OK) {
        status = w->commit_order_enter(w, &handle, &meta);
        if (status == WSREP_OK) {
            CHECK(w->commit_order_leave(w, &handle, &meta, &none) == WSREP_OK);
            atomic_fetch_add(&committed, 1);
        }
    } else if (status == WSREP_TRX_FAIL) {
        if (meta.gtid.seqno >= 0) {
            CHECK(w->commit_order_enter(w, &handle, &meta) == WSREP_OK);
            CHECK(w->commit_order_leave(w, &handle, &meta, &none) == WSREP_OK);
        }
        atomic_fetch_add(&failed, 1);
    }
    if (status == WSREP_BF_ABORT) {
        CHECK(w->replay_trx(w, &handle, &n.s) == WSREP_OK);
        atomic_fetch_add(&replayed, 1);
    } else {
        CHECK(status == WSREP_OK || status == WSREP_TRX_FAIL);
    }
    CHECK(w->release(w, &handle) == WSREP_OK);
}

static void run_ddl(uint64_t connection) {
    const wsrep_buf_t parts[2] = {{"db", 2}, {"t", 1}};
    const wsrep_key_t key = {.key_parts = parts, .key_parts_num = 2};
    const wsrep_buf_t action = {"ALTER", 5};
    const wsrep_buf_t none = {0};
    wsrep_trx_meta_t meta;
    wsrep_t *w = &n.s.w;
    const wsrep_status_t status =
        w->to_execute_start(w, connection, &key, 1, &action, 1, WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END, &meta);
    CHECK(status == WSREP_OK || status == WSREP_TRX_FAIL);
    CHECK(w->to_execute_end(w, connection, &none) == WSREP_OK);
}

static void *client(void *arg) {
    const uint64_t number = (uintptr_t)arg;
    uint64_t random = 0x9E3779B97F4A7C15ULL * (number + 1);
    for (uint64_t i = 0; i < TRANSACTIONS; i++) {
        const uint64_t choice = next_random(&random) % 100;
        if (choice == 0) {
            run_ddl(number);
        } else if (choice < 5) {
            wsrep_gtid_t out;
            CHECK(n.s.w.sync_wait(&n.s.w, NULL, 60, &out) == WSREP_OK);
        } else {
            run_trx(number * TRANSACTIONS + i + 1, &random);
        }
    }
    atomic_fetch_sub(&clients_left, 1);
    return NULL;
}

// Plays the appliers that find a local transaction in their way.
static void *brute_force(void *arg) {
    (void)arg;
    uint64_t random = 4711;
    wsrep_t *w = &n.s.w;
    while (atomic_load(&clients_left) > 0) {
        wsrep_seqno_t victim;
        wsrep_gtid_t last;
        w->last_committed_id(w, &last);
        w->abort_certification(w, last.seqno + 1, next_random(&random) % (CLIENTS * TRANSACTIONS) + 1, &victim);
        sched_yield();
    }
    return NULL;
}

static void *remote(void *arg) {
    (void)arg;
    for (int i = 0; atomic_load(&clients_left) > 0 && i < 5000; i++) {
        pthread_mutex_lock(&n.f.lock);
        n.f.conflict = i % 10 == 0;
        const int64_t depends_on = n.f.seqno - 3;
        pthread_mutex_unlock(&n.f.lock);
        const int64_t seqno = fake_write_set(&n.f, depends_on, WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END, true, 1, "remote", 6);
        if (i % 100 == 0) {
            wsrep_gtid_t upto = {.uuid = n.f.group, .seqno = seqno};
            CHECK(n.s.w.sync_wait(&n.s.w, &upto, 60, NULL) == WSREP_OK);
        }
        sched_yield();
    }
    return NULL;
}

static void *administrator(void *arg) {
    (void)arg;
    wsrep_t *w = &n.s.w;
    while (atomic_load(&clients_left) > 0) {
        CHECK(w->desync(w) == WSREP_OK);
        const wsrep_seqno_t seqno = w->pause(w);
        CHECK(seqno >= 0);
        wsrep_gtid_t last;
        w->last_committed_id(w, &last);
        CHECK(last.seqno >= seqno);
        CHECK(w->resume(w) == WSREP_OK && w->resync(w) == WSREP_OK);
        struct wsrep_stats_var *vars = w->stats_get(w);
        w->stats_free(w, vars);
        char *options = w->options_get(w);
        free(options);
        const struct timespec pause = {.tv_nsec = 2 * MS};
        nanosleep(&pause, NULL);
    }
    return NULL;
}

int main(void) {
    fake_start(&n.f);
    const char *real = getenv("CARILLON_SIDECAR");
    if (real) {
        CHECK(strlen(real) < sizeof n.f.path);
        strcpy(n.f.path, real);
    }
    server_start(&n.s, &n.f, "");
    server_connect(&n.s);
    server_receive(&n.s, 4);
    server_await_synced(&n.s, 1);
    pthread_t others[3];
    CHECK(pthread_create(&others[0], NULL, brute_force, NULL) == 0);
    CHECK(pthread_create(&others[1], NULL, administrator, NULL) == 0);
    if (!real) {
        CHECK(pthread_create(&others[2], NULL, remote, NULL) == 0);
    }
    pthread_t threads[CLIENTS];
    for (uintptr_t i = 0; i < CLIENTS; i++) {
        CHECK(pthread_create(&threads[i], NULL, client, (void *)i) == 0);
    }
    for (int i = 0; i < CLIENTS; i++) {
        pthread_join(threads[i], NULL);
    }
    for (int i = 0; i < (real ? 2 : 3); i++) {
        pthread_join(others[i], NULL);
    }
    wsrep_gtid_t out;
    CHECK(n.s.w.sync_wait(&n.s.w, NULL, 60, &out) == WSREP_OK);
    CHECK(real || out.seqno == n.f.seqno);
    const struct provider *p = n.s.w.ctx;
    CHECK(atomic_load(&p->trxs.count) == 0);
    CHECK(atomic_load(&committed) > 0);
    server_stop(&n.s);
    if (real) {
        snprintf(n.f.path, sizeof n.f.path, "%s/s", n.f.dir);
    }
    fake_stop(&n.f);
    printf("threads: ok, %d committed, %d failed, %d replayed\n", committed, failed, replayed);
    return 0;
}

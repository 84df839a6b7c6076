// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// cost SECONDS CLIENTS DIRECTORY:PORT...: what a commit costs in the servers' processes, with servers that do nothing: all
// clients on the first of the providers in this process, each with rows of its own, the others apply. CPU time is of this
// process, sidecars are not counted.
#include "provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { NODES_MAX = 4, CLIENTS_MAX = 64, APPLIERS = 4, DATA_LENGTH = 300 };

static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

static struct bare {
    wsrep_t w;
    int number;
    char data_dir[128];
    char options[300];
    _Atomic bool synced;
} servers[NODES_MAX];

static _Atomic bool stop;
static _Atomic int64_t committed;
static _Atomic int64_t latency;

int wsrep_loader(wsrep_t *w);

static void must(bool ok, const char *what) {
    if (!ok) {
        fprintf(stderr, "cost: %s\n", what);
        abort();
    }
}

static void log_cb(wsrep_log_level_t level, const char *text) {
    if (level <= WSREP_LOG_ERROR) {
        fprintf(stderr, "%s\n", text);
    }
}

static wsrep_cb_status_t connected_cb(void *ctx, const wsrep_view_info_t *view) {
    (void)ctx;
    (void)view;
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t view_cb(void *ctx, void *recv_ctx, const wsrep_view_info_t *view, const char *state, size_t length) {
    (void)ctx;
    (void)recv_ctx;
    (void)view;
    (void)state;
    (void)length;
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t apply_cb(void *recv_ctx, const wsrep_ws_handle_t *handle, uint32_t flags, const wsrep_buf_t *data,
                                  const wsrep_trx_meta_t *meta, wsrep_bool_t *exit_loop) {
    (void)flags;
    (void)data;
    (void)exit_loop;
    wsrep_t *w = &((struct bare *)recv_ctx)->w;
    must(w->commit_order_enter(w, handle, meta) == WSREP_OK && w->commit_order_leave(w, handle, meta, NULL) == WSREP_OK, "apply");
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t synced_cb(void *ctx) {
    atomic_store(&((struct bare *)ctx)->synced, true);
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t sst_request_cb(void *ctx, void **request, size_t *length) {
    *length = sizeof(int);
    *request = malloc(*length);
    memcpy(*request, &((struct bare *)ctx)->number, *length);
    return WSREP_CB_SUCCESS;
}

struct snapshot {
    struct bare *donor;
    struct bare *joiner;
};

static void *give(void *arg) {
    const struct snapshot *s = arg;
    wsrep_gtid_t at;
    s->donor->w.last_committed_id(&s->donor->w, &at);
    must(s->joiner->w.sst_received(&s->joiner->w, &at, NULL, 0) == WSREP_OK, "sst_received");
    must(s->donor->w.sst_sent(&s->donor->w, &at, 0) == WSREP_OK, "sst_sent");
    free(arg);
    return NULL;
}

static wsrep_cb_status_t sst_donate_cb(void *ctx, void *recv_ctx, const wsrep_buf_t *request, const wsrep_gtid_t *gtid,
                                       const wsrep_buf_t *state, wsrep_bool_t bypass) {
    (void)recv_ctx;
    (void)gtid;
    (void)state;
    (void)bypass;
    int number;
    memcpy(&number, request->ptr, sizeof number);
    struct snapshot *s = malloc(sizeof *s);
    *s = (struct snapshot){.donor = ctx, .joiner = &servers[number]};
    pthread_t thread;
    must(pthread_create(&thread, NULL, give, s) == 0 && pthread_detach(thread) == 0, "thread");
    return WSREP_CB_SUCCESS;
}

static void *receive(void *arg) {
    struct bare *s = arg;
    s->w.recv(&s->w, s);
    return NULL;
}

static void start(int number, const char *directory, const char *port, const char *url) {
    struct bare *s = &servers[number];
    s->number = number;
    snprintf(s->data_dir, sizeof s->data_dir, "%s", directory);
    snprintf(s->options, sizeof s->options, "carillon.sidecar=unix:%s/sidecar.sock;gmcast.listen_addr=tcp://127.0.0.1:%s", directory, port);
    must(wsrep_loader(&s->w) == 0, "loader");
    const wsrep_gtid_t none = {.seqno = WSREP_SEQNO_UNDEFINED};
    char name[] = {'n', (char)('0' + number), 0};
    const struct wsrep_init_args args = {.app_ctx = s, .node_name = name, .node_address = "127.0.0.1", .data_dir = s->data_dir,
        .options = s->options, .proto_ver = 4, .state_id = &none, .logger_cb = log_cb, .connected_cb = connected_cb, .view_cb = view_cb,
        .sst_request_cb = sst_request_cb, .apply_cb = apply_cb, .sst_donate_cb = sst_donate_cb, .synced_cb = synced_cb};
    must(s->w.init(&s->w, &args) == WSREP_OK, "init");
    must(s->w.connect(&s->w, "cost", url, "", number == 0) == WSREP_OK, "connect");
    for (int i = 0; i < APPLIERS; i++) {
        pthread_t thread;
        must(pthread_create(&thread, NULL, receive, s) == 0 && pthread_detach(thread) == 0, "thread");
    }
    const struct timespec pause = {.tv_nsec = 10 * MS};
    while (!atomic_load(&s->synced)) {
        nanosleep(&pause, NULL);
    }
}

static void *client(void *arg) {
    const uint64_t number = (uintptr_t)arg;
    wsrep_t *w = &servers[0].w;
    char data[DATA_LENGTH] = {0};
    const wsrep_buf_t buffer = {data, sizeof data};
    for (uint64_t i = 1; !atomic_load_explicit(&stop, memory_order_relaxed); i++) {
        const uint64_t row = number << 32 | i % 1000;
        wsrep_ws_handle_t handle = {.trx_id = number << 32 | i};
        const wsrep_buf_t parts[3] = {{"sbtest", 6}, {"sbtest1", 7}, {&row, sizeof row}};
        const wsrep_key_t key = {.key_parts = parts, .key_parts_num = 3};
        wsrep_trx_meta_t meta;
        const int64_t began = now_ns();
        must(w->append_key(w, &handle, &key, 1, WSREP_KEY_EXCLUSIVE, true) == WSREP_OK, "append_key");
        must(w->append_data(w, &handle, &buffer, 1, WSREP_DATA_ORDERED, true) == WSREP_OK, "append_data");
        must(w->certify(w, number, &handle, WHOLE, &meta) == WSREP_OK, "certify");
        must(w->commit_order_enter(w, &handle, &meta) == WSREP_OK, "enter");
        must(w->commit_order_leave(w, &handle, &meta, NULL) == WSREP_OK, "leave");
        must(w->release(w, &handle) == WSREP_OK, "release");
        atomic_fetch_add_explicit(&latency, now_ns() - began, memory_order_relaxed);
        atomic_fetch_add_explicit(&committed, 1, memory_order_relaxed);
    }
    return NULL;
}

static double cpu_us(const struct rusage *usage) {
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e6 + (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

int main(int count, char **args) {
    must(count > 3 && count - 3 <= NODES_MAX, "usage: cost SECONDS CLIENTS DIRECTORY:PORT...");
    const uintptr_t clients = (uintptr_t)atoi(args[2]);
    must(clients > 0 && clients <= CLIENTS_MAX, "clients");
    char url[64] = "gcomm://";
    for (int i = 3; i < count; i++) {
        char *port = strrchr(args[i], ':');
        *port++ = 0;
        start(i - 3, args[i], port, url);
        if (i == 3) {
            snprintf(url, sizeof url, "gcomm://127.0.0.1:%s", port);
        }
    }
    struct rusage before;
    struct rusage after;
    getrusage(RUSAGE_SELF, &before);
    pthread_t threads[CLIENTS_MAX];
    for (uintptr_t i = 0; i < clients; i++) {
        must(pthread_create(&threads[i], NULL, client, (void *)i) == 0, "thread");
    }
    const struct timespec pause = {.tv_sec = atoi(args[1])};
    nanosleep(&pause, NULL);
    atomic_store(&stop, true);
    for (uintptr_t i = 0; i < clients; i++) {
        pthread_join(threads[i], NULL);
    }
    getrusage(RUSAGE_SELF, &after);
    const double n = (double)committed;
    printf("%d nodes, %d clients: %.0f commits/s, %.0f us each; %.1f us of CPU and %.2f context switches a commit, of all nodes\n",
           count - 3, (int)clients, n / atoi(args[1]), (double)latency / 1000 / n, (cpu_us(&after) - cpu_us(&before)) / n,
           (double)(after.ru_nvcsw + after.ru_nivcsw - before.ru_nvcsw - before.ru_nivcsw) / n);
    fflush(stdout);
    _exit(0); // what its threads are in is of no interest
}

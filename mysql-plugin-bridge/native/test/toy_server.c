// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "toy_server.h"

struct toy toys[TOY_NODES_MAX];

// ---- call-backs

static void log_cb(wsrep_log_level_t level, const char *text) {
    if (level <= WSREP_LOG_ERROR || getenv("CARILLON_TEST_LOG")) {
        fprintf(stderr, "[%d] %s\n", (int)level, text);
    }
}

static wsrep_cb_status_t connected_cb(void *ctx, const wsrep_view_info_t *view) {
    struct toy *s = ctx;
    CHECK(view->my_idx >= 0 && view->my_idx < view->memb_num);
    const wsrep_uuid_t *own = &view->members[view->my_idx].id;
    static const wsrep_uuid_t none;
    CHECK(uuid_equal(&s->id, &none) || uuid_equal(&s->id, own));
    s->id = *own;
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t view_cb(void *ctx, void *recv_ctx, const wsrep_view_info_t *view, const char *state, size_t length) {
    struct toy *s = ctx;
    (void)state;
    CHECK(recv_ctx && !length);
    pthread_mutex_lock(&s->lock);
    s->views++;
    s->finals += view->memb_num == 0;
    s->synced &= view->status == WSREP_VIEW_PRIMARY;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    if (view->status == WSREP_VIEW_PRIMARY) {
        // Everything before it is committed, nothing behind it: the appliers stand still.
        wsrep_gtid_t last;
        CHECK(s->w.last_committed_id(&s->w, &last) == WSREP_OK);
        CHECK(last.seqno <= view->state_id.seqno && s->position.seqno <= view->state_id.seqno);
        s->position = view->state_id;
    }
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t apply_cb(void *recv_ctx, const wsrep_ws_handle_t *handle, uint32_t flags, const wsrep_buf_t *data,
                                  const wsrep_trx_meta_t *meta, wsrep_bool_t *exit_loop) {
    (void)exit_loop;
    struct toy *s = recv_ctx;
    const wsrep_buf_t none = {0};
    const int64_t seqno = meta->gtid.seqno;
    if (flags & WSREP_FLAG_ROLLBACK) {
        toy_pass_order(s, handle, meta);
        return WSREP_CB_SUCCESS;
    }
    if (flags & WSREP_FLAG_ISOLATION) {
        toy_lock_all(s, seqno);
        CHECK(s->w.commit_order_enter(&s->w, handle, meta) == WSREP_OK);
        toy_change_all(s, meta);
        CHECK(s->w.commit_order_leave(&s->w, handle, meta, &none) == WSREP_OK);
        toy_unlock_all(s);
        return WSREP_CB_SUCCESS;
    }
    struct toy_payload payload;
    CHECK(data->len >= sizeof payload);
    memcpy(&payload, data->ptr, sizeof payload);
    toy_lock_for_applier(s, &payload, seqno);
    CHECK(s->w.commit_order_enter(&s->w, handle, meta) == WSREP_OK);
    toy_change_rows(s, &payload, meta);
    CHECK(s->w.commit_order_leave(&s->w, handle, meta, &none) == WSREP_OK);
    toy_unlock_for_applier(s, &payload);
    atomic_fetch_add(&s->counts.applied, 1);
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t synced_cb(void *ctx) {
    struct toy *s = ctx;
    pthread_mutex_lock(&s->lock);
    s->synced = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t sst_request_cb(void *ctx, void **request, size_t *length) {
    const struct toy *s = ctx;
    *request = strdup(s->name);
    *length = strlen(s->name) + 1;
    return WSREP_CB_SUCCESS;
}

struct snapshot {
    struct toy *donor;
    struct toy *joiner;
};

// Nothing is being changed from here to resume_changes.
static wsrep_gtid_t stop_changes(struct toy *s) {
    const wsrep_seqno_t seqno = s->w.pause(&s->w);
    CHECK(seqno >= 0);
    wsrep_gtid_t at;
    CHECK(s->w.last_committed_id(&s->w, &at) == WSREP_OK && at.seqno == seqno);
    return at;
}

static void resume_changes(struct toy *s, const wsrep_gtid_t *at, uint64_t history) {
    wsrep_gtid_t last;
    CHECK(s->w.last_committed_id(&s->w, &last) == WSREP_OK && last.seqno == at->seqno && s->history == history);
    CHECK(s->w.resume(&s->w) == WSREP_OK);
}

void toy_pause(struct toy *s) {
    const wsrep_gtid_t at = stop_changes(s);
    const uint64_t history = s->history;
    const struct timespec backup = {.tv_nsec = MS};
    nanosleep(&backup, NULL);
    resume_changes(s, &at, history);
    atomic_fetch_add(&s->counts.pauses, 1);
}

// The server's script, in a thread of its own.
static void *send_snapshot(void *arg) {
    const struct snapshot *snapshot = arg;
    struct toy *d = snapshot->donor;
    struct toy *j = snapshot->joiner;
    const wsrep_gtid_t at = stop_changes(d);
    for (int i = 0; i < TOY_ROWS; i++) {
        j->versions[i] = d->versions[i];
    }
    j->position = at;
    j->history = d->history;
    resume_changes(d, &at, j->history);
    atomic_fetch_add(&d->counts.snapshots, 1);
    CHECK(j->w.sst_received(&j->w, &at, NULL, 0) == WSREP_OK);
    CHECK(d->w.sst_sent(&d->w, &at, 0) == WSREP_OK);
    free(arg);
    return NULL;
}

static wsrep_cb_status_t sst_donate_cb(void *ctx, void *recv_ctx, const wsrep_buf_t *request, const wsrep_gtid_t *gtid,
                                       const wsrep_buf_t *state, wsrep_bool_t bypass) {
    (void)gtid;
    CHECK(recv_ctx && !state && !bypass && request->len == 3);
    struct snapshot *snapshot = malloc(sizeof *snapshot);
    *snapshot = (struct snapshot){.donor = ctx, .joiner = &toys[((const char *)request->ptr)[1] - '0']};
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, send_snapshot, snapshot) == 0 && pthread_detach(thread) == 0);
    return WSREP_CB_SUCCESS;
}

// ---- from start to end

int wsrep_loader(wsrep_t *w);

void toy_init(struct toy *s, int number, const char *socket, const char *data_dir, const char *options) {
    s->number = number;
    s->position.seqno = WSREP_SEQNO_UNDEFINED;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    snprintf(s->name, sizeof s->name, "n%d", number);
    snprintf(s->data_dir, sizeof s->data_dir, "%s", data_dir);
    snprintf(s->options, sizeof s->options, "carillon.sidecar=unix:%s;%s", socket, options);
    CHECK(wsrep_loader(&s->w) == 0);
    const struct wsrep_init_args args = {.app_ctx = s,
                                         .node_name = s->name,
                                         .node_address = "127.0.0.1",
                                         .node_incoming = "127.0.0.1:3306",
                                         .data_dir = s->data_dir,
                                         .options = s->options,
                                         .proto_ver = 4,
                                         .state_id = &s->position,
                                         .logger_cb = log_cb,
                                         .connected_cb = connected_cb,
                                         .view_cb = view_cb,
                                         .sst_request_cb = sst_request_cb,
                                         .apply_cb = apply_cb,
                                         .sst_donate_cb = sst_donate_cb,
                                         .synced_cb = synced_cb};
    CHECK(s->w.init(&s->w, &args) == WSREP_OK);
}

struct applier {
    struct toy *s;
    int number;
};

static void *run_applier(void *arg) {
    const struct applier *a = arg;
    a->s->applier_result[a->number] = a->s->w.recv(&a->s->w, a->s);
    free(arg);
    return NULL;
}

void toy_connect(struct toy *s, const char *url, bool bootstrap) {
    CHECK(s->w.connect(&s->w, "driver", url, "", bootstrap) == WSREP_OK);
    for (int i = 0; i < TOY_APPLIERS; i++) {
        struct applier *a = malloc(sizeof *a);
        *a = (struct applier){.s = s, .number = i};
        CHECK(pthread_create(&s->appliers[i], NULL, run_applier, a) == 0);
    }
}

void toy_disconnect(struct toy *s) {
    pthread_mutex_lock(&s->lock);
    const int finals = s->finals;
    pthread_mutex_unlock(&s->lock);
    CHECK(s->w.disconnect(&s->w) == WSREP_OK);
    for (int i = 0; i < TOY_APPLIERS; i++) {
        pthread_join(s->appliers[i], NULL);
        CHECK(s->applier_result[i] == WSREP_CONN_FAIL);
    }
    CHECK(s->finals == finals + 1); // each applier is joined
}

void toy_await_synced(struct toy *s) {
    pthread_mutex_lock(&s->lock);
    while (!s->synced) {
        pthread_cond_wait(&s->changed, &s->lock);
    }
    pthread_mutex_unlock(&s->lock);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "mock_server.h"

#include <sched.h>

static void log_cb(wsrep_log_level_t level, const char *text) {
    if (getenv("CARILLON_TEST_LOG")) {
        fprintf(stderr, "[%d] %s\n", (int)level, text);
    }
}

static wsrep_cb_status_t connected_cb(void *ctx, const wsrep_view_info_t *view) {
    struct server *s = ctx;
    pthread_mutex_lock(&s->lock);
    CHECK(view->my_idx >= 0 && view->my_idx < view->memb_num);
    s->own = view->members[view->my_idx].id;
    s->connected_count++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t view_cb(void *ctx, void *recv_ctx, const wsrep_view_info_t *view, const char *state, size_t length) {
    struct server *s = ctx;
    CHECK(recv_ctx && !state && !length);
    wsrep_gtid_t last;
    CHECK(s->w.last_committed_id(&s->w, &last) == WSREP_OK);
    pthread_mutex_lock(&s->lock);
    s->committed_at_view[s->view_count] = last.seqno;
    memcpy(&s->views[s->view_count++], view, sizeof *view);
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t apply_cb(void *recv_ctx, const wsrep_ws_handle_t *handle, uint32_t flags, const wsrep_buf_t *data,
                                  const wsrep_trx_meta_t *meta, wsrep_bool_t *exit_loop) {
    (void)exit_loop;
    struct server *s = recv_ctx;
    const int64_t seqno = meta->gtid.seqno;
    pthread_mutex_lock(&s->lock);
    s->entered++;
    pthread_cond_broadcast(&s->changed);
    while (s->hold_seqno == seqno) {
        pthread_cond_wait(&s->changed, &s->lock);
    }
    const bool fail = s->fail_seqno == seqno;
    pthread_mutex_unlock(&s->lock);
    CHECK(s->w.commit_order_enter(&s->w, handle, meta) == WSREP_OK);
    pthread_mutex_lock(&s->lock);
    CHECK(s->applied_count == 0 || s->applied[s->applied_count - 1] < seqno); // commit order
    s->applied[s->applied_count] = seqno;
    s->applied_flags[s->applied_count] = flags;
    s->applied_length[s->applied_count++] = data->len;
    s->applied_sum = 0;
    for (size_t i = 0; i < data->len; i++) {
        s->applied_sum += ((const uint8_t *)data->ptr)[i];
    }
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    const wsrep_buf_t none = {0};
    const wsrep_buf_t error = {.ptr = "bad row", .len = 7};
    CHECK(s->w.commit_order_leave(&s->w, handle, meta, fail ? &error : &none) == WSREP_OK);
    return fail ? WSREP_CB_FAILURE : WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t sst_request_cb(void *ctx, void **request, size_t *length) {
    struct server *s = ctx;
    if (s->refuse_snapshot) {
        return WSREP_CB_FAILURE;
    }
    *request = strdup("rsync");
    *length = 6;
    pthread_mutex_lock(&s->lock);
    s->sst_count++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t sst_donate_cb(void *ctx, void *recv_ctx, const wsrep_buf_t *request, const wsrep_gtid_t *gtid,
                                       const wsrep_buf_t *state, wsrep_bool_t bypass) {
    struct server *s = ctx;
    CHECK(recv_ctx && request->len == 5 && memcmp(request->ptr, "rsync", 5) == 0 && gtid->seqno > 0 && !state && bypass);
    pthread_mutex_lock(&s->lock);
    s->donate_count++;
    s->donated_at = gtid->seqno;
    pthread_cond_broadcast(&s->changed);
    while (s->hold_donation) {
        pthread_cond_wait(&s->changed, &s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t synced_cb(void *ctx) {
    struct server *s = ctx;
    pthread_mutex_lock(&s->lock);
    s->synced_count++;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return WSREP_CB_SUCCESS;
}

void server_start(struct server *s, struct fake *f, const char *more) {
    memset(s, 0, sizeof *s);
    s->fake = f;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->hold_seqno = s->fail_seqno = -2;
    memset(&s->w, 0x5a, sizeof s->w); // the server does not clear it
    CHECK(wsrep_loader(&s->w) == 0);
    snprintf(f->options, sizeof f->options, "carillon.sidecar=unix:%s;%s", f->path, more);
    const wsrep_gtid_t start = {.seqno = WSREP_SEQNO_UNDEFINED};
    const struct wsrep_init_args args = {.app_ctx = s,
                                         .node_name = "n1",
                                         .node_address = "127.0.0.1",
                                         .node_incoming = "127.0.0.1:3306",
                                         .data_dir = "/tmp",
                                         .options = f->options,
                                         .proto_ver = 4,
                                         .state_id = &start,
                                         .logger_cb = log_cb,
                                         .connected_cb = connected_cb,
                                         .view_cb = view_cb,
                                         .sst_request_cb = sst_request_cb,
                                         .apply_cb = apply_cb,
                                         .sst_donate_cb = sst_donate_cb,
                                         .synced_cb = synced_cb};
    CHECK(s->w.init(&s->w, &args) == WSREP_OK);
}

void server_connect(struct server *s) { CHECK(s->w.connect(&s->w, "test", "gcomm://", "", true) == WSREP_OK); }

struct receiver {
    struct server *s;
    int number;
};

static void *receive(void *arg) {
    struct receiver *r = arg;
    r->s->receiver_result[r->number] = r->s->w.recv(&r->s->w, r->s);
    free(r);
    return NULL;
}

void server_receive(struct server *s, int threads) {
    s->receiver_count = threads;
    for (int i = 0; i < threads; i++) {
        struct receiver *r = malloc(sizeof *r);
        *r = (struct receiver){.s = s, .number = i};
        CHECK(pthread_create(&s->receivers[i], NULL, receive, r) == 0);
    }
    struct provider *p = s->w.ctx;
    for (bool all = false; !all; sched_yield()) {
        pthread_mutex_lock(&p->feed.lock);
        all = (int)p->feed.receivers == threads;
        pthread_mutex_unlock(&p->feed.lock);
    }
}

void server_join_receivers(struct server *s) {
    for (int i = 0; i < s->receiver_count; i++) {
        pthread_join(s->receivers[i], NULL);
    }
}

#define AWAIT(s, condition)                                                                                                                \
    do {                                                                                                                                   \
        pthread_mutex_lock(&(s)->lock);                                                                                                    \
        while (!(condition)) {                                                                                                             \
            pthread_cond_wait(&(s)->changed, &(s)->lock);                                                                                  \
        }                                                                                                                                  \
        pthread_mutex_unlock(&(s)->lock);                                                                                                  \
    } while (0)

void server_await_applied(struct server *s, int count) { AWAIT(s, s->applied_count >= count); }

void server_await_entered(struct server *s, int count) { AWAIT(s, s->entered >= count); }

void server_await_views(struct server *s, int count) { AWAIT(s, s->view_count >= count); }

void server_await_synced(struct server *s, int count) { AWAIT(s, s->synced_count >= count); }

void server_await_paused(struct server *s) {
    struct feed *feed = &((struct provider *)s->w.ctx)->feed;
    for (bool held = false; !held; sched_yield()) {
        pthread_mutex_lock(&feed->lock);
        held = feed->paused;
        pthread_mutex_unlock(&feed->lock);
    }
}

void server_await_donations(struct server *s, int count) { AWAIT(s, s->donate_count >= count); }

void server_let_donation_go(struct server *s) {
    pthread_mutex_lock(&s->lock);
    s->hold_donation = false;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void server_hold(struct server *s, int64_t seqno) {
    pthread_mutex_lock(&s->lock);
    s->hold_seqno = seqno;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void server_stop(struct server *s) {
    CHECK(s->w.disconnect(&s->w) == WSREP_OK);
    server_join_receivers(s);
    s->w.free(&s->w);
    s->w.free(&s->w);
}

void trx_keys(struct server *s, wsrep_ws_handle_t *handle, uint64_t id, const char *row) {
    *handle = (wsrep_ws_handle_t){.trx_id = id};
    const wsrep_buf_t parts[3] = {{"db", 2}, {"t", 1}, {row, strlen(row)}};
    const wsrep_key_t key = {.key_parts = parts, .key_parts_num = 3};
    CHECK(s->w.append_key(&s->w, handle, &key, 1, WSREP_KEY_EXCLUSIVE, true) == WSREP_OK);
    const wsrep_buf_t data = {row, strlen(row)};
    CHECK(s->w.append_data(&s->w, handle, &data, 1, WSREP_DATA_ORDERED, true) == WSREP_OK);
}

wsrep_status_t trx_certify(struct server *s, wsrep_ws_handle_t *handle, wsrep_trx_meta_t *meta) {
    return s->w.certify(&s->w, 5, handle, WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END, meta);
}

void trx_commit(struct server *s, wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta) {
    const wsrep_buf_t none = {0};
    CHECK(s->w.commit_order_enter(&s->w, handle, meta) == WSREP_OK);
    CHECK(s->w.commit_order_leave(&s->w, handle, meta, &none) == WSREP_OK);
    CHECK(s->w.release(&s->w, handle) == WSREP_OK);
}

void trx_write(struct server *s, uint64_t id, const char *row) {
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    trx_keys(s, &handle, id, row);
    CHECK(trx_certify(s, &handle, &meta) == WSREP_OK);
    trx_commit(s, &handle, &meta);
}

static void *run_certify(void *arg) {
    struct certify_call *c = arg;
    c->status = c->s->w.certify(&c->s->w, 5, &c->handle, c->flags, &c->meta);
    return NULL;
}

void certify_begin(struct certify_call *c, struct server *s, uint64_t id, const char *row) {
    c->s = s;
    if (!c->flags) {
        c->flags = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;
    }
    trx_keys(s, &c->handle, id, row);
    CHECK(pthread_create(&c->thread, NULL, run_certify, c) == 0);
}

wsrep_status_t certify_end(struct certify_call *c) {
    pthread_join(c->thread, NULL);
    return c->status;
}

struct node *node_begin(const char *options, int receivers) {
    struct node *n = calloc(1, sizeof *n);
    fake_start(&n->f);
    server_start(&n->s, &n->f, options);
    server_connect(&n->s);
    server_receive(&n->s, receivers);
    return n;
}

void node_end(struct node *n) {
    server_stop(&n->s);
    for (int i = 0; i < n->s.receiver_count; i++) {
        CHECK(n->s.receiver_result[i] == WSREP_CONN_FAIL);
    }
    const wsrep_view_info_t *last = &n->s.views[n->s.view_count - 1];
    CHECK(last->memb_num == 0 && last->my_idx == -1 && last->status == WSREP_VIEW_NON_PRIMARY && last->view == WSREP_SEQNO_UNDEFINED);
    CHECK(last->state_id.seqno == n->s.committed_at_view[n->s.view_count - 1]);
    fake_stop(&n->f);
    free(n);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The server of the fuzz: every byte that it is given is read, so that the sanitizer sees where it lies.
#include "fuzz.h"

struct told told;

static uint64_t sum;

static void read_all(const void *bytes, size_t length) {
    const uint8_t *at = bytes;
    uint64_t all = 0;
    for (size_t i = 0; i < length; i++) {
        all += at[i];
    }
    __atomic_fetch_add(&sum, all, __ATOMIC_RELAXED);
}

static void read_view(const wsrep_view_info_t *view) {
    CHECK(view->memb_num >= 0 && view->my_idx >= -1 && view->my_idx < view->memb_num);
    CHECK(view->status <= WSREP_VIEW_NON_PRIMARY && (view->memb_num > 0 || view->status == WSREP_VIEW_NON_PRIMARY));
    read_all(view, offsetof(wsrep_view_info_t, members));
    for (int i = 0; i < view->memb_num; i++) {
        const wsrep_member_info_t *member = &view->members[i];
        read_all(member, sizeof *member);
        CHECK(memchr(member->name, 0, sizeof member->name) && memchr(member->incoming, 0, sizeof member->incoming));
    }
}

static void log_cb(wsrep_log_level_t level, const char *text) {
    CHECK(level >= WSREP_LOG_FATAL && level <= WSREP_LOG_DEBUG);
    read_all(text, strlen(text));
    atomic_fetch_add(&told.log_lines, 1);
    if (getenv("CARILLON_TEST_LOG")) {
        fprintf(stderr, "[%d] %s\n", (int)level, text);
    }
}

static wsrep_cb_status_t connected_cb(void *ctx, const wsrep_view_info_t *view) {
    CHECK(ctx && view->my_idx >= 0);
    read_view(view);
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t view_cb(void *ctx, void *recv_ctx, const wsrep_view_info_t *view, const char *state, size_t length) {
    CHECK(ctx && recv_ctx && !state && !length);
    read_view(view);
    told.views++;
    told.final_views += view->memb_num == 0;
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t apply_cb(void *recv_ctx, const wsrep_ws_handle_t *handle, uint32_t flags, const wsrep_buf_t *data,
                                  const wsrep_trx_meta_t *meta, wsrep_bool_t *exit_loop) {
    struct fuzz *f = recv_ctx;
    CHECK(!*exit_loop && (flags & ~(uint32_t)WSREP_FLAGS_MASK) == 0);
    CHECK(meta->gtid.seqno >= 0 && meta->depends_on >= -1 && meta->depends_on < meta->gtid.seqno);
    CHECK(data->len <= f->offered && !data->ptr == !data->len);
    read_all(data->ptr, data->len);
    told.applied++;
    CHECK(f->w.commit_order_enter(&f->w, handle, meta) == WSREP_OK);
    const wsrep_buf_t none = {0};
    CHECK(f->w.commit_order_leave(&f->w, handle, meta, &none) == WSREP_OK);
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t sst_request_cb(void *ctx, void **request, size_t *length) {
    CHECK(ctx);
    *request = strdup("rsync");
    *length = 6;
    told.requested++;
    return WSREP_CB_SUCCESS;
}

// Takes the request for two strings, as the server does.
static wsrep_cb_status_t sst_donate_cb(void *ctx, void *recv_ctx, const wsrep_buf_t *request, const wsrep_gtid_t *gtid,
                                       const wsrep_buf_t *state, wsrep_bool_t bypass) {
    struct fuzz *f = recv_ctx;
    CHECK(ctx && request->ptr && request->len <= f->offered && gtid->seqno >= -1 && !state);
    (void)bypass;
    read_all(request->ptr, request->len);
    const char *method = request->ptr;
    const char *place = method + strlen(method) + 1;
    CHECK(strlen(method) + strlen(place) <= request->len);
    told.donated++;
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t synced_cb(void *ctx) {
    CHECK(ctx);
    told.synced++;
    return WSREP_CB_SUCCESS;
}

static wsrep_status_t allowlist_cb(void *ctx, int key, const wsrep_buf_t *value) {
    CHECK(!ctx && key == WSREP_ALLOWLIST_IP && value->len < 64 && strlen(value->ptr) == value->len);
    atomic_fetch_add(&told.peers, 1);
    return WSREP_OK;
}

int wsrep_init_allowlist_service_v1(const wsrep_allowlist_service_v1_t *service);

void fuzz_provider_begin(struct fuzz *f) {
    const wsrep_allowlist_service_v1_t allowlist = {.allowlist_cb = allowlist_cb};
    CHECK(wsrep_init_allowlist_service_v1(&allowlist) == 0);
    memset(&f->w, 0, sizeof f->w);
    CHECK(wsrep_loader(&f->w) == 0);
    const wsrep_gtid_t start = {.seqno = WSREP_SEQNO_UNDEFINED};
    const struct wsrep_init_args args = {.app_ctx = f,
                                         .node_name = "n1",
                                         .node_address = "127.0.0.1",
                                         .node_incoming = "127.0.0.1:3306",
                                         .data_dir = "/tmp",
                                         .options = "carillon.sidecar=unix:/nowhere;carillon.sidecar_grace=PT0S",
                                         .proto_ver = 4,
                                         .state_id = &start,
                                         .logger_cb = log_cb,
                                         .connected_cb = connected_cb,
                                         .view_cb = view_cb,
                                         .sst_request_cb = sst_request_cb,
                                         .apply_cb = apply_cb,
                                         .sst_donate_cb = sst_donate_cb,
                                         .synced_cb = synced_cb};
    f->p = provider_create(&args);
    f->w.ctx = f->p;
    f->p->calls.generation = 1; // numbers of calls are in the frames, which shall be the same each time
    char reason[128];
    CHECK(f->p && session_prepare(f->p, reason, sizeof reason));
}

void fuzz_provider_end(struct fuzz *f) {
    session_stop(f->p);
    provider_destroy(f->p);
}

static struct call *open_call(struct fuzz *f, struct call *call, struct frame_out *frame, uint16_t type) {
    frame_begin(frame, type, 0);
    CHECK(frame_end(frame));
    call->frame = frame;
    CHECK(calls_register(&f->p->calls, call));
    call->sent = true;
    return call;
}

static void open_orphan(struct fuzz *f) {
    struct orphan *orphan = calloc(1, sizeof *orphan);
    struct call call = {0};
    orphan->flags = fuzz_below(f, 2) ? WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END : WSREP_FLAG_TRX_START;
    CHECK(ws_append_data(&orphan->ws, &f->p->spills, "abc", 3) && calls_register(&f->p->calls, &call));
    call.sent = true;
    CHECK(calls_abandon(&f->p->calls, &call, orphan));
    f->orphan = call.id;
}

void fuzz_feed_begin(struct fuzz *f) {
    struct provider *p = f->p;
    pthread_mutex_lock(&p->feed.lock);
    p->feed.closed = false;
    p->feed.final_queued = false;
    pthread_mutex_unlock(&p->feed.lock);
    atomic_store(&p->inconsistent, false);
    atomic_store(&p->closing, false);
    atomic_store(&p->session.received, -1);
    f->offered = 3; // what the orphan has
    for (int i = 0; i < AHEAD_STREAMS; i++) {
        f->offered += p->session.ahead.open[i].spill.length;
    }
    f->trx = trx_new(p, 7, true);
    f->trx->flags = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;
    f->trx->state = TRX_REPLICATING;
    f->trx->call.trx = f->trx;
    f->trx->call.frame = NULL;
    CHECK(calls_register(&p->calls, &f->trx->call));
    f->trx->call.sent = true;
    open_call(f, &f->plain, &f->plain_frame, FRAME_SYNC_POINT);
    open_call(f, &f->status, &f->status_frame, FRAME_STATUS);
    open_orphan(f);
}

static bool answered(struct fuzz *f, struct call *call) {
    if (calls_withdraw(&f->p->calls, call)) {
        return false;
    }
    CHECK(atomic_load(&call->state) == CALL_DONE && call->status >= WSREP_OK && call->status <= WSREP_NOT_ALLOWED);
    read_all(call->text, call->text ? strlen(call->text) : 0);
    return true;
}

static void close_call(struct fuzz *f, struct call *call, struct frame_out *frame) {
    answered(f, call);
    call_clear(call);
    frame_out_free(frame);
}

void fuzz_feed_end(struct fuzz *f) {
    struct provider *p = f->p;
    if (answered(f, &f->trx->call)) {
        // Ordered or refused, and the two look different.
        CHECK((f->trx->call.status == WSREP_OK) == (f->trx->seqno >= 0) && f->trx->seqno == (f->trx->seqno < 0 ? -1 : f->trx->call.seqno));
        trx_leave_order(p, f->trx);
    }
    trx_release(p, f->trx);
    close_call(f, &f->plain, &f->plain_frame);
    close_call(f, &f->status, &f->status_frame);
    struct call *orphan = calls_take(&p->calls, f->orphan);
    if (orphan) {
        ws_free(&((struct orphan *)orphan)->ws);
        free(orphan);
    }
    struct wsrep_stats_var *vars = f->w.stats_get(&f->w);
    for (const struct wsrep_stats_var *v = vars; v->name; v++) {
        read_all(v->name, strlen(v->name));
        read_all(v->value._string, v->type == WSREP_VAR_STRING ? strlen(v->value._string) : 0);
    }
    f->w.stats_free(&f->w, vars);
    atomic_store(&p->closing, true);
    feed_push_final(p);
    const uint64_t before = told.final_views;
    const wsrep_status_t end = f->w.recv(&f->w, f);
    CHECK(end == WSREP_CONN_FAIL || end == WSREP_FATAL);
    CHECK(told.final_views == before + 1 && !p->feed.head && atomic_load(&p->feed.starts) == 0 && p->calls.free_count == p->calls.capacity);
    CHECK(horizon_reached(&p->apply) == horizon_reached(&p->commit));
    peers_settle(p);
}

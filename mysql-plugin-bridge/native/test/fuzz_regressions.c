// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Frames that ended the process, left a thread waiting for ever or memory behind, or told the server what nobody had said, before they were
// refused. Each for itself on a new provider, which is worked off and ended behind it.
#include "fuzz.h"

static bool give(struct fuzz *f) {
    CHECK(frame_end(&f->out));
    uint8_t *frame = malloc(f->out.length);
    memcpy(frame, f->out.bytes, f->out.length);
    char reason[512] = "";
    const bool taken = dispatch(f->p, frame, f->out.length, reason, sizeof reason);
    CHECK(taken == !*reason);
    free(frame);
    f->offered += f->out.length;
    frame_out_free(&f->out);
    return taken;
}

static bool skip(struct fuzz *f, uint64_t seqno) {
    frame_begin(&f->out, FRAME_SKIP, 0);
    frame_put_u64(&f->out, seqno);
    return give(f);
}

static bool verdict(struct fuzz *f, uint64_t id, uint64_t seqno, uint32_t result) {
    frame_begin(&f->out, FRAME_VERDICT, id);
    frame_put_u64(&f->out, seqno);
    frame_put_u64(&f->out, seqno - 1);
    frame_put_u32(&f->out, result);
    frame_put_u64(&f->out, UINT64_MAX);
    return give(f);
}

static bool write_set(struct fuzz *f, uint64_t seqno, uint64_t depends_on, uint64_t announced, const char *data) {
    const uint8_t origin[16] = {9};
    frame_begin(&f->out, FRAME_WRITE_SET, 0);
    frame_put_u64(&f->out, seqno);
    frame_put_u64(&f->out, depends_on);
    frame_put_u32(&f->out, WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END);
    frame_put_u32(&f->out, 1);
    frame_put(&f->out, origin, sizeof origin);
    frame_put_u64(&f->out, 1);
    frame_put_u64(&f->out, 2);
    frame_put_u64(&f->out, announced);
    frame_put(&f->out, data, strlen(data));
    return give(f);
}

static bool view(struct fuzz *f, uint16_t use, uint64_t seqno, uint32_t own, uint32_t members) {
    const uint8_t id[16] = {7};
    frame_begin(&f->out, FRAME_VIEW, 0);
    put_u16(f->out.bytes + 6, use);
    frame_put_u64(&f->out, seqno);
    frame_put(&f->out, id, sizeof id);
    frame_put_u64(&f->out, 1);
    frame_put_u32(&f->out, WSREP_VIEW_PRIMARY);
    frame_put_u32(&f->out, WSREP_CAPABILITIES);
    frame_put_u32(&f->out, own);
    frame_put_u32(&f->out, 4);
    frame_put_u32(&f->out, members);
    for (uint32_t i = 0; i < members; i++) {
        frame_put(&f->out, id, sizeof id);
        frame_put_text(&f->out, "n1");
        frame_put_text(&f->out, "127.0.0.1:3306");
    }
    return give(f);
}

static bool result(struct fuzz *f, uint64_t id, int32_t status) {
    frame_begin(&f->out, FRAME_RESULT, id);
    frame_put_u32(&f->out, (uint32_t)status);
    frame_put_u64(&f->out, 5);
    frame_put_text(&f->out, "");
    return give(f);
}

static bool begin(struct fuzz *f) { return view(f, FRAME_VIEW_CONNECTED, 101, 0, 1); }

// abort() for want of memory: the order reached from nothing to there.
static void a_place_before_any_view(struct fuzz *f) {
    CHECK(!skip(f, 1ULL << 62) && !skip(f, INT64_MAX) && !verdict(f, 0, 1ULL << 62, 0) && !write_set(f, 1ULL << 62, 1, 0, ""));
    CHECK(!view(f, 0, 1ULL << 62, 0, 1));
}

// The same: the order begins there with the view, but nobody has worked on that yet.
static void a_place_behind_a_view_far_away(struct fuzz *f) {
    CHECK(view(f, FRAME_VIEW_CONNECTED, 1ULL << 62, 0, 1) && skip(f, (1ULL << 62) + 1) && verdict(f, 0, (1ULL << 62) + 2, 1));
}

// The view forgot what had left behind it: the last event waited for it for ever.
static void a_place_given_back_before_the_order_begins(struct fuzz *f) {
    CHECK(begin(f) && skip(f, 102) && write_set(f, 103, 102, 1, "a"));
    CHECK(verdict(f, f->trx->call.id, 104, 1) && write_set(f, 105, 104, 1, "b"));
}

static void an_order_that_begins_twice(struct fuzz *f) {
    CHECK(begin(f) && verdict(f, f->trx->call.id, 102, 1) && write_set(f, 103, 102, 1, "a"));
    CHECK(view(f, FRAME_VIEW_CONNECTED, 11, 0, 1) && skip(f, 12) && write_set(f, 13, 12, 1, "b"));
}

// A place that nobody ever gives back, or a place without a number; and an orphan that is kept for ever.
static void an_answer_of_another_kind(struct fuzz *f) {
    CHECK(begin(f) && !verdict(f, f->plain.id, 102, 0) && !verdict(f, f->status.id, 102, 0) && verdict(f, f->trx->call.id, 102, 0));
    CHECK(!result(f, f->orphan, WSREP_OK) && !result(f, f->status.id, WSREP_OK) && result(f, f->plain.id, WSREP_OK));
}

static void a_write_set_that_got_a_result(struct fuzz *f) {
    CHECK(begin(f) && !result(f, f->trx->call.id, WSREP_OK) && f->trx->state == TRX_REPLICATING);
}

static void statuses_that_do_not_exist(struct fuzz *f) { CHECK(!result(f, f->plain.id, 77) && !result(f, f->plain.id, -1)); }

// Overflow in the average distance, and in the place before the view's.
static void numbers_below_none(struct fuzz *f) {
    CHECK(begin(f) && !write_set(f, 102, 1ULL << 63, 0, "") && !skip(f, UINT64_MAX) && !skip(f, 1ULL << 63));
    CHECK(!view(f, FRAME_VIEW_CONNECTED, 1ULL << 63, 0, 1) && !view(f, FRAME_VIEW_SYNTHETIC, UINT64_MAX, 0, 1));
}

// Memory for all that is announced, before any of it is there.
static void more_than_a_write_set_can_have(struct fuzz *f) {
    CHECK(begin(f) && !write_set(f, 102, 101, 1ULL << 40, "a") && write_set(f, 102, 101, INT32_MAX, "a"));
    CHECK(f->p->session.partial->spill.capacity <= FRAME_LENGTH_MAX && !skip(f, 102));
    event_free(f->p->session.partial);
    f->p->session.partial = NULL;
}

// The server takes a view without members for its farewell, and looks itself up in one that it connects with.
static void views_that_a_server_cannot_take(struct fuzz *f) {
    CHECK(!view(f, 0, 101, UINT32_MAX, 0) && !view(f, FRAME_VIEW_CONNECTED, 101, UINT32_MAX, 1));
    CHECK(!view(f, FRAME_VIEW_CONNECTED, 101, 1, 1));
    CHECK(!view(f, FRAME_VIEW_NOT_CHANGED, 101, 0, 1) && !view(f, FRAME_VIEW_CONNECTED | FRAME_VIEW_SYNTHETIC, 101, 0, 1));
    CHECK(begin(f) && view(f, 0, 102, UINT32_MAX, 1));
}

// The server reads two strings from a request: behind one without its zero it read on.
static void a_request_without_its_place(struct fuzz *f) {
    const uint64_t before = told.donated;
    frame_begin(&f->out, FRAME_DONATE, 0);
    frame_put_u64(&f->out, 5);
    frame_put(&f->out, (const uint8_t[16]){1}, 16);
    frame_put_u8(&f->out, 0);
    frame_put_text(&f->out, "rsync");
    CHECK(give(f));
    fuzz_feed_end(f);
    CHECK(told.donated == before + 1);
    fuzz_feed_begin(f);
}

// Was shown in part, for as long as no other came.
static void half_a_status_reply(struct fuzz *f) {
    frame_begin(&f->out, FRAME_STATUS_REPLY, f->status.id);
    frame_put_u32(&f->out, 2);
    frame_put_text(&f->out, "cert_index_size");
    frame_put_u8(&f->out, WSREP_VAR_INT64);
    frame_put_u64(&f->out, 17);
    CHECK(!give(f) && !f->p->status.reply);
}

void fuzz_regressions(struct fuzz *f) {
    static void (*const all[])(struct fuzz *) = {a_place_before_any_view,
                                                 a_place_behind_a_view_far_away,
                                                 a_place_given_back_before_the_order_begins,
                                                 an_order_that_begins_twice,
                                                 an_answer_of_another_kind,
                                                 a_write_set_that_got_a_result,
                                                 statuses_that_do_not_exist,
                                                 numbers_below_none,
                                                 more_than_a_write_set_can_have,
                                                 views_that_a_server_cannot_take,
                                                 a_request_without_its_place,
                                                 half_a_status_reply};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        fuzz_provider_begin(f);
        fuzz_feed_begin(f);
        all[i](f);
        fuzz_feed_end(f);
        fuzz_provider_end(f);
    }
}

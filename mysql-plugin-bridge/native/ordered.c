// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Frames that take a place in the total order.
#include "incoming.h"

#include <stdio.h>
#include <stdlib.h>

// Places are counted from a view, or a snapshot: before it there are none.
static bool read_place(struct incoming *f, int64_t *seqno) {
    *seqno = (int64_t)frame_get_u64(&f->in);
    return !f->in.failed && *seqno >= 0 && *seqno < INT64_MAX && atomic_load(&f->p->session.received) >= 0;
}

static bool read_dependency(struct incoming *f, int64_t seqno, int64_t *depends_on) {
    const int64_t value = (int64_t)frame_get_u64(&f->in);
    *depends_on = value < seqno ? value : seqno - 1;
    return !f->in.failed && value >= WSREP_SEQNO_UNDEFINED;
}

// The others apply it, and nobody has it here. Not to be, and if it is, this node's data are not the group's any more.
static void commit_is_missing(struct provider *p, uint64_t id, int64_t seqno) {
    char reason[160];
    snprintf(reason, sizeof reason, "the group committed write set %lld of this node's call %llu, of which the provider knows nothing",
             (long long)seqno, (unsigned long long)id);
    vote(p, seqno, reason, strlen(reason));
    feed_fail(p, reason);
}

bool on_verdict(struct incoming *f) {
    struct provider *p = f->p;
    int64_t seqno;
    int64_t depends_on;
    if (!read_place(f, &seqno) || !read_dependency(f, seqno, &depends_on)) {
        return false;
    }
    const uint32_t result = frame_get_u32(&f->in);
    const int64_t conflicting = (int64_t)frame_get_u64(&f->in);
    if (!frame_read(&f->in) || result > 1 || !incoming_follows(f, seqno)) {
        return false;
    }
    if (!incoming_is_new(f, seqno)) {
        return incoming_consumed(f);
    }
    struct call *call;
    if (!calls_answer(&p->calls, f->id, FRAME_VERDICT, &call)) {
        return false;
    }
    incoming_consumed(f);
    shield_verdict(&p->shield, f->id, seqno);
    if (call && call->abandoned) {
        shield_lost(&p->shield, seqno);
        orphan_verdict(p, (struct orphan *)call, seqno, depends_on, result != 0);
        return true;
    }
    incoming_received(f, seqno);
    if (!call) {
        if (result == 0) {
            commit_is_missing(p, f->id, seqno);
        }
        feed_leave(p, seqno, p->feed.orders);
        return true;
    }
    horizon_entered(&p->apply, seqno);
    call->status = WSREP_OK;
    call->seqno = seqno;
    call->depends_on = depends_on;
    call->conflict = result != 0;
    call->value = conflicting;
    if (call->trx) {
        trx_verdict(p, call->trx, seqno, depends_on, result != 0);
    }
    call_done(call);
    return true;
}

static void finish_write_set(struct incoming *f, struct event *event) {
    struct provider *p = f->p;
    if (!incoming_is_new(f, event->seqno)) {
        feed_consumed(p, event->bytes, event->epoch);
        event_free(event);
        return;
    }
    incoming_counted(f, event->bytes);
    feed_push(p, event);
}

bool on_write_set(struct incoming *f) {
    struct session *s = &f->p->session;
    int64_t seqno;
    int64_t depends_on;
    if (!read_place(f, &seqno) || !read_dependency(f, seqno, &depends_on)) {
        return false;
    }
    const uint32_t flags = frame_get_u32(&f->in);
    const uint32_t certified = frame_get_u32(&f->in);
    wsrep_stid_t stid;
    frame_get_uuid(&f->in, &stid.node);
    stid.trx = frame_get_u64(&f->in);
    stid.conn = frame_get_u64(&f->in);
    const uint64_t data_length = frame_get_u64(&f->in);
    const bool ahead = (f->flags & FRAME_WRITE_SET_AHEAD) != 0;
    const uint64_t stream = ahead ? frame_get_u64(&f->in) : 0;
    const uint64_t position = ahead ? frame_get_u64(&f->in) : 0;
    const size_t present = (size_t)(f->in.end - f->in.at);
    const bool odd = certified > 1 || f->flags & ~FRAME_WRITE_SET_AHEAD || (ahead && (present || !certified));
    if (f->in.failed || odd || present > data_length || data_length > INT32_MAX || !incoming_follows(f, seqno)) {
        return false;
    }
    // One piece of memory for the common case. Data that comes in parts takes room as it comes, not as it is announced.
    const bool whole = ahead || present == data_length;
    struct event *event = event_new(EVENT_WRITE_SET, whole ? present : 0);
    if (!event) {
        return false;
    }
    if (ahead && !ahead_take(f, event, stream, position, data_length)) {
        event_free(event);
        return false;
    }
    if (!whole) {
        spill_expect(&f->p->spills, &event->spill, data_length);
        if (!spill_append(&f->p->spills, &event->spill, f->in.at, present)) {
            event_free(event);
            return false;
        }
    }
    event->bytes = f->length;
    event->epoch = f->p->feed.epoch;
    event->after = atomic_load_explicit(&s->received, memory_order_relaxed);
    event->ordered = true;
    event->seqno = seqno;
    event->depends_on = depends_on;
    event->flags = flags & WSREP_FLAGS_MASK;
    event->certified = certified != 0;
    event->stid = stid;
    event->data_length = data_length;
    if (!whole) {
        s->partial = event;
        return true;
    }
    if (present) {
        memcpy(event->data, f->in.at, present);
    }
    finish_write_set(f, event);
    return true;
}

bool on_write_set_part(struct incoming *f) {
    struct session *s = &f->p->session;
    struct event *event = s->partial;
    const size_t present = (size_t)(f->in.end - f->in.at);
    const struct spill_place *place = &f->p->spills;
    if (!event || present > event->data_length - event->spill.length || !spill_append(place, &event->spill, f->in.at, present)) {
        return false;
    }
    event->bytes += f->length;
    if (event->spill.length < event->data_length) {
        return true;
    }
    if (!spill_map(place, &event->spill)) {
        return false; // the session ends, and frees it
    }
    event->data = event->spill.at;
    s->partial = NULL;
    finish_write_set(f, event);
    return true;
}

bool on_skip(struct incoming *f) {
    int64_t seqno;
    if (!read_place(f, &seqno) || !frame_read(&f->in) || !incoming_follows(f, seqno)) {
        return false;
    }
    incoming_consumed(f);
    if (incoming_is_new(f, seqno)) {
        incoming_received(f, seqno);
        feed_leave(f->p, seqno, f->p->feed.orders);
    }
    return true;
}

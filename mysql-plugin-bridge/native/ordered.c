// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Frames that take a place in the total order.
#include "incoming.h"

#include <stdlib.h>

bool on_verdict(struct incoming *f) {
    struct provider *p = f->p;
    const int64_t seqno = (int64_t)frame_get_u64(&f->in);
    const int64_t depends_on = (int64_t)frame_get_u64(&f->in);
    const int32_t result = (int32_t)frame_get_u32(&f->in);
    const int64_t conflicting = (int64_t)frame_get_u64(&f->in);
    if (f->in.failed || !incoming_follows(f, seqno)) {
        return false;
    }
    incoming_consumed(f);
    if (!incoming_is_new(f, seqno)) {
        return true;
    }
    shield_verdict(&p->shield, f->id, seqno);
    struct call *call = calls_take(&p->calls, f->id);
    if (call && call->abandoned) {
        shield_lost(&p->shield, seqno);
        orphan_verdict(p, (struct orphan *)call, seqno, depends_on, result != 0);
        return true;
    }
    incoming_received(f, seqno);
    if (!call) {
        horizon_leave(&p->commit, seqno);
        horizon_leave(&p->apply, seqno);
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
    const int64_t seqno = (int64_t)frame_get_u64(&f->in);
    const int64_t depends_on = (int64_t)frame_get_u64(&f->in);
    const uint32_t flags = frame_get_u32(&f->in);
    const uint32_t certified = frame_get_u32(&f->in);
    wsrep_stid_t stid;
    frame_get_uuid(&f->in, &stid.node);
    stid.trx = frame_get_u64(&f->in);
    stid.conn = frame_get_u64(&f->in);
    const uint64_t data_length = frame_get_u64(&f->in);
    const size_t present = (size_t)(f->in.end - f->in.at);
    if (f->in.failed || !incoming_follows(f, seqno) || present > data_length || data_length > SIZE_MAX / 2 || s->partial) {
        return false;
    }
    // One piece of memory for the common case, two for data that comes in parts.
    const bool whole = present == data_length;
    struct event *event = event_new(EVENT_WRITE_SET, whole ? present : 0);
    if (!event || (!whole && !(event->data = malloc(data_length)))) {
        free(event);
        return false;
    }
    event->owned = !whole;
    event->bytes = f->length;
    event->epoch = f->p->feed.epoch;
    event->after = atomic_load_explicit(&s->received, memory_order_relaxed);
    event->ordered = true;
    event->seqno = seqno;
    event->depends_on = depends_on < seqno ? depends_on : seqno - 1;
    event->flags = flags & WSREP_FLAGS_MASK;
    event->certified = certified != 0;
    event->stid = stid;
    event->data_length = data_length;
    if (present) {
        memcpy(event->data, f->in.at, present);
    }
    if (whole) {
        finish_write_set(f, event);
    } else {
        s->partial = event;
        s->partial_at = present;
    }
    return true;
}

bool on_write_set_part(struct incoming *f) {
    struct session *s = &f->p->session;
    struct event *event = s->partial;
    const size_t present = (size_t)(f->in.end - f->in.at);
    if (!event || present > event->data_length - s->partial_at) {
        return false;
    }
    memcpy(event->data + s->partial_at, f->in.at, present);
    s->partial_at += present;
    event->bytes += f->length;
    if (s->partial_at == event->data_length) {
        s->partial = NULL;
        finish_write_set(f, event);
    }
    return true;
}

bool on_skip(struct incoming *f) {
    const int64_t seqno = (int64_t)frame_get_u64(&f->in);
    if (f->in.failed || !incoming_follows(f, seqno)) {
        return false;
    }
    incoming_consumed(f);
    if (incoming_is_new(f, seqno)) {
        incoming_received(f, seqno);
        horizon_leave(&f->p->commit, seqno);
        horizon_leave(&f->p->apply, seqno);
    }
    return true;
}

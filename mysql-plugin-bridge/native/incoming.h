// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// A frame on the reader thread, between dispatch.c, which knows the types, and the files that act.
#ifndef CARILLON_INCOMING_H
#define CARILLON_INCOMING_H

#include "provider.h"

struct incoming {
    struct provider *p;
    struct frame_in in;
    uint16_t type;
    uint16_t flags;
    uint64_t id;
    uint64_t length;
    int64_t missing; // a seqno that did not come before the one in this frame; -1: none
};

static inline struct event *incoming_event(struct incoming *f, enum event_type type) {
    struct event *event = event_new(type, 0);
    if (event) {
        event->bytes = f->length;
        event->epoch = f->p->feed.epoch; // only this thread writes it
        event->after = atomic_load_explicit(&f->p->session.received, memory_order_relaxed);
    }
    return event;
}

static inline bool incoming_push(struct incoming *f, struct event *event) {
    if (event) {
        feed_push(f->p, event);
    }
    return event != NULL;
}

// Feed bytes that no recv thread will see are consumed at once.
static inline bool incoming_consumed(struct incoming *f) {
    feed_consumed(f->p, f->length, f->p->feed.epoch);
    return true;
}

// As Galera counts what it received: what others wrote, and changes of the group and of this node's state.
static inline void incoming_counted(const struct incoming *f, uint64_t bytes) {
    atomic_fetch_add_explicit(&f->p->counters.received, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&f->p->counters.received_bytes, (int64_t)bytes, memory_order_relaxed);
}

// False: this place in the order was seen on an earlier connection. What becomes an event counts as received when it is in the queue
// (feed_push), so that a pause never waits for one that it keeps from being taken.
static inline bool incoming_is_new(struct incoming *f, int64_t seqno) {
    return seqno > atomic_load_explicit(&f->p->session.received, memory_order_relaxed);
}

// False: something that comes before it in the order is missing. The connection must end: the next one begins behind what was received.
static inline bool incoming_follows(struct incoming *f, int64_t seqno) {
    const int64_t received = atomic_load_explicit(&f->p->session.received, memory_order_relaxed);
    f->missing = received >= 0 && seqno > received + 1 ? received + 1 : WSREP_SEQNO_UNDEFINED;
    return f->missing < 0;
}

static inline void incoming_received(struct incoming *f, int64_t seqno) { atomic_store(&f->p->session.received, seqno); }

// All return false if the frame is malformed or memory ran out.
// ---- ordered.c: what takes a place in the order
bool on_verdict(struct incoming *f);
bool on_write_set(struct incoming *f);
bool on_write_set_part(struct incoming *f);
bool on_skip(struct incoming *f);
// ---- ahead.c: data of large write sets that nobody has decided on
bool on_ahead(struct incoming *f);
bool on_ahead_dropped(struct incoming *f);
// Takes the data for `event`: `length` bytes from `position` of the stream. False if they did not come.
bool ahead_take(struct incoming *f, struct event *event, uint64_t stream, uint64_t position, uint64_t length);
// ---- events.c: what else the recv threads or the status get
bool on_view(struct incoming *f);
bool on_state_request(struct incoming *f);
bool on_synced(struct incoming *f);
bool on_donate(struct incoming *f);
bool on_inconsistent(struct incoming *f);
bool on_state(struct incoming *f);
bool on_final(struct incoming *f);

#endif

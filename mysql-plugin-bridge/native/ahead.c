// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "ahead.h"

#include "incoming.h"

static int find(const struct ahead *ahead, uint64_t stream) {
    for (int i = 0; i < AHEAD_STREAMS; i++) {
        if (ahead->open[i].stream == stream) {
            return i;
        }
    }
    return -1;
}

static void release(struct ahead *ahead, int at) {
    spill_free(&ahead->open[at].spill);
    ahead->open[at].stream = 0;
}

void ahead_clear(struct ahead *ahead) {
    for (int i = 0; i < AHEAD_STREAMS; i++) {
        release(ahead, i);
    }
}

bool on_ahead(struct incoming *f) {
    struct ahead *ahead = &f->p->session.ahead;
    const size_t length = (size_t)(f->in.end - f->in.at);
    if (!f->id || !length) {
        return false;
    }
    int at = find(ahead, f->id);
    if (at < 0) {
        at = find(ahead, 0);
    }
    if (at < 0 || length > INT32_MAX - ahead->open[at].spill.length) {
        return false;
    }
    ahead->open[at].stream = f->id;
    return spill_append(&f->p->spills, &ahead->open[at].spill, f->in.at, length) && incoming_consumed(f);
}

bool on_ahead_dropped(struct incoming *f) {
    const int at = f->id ? find(&f->p->session.ahead, f->id) : -1;
    if (at < 0 || !frame_read(&f->in)) {
        return false;
    }
    release(&f->p->session.ahead, at);
    return incoming_consumed(f);
}

bool ahead_take(struct incoming *f, struct event *event, uint64_t stream, uint64_t position, uint64_t length) {
    struct ahead *ahead = &f->p->session.ahead;
    const int at = stream ? find(ahead, stream) : -1;
    if (at < 0 || position > ahead->open[at].spill.length || length > ahead->open[at].spill.length - position ||
        !spill_map(&f->p->spills, &ahead->open[at].spill)) {
        return false;
    }
    event_take(event, &ahead->open[at].spill);
    event->data += position;
    ahead->open[at].stream = 0;
    return true;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// What the reader thread makes of each frame: docs/ipc.md.
#include "provider.h"

#include <stdio.h>
#include <stdlib.h>

struct incoming {
    struct provider *p;
    struct frame_in in;
    uint16_t type;
    uint16_t flags;
    uint64_t id;
    uint64_t length;
};

static struct event *new_event(struct incoming *f, enum event_type type) {
    struct event *event = event_new(type, 0);
    if (event) {
        event->bytes = f->length;
        event->epoch = f->p->feed.epoch; // only this thread writes it
        event->after = atomic_load_explicit(&f->p->session.received, memory_order_relaxed);
    }
    return event;
}

static bool push(struct incoming *f, struct event *event) {
    if (event) {
        feed_push(f->p, event);
    }
    return event != NULL;
}

// Feed bytes that no recv thread will see are consumed at once.
static bool consumed(struct incoming *f) {
    feed_consumed(f->p, f->length, f->p->feed.epoch);
    return true;
}

// False: this place in the order was seen on an earlier connection. What becomes an event counts as received when it
// is in the queue (feed_push),
// so that a pause never waits for one that it keeps from being taken.
static bool is_new(struct incoming *f, int64_t seqno) {
    return seqno > atomic_load_explicit(&f->p->session.received, memory_order_relaxed);
}

static void mark_received(struct incoming *f, int64_t seqno) { atomic_store(&f->p->session.received, seqno); }

static bool on_verdict(struct incoming *f) {
    struct provider *p = f->p;
    const int64_t seqno = (int64_t)frame_get_u64(&f->in);
    const int64_t depends_on = (int64_t)frame_get_u64(&f->in);
    const int32_t result = (int32_t)frame_get_u32(&f->in);
    const int64_t conflicting = (int64_t)frame_get_u64(&f->in);
    if (f->in.failed) {
        return false;
    }
    consumed(f);
    if (!is_new(f, seqno)) {
        return true;
    }
    struct call *call = calls_take(&p->calls, f->id);
    if (call && call->abandoned) {
        orphan_verdict(p, (struct orphan *)call, seqno, depends_on, result != 0);
        return true;
    }
    mark_received(f, seqno);
    if (!call) {
        horizon_leave(&p->commit, seqno);
        horizon_leave(&p->apply, seqno);
        return true;
    }
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

static bool on_rejected(struct incoming *f) {
    struct provider *p = f->p;
    const int32_t status = (int32_t)frame_get_u32(&f->in);
    size_t length;
    const char *reason = frame_get_str(&f->in, &length);
    if (f->in.failed) {
        return false;
    }
    struct call *call = calls_take(&p->calls, f->id);
    if (!call) {
        return true;
    }
    provider_log(p, WSREP_LOG_DEBUG, "Write set rejected (%d): %.*s", status, (int)length, reason);
    if (call->abandoned) {
        struct orphan *orphan = (struct orphan *)call;
        ws_free(&orphan->ws);
        free(orphan);
        return true;
    }
    call->status = status == WSREP_OK ? WSREP_CONN_FAIL : status;
    call_done(call);
    return true;
}

static bool on_result(struct incoming *f) {
    const int32_t status = (int32_t)frame_get_u32(&f->in);
    const int64_t value = (int64_t)frame_get_u64(&f->in);
    char *text = frame_get_text(&f->in);
    if (f->in.failed) {
        free(text);
        return false;
    }
    struct call *call = calls_take(&f->p->calls, f->id);
    if (!call) {
        if (status != WSREP_OK && f->id == UINT64_MAX) {
            provider_log(f->p, WSREP_LOG_WARN, "The new sidecar could not join the group again: %s", text);
        }
        free(text);
        return true;
    }
    call->status = status;
    call->value = value;
    call->text = text;
    call_done(call);
    return true;
}

static bool on_status_reply(struct incoming *f) {
    const size_t length = (size_t)(f->in.end - f->in.at);
    status_keep_reply(f->p, f->in.at, length);
    struct call *call = calls_take(&f->p->calls, f->id);
    if (call) {
        call->status = WSREP_OK;
        call_done(call);
    }
    return true;
}

static bool on_log(struct incoming *f) {
    uint32_t level = frame_get_u32(&f->in);
    size_t length;
    const char *text = frame_get_str(&f->in, &length);
    if (f->in.failed) {
        return false;
    }
    if (level < WSREP_LOG_ERROR || level > WSREP_LOG_DEBUG) {
        level = WSREP_LOG_ERROR; // FATAL is for the provider to say
    }
    provider_log(f->p, (wsrep_log_level_t)level, "%.*s", (int)length, text);
    return true;
}

static void finish_write_set(struct incoming *f, struct event *event) {
    struct provider *p = f->p;
    if (!is_new(f, event->seqno)) {
        feed_consumed(p, event->bytes, event->epoch);
        event_free(event);
        return;
    }
    atomic_fetch_add_explicit(&p->counters.received, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&p->counters.received_bytes, (int64_t)event->bytes, memory_order_relaxed);
    feed_push(p, event);
}

static bool on_write_set(struct incoming *f) {
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
    if (f->in.failed || present > data_length || data_length > SIZE_MAX / 2 || s->partial) {
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

static bool on_write_set_part(struct incoming *f) {
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

static bool read_member(struct frame_in *in, wsrep_member_info_t *member) {
    size_t length;
    frame_get_uuid(in, &member->id);
    const char *name = frame_get_str(in, &length);
    memcpy(member->name, name, length < sizeof member->name ? length : sizeof member->name - 1);
    const char *address = frame_get_str(in, &length);
    memcpy(member->incoming, address, length < sizeof member->incoming ? length : sizeof member->incoming - 1);
    return !in->failed;
}

static bool on_view(struct incoming *f) {
    struct event *event = new_event(f, EVENT_VIEW);
    if (!event) {
        return false;
    }
    event->view_flags = f->flags;
    event->seqno = (int64_t)frame_get_u64(&f->in);
    wsrep_uuid_t state;
    frame_get_uuid(&f->in, &state);
    const int64_t number = (int64_t)frame_get_u64(&f->in);
    const uint32_t status = frame_get_u32(&f->in);
    const uint32_t capabilities = frame_get_u32(&f->in);
    const int32_t own = (int32_t)frame_get_u32(&f->in);
    const int32_t protocol = (int32_t)frame_get_u32(&f->in);
    const uint32_t count = frame_get_u32(&f->in);
    bool ok = !f->in.failed && status <= WSREP_VIEW_DISCONNECTED && count <= FRAME_LENGTH_MAX / 24 && own < (int32_t)count;
    event->view = ok ? calloc(1, sizeof *event->view + count * sizeof(wsrep_member_info_t)) : NULL;
    ok = event->view != NULL;
    for (uint32_t i = 0; ok && i < count; i++) {
        ok = read_member(&f->in, &event->view->members[i]);
    }
    if (!ok) {
        event_free(event);
        return false;
    }
    const bool primary = status == WSREP_VIEW_PRIMARY;
    event->view->state_id.uuid = state;
    event->view->state_id.seqno = primary ? event->seqno : WSREP_SEQNO_UNDEFINED;
    event->view->view = primary ? number : WSREP_SEQNO_UNDEFINED;
    event->view->status = (wsrep_view_status_t)status;
    event->view->capabilities = capabilities;
    event->view->my_idx = own;
    event->view->memb_num = (int)count;
    event->view->proto_ver = protocol;
    // A view has its place in the order if it is primary and no mere announcement of one.
    if (primary && !(f->flags & (FRAME_VIEW_NOT_CHANGED | FRAME_VIEW_SYNTHETIC))) {
        event->ordered = true;
        if (f->flags & FRAME_VIEW_CONNECTED) {
            mark_received(f, event->seqno - 1); // another group may be at a lower one
        } else if (!is_new(f, event->seqno)) {
            feed_consumed(f->p, event->bytes, event->epoch);
            event_free(event);
            return true;
        }
    }
    if (primary && (f->flags & FRAME_VIEW_SYNTHETIC)) {
        mark_received(f, event->seqno);
    }
    views_read(f->p, event);
    return push(f, event);
}

static bool on_donate(struct incoming *f) {
    struct event *event = new_event(f, EVENT_DONATE);
    if (!event) {
        return false;
    }
    event->gtid.seqno = (int64_t)frame_get_u64(&f->in);
    frame_get_uuid(&f->in, &event->gtid.uuid);
    event->bypass = frame_get_u8(&f->in) != 0;
    event->text_length = get_u32(f->in.failed || f->in.end - f->in.at < 4 ? (const uint8_t *)"\0\0\0" : f->in.at);
    event->text = frame_get_text(&f->in);
    if (f->in.failed) {
        event_free(event);
        return false;
    }
    return push(f, event);
}

static bool on_inconsistent(struct incoming *f) {
    struct event *event = new_event(f, EVENT_INCONSISTENT);
    if (!event) {
        return false;
    }
    event->text = frame_get_text(&f->in);
    if (f->in.failed) {
        event_free(event);
        return false;
    }
    atomic_store(&f->p->inconsistent, true);
    atomic_store(&f->p->primary, false);
    const bool pushed = push(f, event);
    calls_kick_all(&f->p->calls);
    return pushed;
}

static bool on_skip(struct incoming *f) {
    const int64_t seqno = (int64_t)frame_get_u64(&f->in);
    if (f->in.failed) {
        return false;
    }
    consumed(f);
    if (is_new(f, seqno)) {
        mark_received(f, seqno);
        horizon_leave(&f->p->commit, seqno);
        horizon_leave(&f->p->apply, seqno);
    }
    return true;
}

static bool on_state(struct incoming *f) {
    const int32_t state = (int32_t)frame_get_u32(&f->in);
    size_t length;
    const char *comment = frame_get_str(&f->in, &length);
    if (f->in.failed) {
        return false;
    }
    status_set_state(f->p, state, comment, length);
    return consumed(f);
}

static bool on_final(struct incoming *f) {
    consumed(f);
    feed_push_final(f->p);
    return true;
}

static bool act(struct incoming *f) {
    switch (f->type) {
    case FRAME_VERDICT: return on_verdict(f);
    case FRAME_WRITE_SET: return on_write_set(f);
    case FRAME_WRITE_SET_PART: return on_write_set_part(f);
    case FRAME_SKIP: return on_skip(f);
    case FRAME_RESULT: return on_result(f);
    case FRAME_REJECTED: return on_rejected(f);
    case FRAME_FRAGMENT_DONE: calls_fragment_done(&f->p->calls, f->id); return true;
    case FRAME_STATUS_REPLY: return on_status_reply(f);
    case FRAME_LOG: return on_log(f);
    case FRAME_VIEW: return on_view(f);
    case FRAME_STATE_REQUEST: return push(f, new_event(f, EVENT_STATE_REQUEST));
    case FRAME_DONATE: return on_donate(f);
    case FRAME_SYNCED: return push(f, new_event(f, EVENT_SYNCED));
    case FRAME_STATE: return on_state(f);
    case FRAME_FINAL: return on_final(f);
    case FRAME_INCONSISTENT: return on_inconsistent(f);
    default: return false;
    }
}

bool dispatch(struct provider *p, const uint8_t *frame, size_t length, char *reason, size_t reason_size) {
    struct incoming f = {.p = p,
                         .in = {.at = frame + FRAME_HEADER_LENGTH, .end = frame + length},
                         .type = get_u16(frame + 4),
                         .flags = get_u16(frame + 6),
                         .id = get_u64(frame + 8),
                         .length = length};
    if (!act(&f)) {
        snprintf(reason, reason_size, "a frame of type %u and %zu bytes is unknown or malformed, or memory ran out", f.type, length);
        return false;
    }
    return true;
}

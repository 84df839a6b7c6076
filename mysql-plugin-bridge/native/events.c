// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Views, snapshots and the state of the node, as the sidecar tells of them.
#include "incoming.h"

#include <stdlib.h>

enum { MEMBER_LENGTH_MIN = sizeof(wsrep_uuid_t) + 4 + 4 };

static bool read_member(struct frame_in *in, wsrep_member_info_t *member) {
    size_t length;
    frame_get_uuid(in, &member->id);
    const char *name = frame_get_str(in, &length);
    memcpy(member->name, name, length < sizeof member->name ? length : sizeof member->name - 1);
    const char *address = frame_get_str(in, &length);
    memcpy(member->incoming, address, length < sizeof member->incoming ? length : sizeof member->incoming - 1);
    return !in->failed;
}

// What a server can take: it looks itself up, and a view without members is its farewell, which is FINAL's to say.
static bool is_view(struct incoming *f, uint32_t status, int64_t seqno, int32_t own, uint32_t count) {
    const bool primary = status == WSREP_VIEW_PRIMARY;
    const bool use = f->flags <= (FRAME_VIEW_CONNECTED | FRAME_VIEW_NOT_CHANGED) ? f->flags != FRAME_VIEW_NOT_CHANGED
                                                                                 : f->flags == FRAME_VIEW_SYNTHETIC;
    const bool present = f->flags & FRAME_VIEW_CONNECTED || (primary && f->flags & FRAME_VIEW_SYNTHETIC);
    const bool placed = seqno >= (primary ? 0 : WSREP_SEQNO_UNDEFINED) && seqno < INT64_MAX;
    return use && placed && !f->in.failed && status <= WSREP_VIEW_NON_PRIMARY &&
           count > 0 && count <= (size_t)(f->in.end - f->in.at) / MEMBER_LENGTH_MIN && own >= (present ? 0 : -1) && own < (int32_t)count;
}

bool on_view(struct incoming *f) {
    struct event *event = incoming_event(f, EVENT_VIEW);
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
    bool ok = is_view(f, status, event->seqno, own, count);
    event->view = ok ? calloc(1, sizeof *event->view + count * sizeof(wsrep_member_info_t)) : NULL;
    ok = event->view != NULL;
    for (uint32_t i = 0; ok && i < count; i++) {
        ok = read_member(&f->in, &event->view->members[i]);
    }
    if (!ok || !frame_read(&f->in)) {
        event_free(event);
        return false;
    }
    const bool primary = status == WSREP_VIEW_PRIMARY;
    event->view->state_id.uuid = state;
    event->view->state_id.seqno = primary ? event->seqno : event->after;
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
            event->starts = ++f->p->feed.orders;
            incoming_received(f, event->seqno - 1); // another group may be at a lower one
        } else if (!incoming_is_new(f, event->seqno)) {
            feed_consumed(f->p, event->bytes, event->epoch);
            event_free(event);
            return true;
        } else if (atomic_load(&f->p->session.received) < 0 || !incoming_follows(f, event->seqno)) {
            event_free(event);
            return false;
        }
    }
    if (primary && (f->flags & FRAME_VIEW_SYNTHETIC)) {
        event->starts = ++f->p->feed.orders;
        incoming_received(f, event->seqno);
    }
    incoming_counted(f, f->length);
    views_read(f->p, event);
    if (f->flags & FRAME_VIEW_NOT_CHANGED && sst_is_asked(f->p)) {
        event_free(event); // the server was connected by an earlier sidecar, and waits for its snapshot
        return incoming_consumed(f);
    }
    return incoming_push(f, event);
}

bool on_state_request(struct incoming *f) {
    if (!frame_read(&f->in)) {
        return false;
    }
    // A sidecar that took another's place asks for what the server is at already.
    return sst_ask(f->p) ? incoming_push(f, incoming_event(f, EVENT_STATE_REQUEST)) : incoming_consumed(f);
}

bool on_synced(struct incoming *f) {
    if (!frame_read(&f->in)) {
        return false;
    }
    incoming_counted(f, f->length);
    return incoming_push(f, incoming_event(f, EVENT_SYNCED));
}

bool on_donate(struct incoming *f) {
    struct event *event = incoming_event(f, EVENT_DONATE);
    if (!event) {
        return false;
    }
    event->gtid.seqno = (int64_t)frame_get_u64(&f->in);
    frame_get_uuid(&f->in, &event->gtid.uuid);
    event->bypass = frame_get_u8(&f->in) != 0;
    const char *request = frame_get_str(&f->in, &event->text_length);
    // The server takes it for two strings, method and place, and relies on the zero behind each.
    event->text = calloc(1, event->text_length + 2);
    if (!frame_read(&f->in) || event->gtid.seqno < WSREP_SEQNO_UNDEFINED || !event->text) {
        event_free(event);
        return false;
    }
    memcpy(event->text, request, event->text_length);
    sst_donation_asked(f->p);
    return incoming_push(f, event);
}

bool on_inconsistent(struct incoming *f) {
    struct event *event = incoming_event(f, EVENT_INCONSISTENT);
    if (!event) {
        return false;
    }
    event->text = frame_get_text(&f->in);
    if (!frame_read(&f->in)) {
        event_free(event);
        return false;
    }
    atomic_store(&f->p->inconsistent, true);
    atomic_store(&f->p->primary, false);
    const bool pushed = incoming_push(f, event);
    calls_kick_all(&f->p->calls);
    return pushed;
}

bool on_state(struct incoming *f) {
    const int32_t state = (int32_t)frame_get_u32(&f->in);
    size_t length;
    const char *comment = frame_get_str(&f->in, &length);
    if (!frame_read(&f->in) || state < WSREP_MEMBER_UNDEFINED || state > WSREP_MEMBER_ERROR) {
        return false;
    }
    status_set_state(f->p, state, comment, length);
    return incoming_consumed(f);
}

bool on_final(struct incoming *f) {
    if (!frame_read(&f->in)) {
        return false;
    }
    incoming_consumed(f);
    feed_push_final(f->p);
    return true;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "provider.h"

#include <stdlib.h>

static bool changes_order(const struct event *event) {
    return event->view->status == WSREP_VIEW_PRIMARY && !(event->view_flags & (FRAME_VIEW_NOT_CHANGED | FRAME_VIEW_SYNTHETIC));
}

// The reader has it: clients learn at once whether there is a primary component, the server when everything before it is done.
void views_read(struct provider *p, const struct event *event) {
    const wsrep_view_info_t *view = event->view;
    const size_t size = sizeof *view + (size_t)view->memb_num * sizeof(wsrep_member_info_t);
    wsrep_view_info_t *copy = malloc(size);
    pthread_mutex_lock(&p->lock);
    if (copy) {
        memcpy(copy, view, size);
        free(p->view);
        p->view = copy;
    }
    if (view->status == WSREP_VIEW_PRIMARY) {
        p->group = view->state_id.uuid;
    }
    pthread_mutex_unlock(&p->lock);
    const bool primary = view->status == WSREP_VIEW_PRIMARY && !atomic_load(&p->inconsistent);
    atomic_store(&p->primary, primary);
    if (primary) {
        votes_again(p);
    } else {
        calls_kick_all(&p->calls);
    }
}

static void start_order_at(struct provider *p, int64_t seqno) {
    if (horizon_reached(&p->apply) != seqno || horizon_reached(&p->commit) != seqno) {
        horizon_reset(&p->commit, seqno);
        horizon_reset(&p->apply, seqno);
        shield_reset(&p->shield, seqno);
    }
}

static void drain(struct provider *p, int64_t seqno) {
    struct waiter waiter = {0};
    horizon_wait(&p->apply, &waiter, seqno, PARK_FOREVER);
}

static wsrep_status_t give_to_server(struct provider *p, const wsrep_view_info_t *view, void *recv_ctx) {
    if (p->args.view_cb(p->args.app_ctx, recv_ctx, view, NULL, 0) == WSREP_CB_SUCCESS) {
        return WSREP_OK;
    }
    provider_log(p, WSREP_LOG_ERROR, "The server could not take over view %lld: this node must be restarted", (long long)view->view);
    feed_fail(p, "the server could not take over a view");
    return WSREP_OK;
}

wsrep_status_t views_handle(struct provider *p, struct event *event, void *recv_ctx) {
    const wsrep_view_info_t *view = event->view;
    const bool synthetic = event->view_flags & FRAME_VIEW_SYNTHETIC;
    const bool primary = view->status == WSREP_VIEW_PRIMARY;
    if (event->view_flags & FRAME_VIEW_CONNECTED) {
        if (changes_order(event)) {
            start_order_at(p, event->seqno - 1);
        }
        if (p->args.connected_cb(p->args.app_ctx, view) != WSREP_CB_SUCCESS) {
            provider_log(p, WSREP_LOG_ERROR,
                "The server refuses this connection to the group: its own id in the view is not the one that it had");
            feed_fail(p, "the server refused the connection to the group");
            return WSREP_OK;
        }
    } else if (!synthetic) {
        drain(p, event->after);
    }
    if (event->view_flags & FRAME_VIEW_NOT_CHANGED) {
        return WSREP_OK;
    }
    if (synthetic && primary) {
        start_order_at(p, event->seqno);
    }
    const wsrep_status_t result = give_to_server(p, view, recv_ctx);
    if (changes_order(event)) {
        horizon_leave(&p->commit, event->seqno);
        horizon_leave(&p->apply, event->seqno);
    }
    return result;
}

void views_lost(struct provider *p) {
    if (sst_is_asked(p)) {
        return; // it was in no primary view, and waits for a snapshot in the middle of its start
    }
    struct event *event = event_new(EVENT_VIEW, 0);
    if (!event) {
        return;
    }
    const int64_t after = atomic_load(&p->session.received);
    pthread_mutex_lock(&p->lock);
    const wsrep_view_info_t *last = p->view;
    const bool known = last && last->my_idx >= 0;
    wsrep_view_info_t *view = known ? calloc(1, sizeof *view) : NULL;
    if (view) {
        view->state_id.uuid = last->state_id.uuid;
        view->state_id.seqno = after;
        view->view = WSREP_SEQNO_UNDEFINED;
        view->status = WSREP_VIEW_NON_PRIMARY;
        view->capabilities = last->capabilities;
        view->memb_num = 1;
        view->proto_ver = last->proto_ver;
        view->members[0] = last->members[last->my_idx];
    }
    pthread_mutex_unlock(&p->lock);
    if (!view) {
        event_free(event);
        return;
    }
    event->view = view;
    event->after = after;
    feed_push(p, event);
}

// The server waits for this one after disconnect(), for as long as it takes. Not primary, as Galera has it: "disconnected" would show in
// the server's wsrep_cluster_status.
wsrep_status_t views_final(struct provider *p, void *recv_ctx, int64_t seqno) {
    wsrep_view_info_t view = {.view = WSREP_SEQNO_UNDEFINED, .status = WSREP_VIEW_NON_PRIMARY, .my_idx = -1};
    pthread_mutex_lock(&p->lock);
    view.state_id.uuid = p->group;
    view.state_id.seqno = seqno;
    view.capabilities = WSREP_CAPABILITIES;
    view.proto_ver = p->view ? p->view->proto_ver : p->args.proto_ver;
    free(p->view);
    p->view = NULL;
    pthread_mutex_unlock(&p->lock);
    votes_forget(p);
    if (p->args.view_cb(p->args.app_ctx, recv_ctx, &view, NULL, 0) != WSREP_CB_SUCCESS) {
        provider_log(p, WSREP_LOG_WARN, "The server did not accept the final view");
    }
    return WSREP_OK;
}

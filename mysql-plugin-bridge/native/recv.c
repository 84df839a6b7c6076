// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// What the threads do that the server lends to recv().
#include "provider.h"

#include <stdio.h>
#include <stdlib.h>

// From this size on the log says how long a write set took: whoever waits for it wants to know.
#define LARGE_WRITE_SET (16u << 20)

// What a server is given to pass the order without effect (a "dummy").
static uint32_t dummy_flags(uint32_t flags) {
    if (flags & WSREP_FLAG_ISOLATION) {
        return WSREP_FLAG_ROLLBACK | WSREP_FLAG_TRX_START;
    }
    return flags | WSREP_FLAG_ROLLBACK;
}

static bool apply(struct provider *p, struct event *event, void *recv_ctx, wsrep_bool_t *exit_loop) {
    struct waiter waiter = {0};
    horizon_wait(&p->apply, &waiter, event->depends_on, PARK_FOREVER);
    if (event->seqno <= horizon_reached(&p->apply)) {
        return true; // already in the state that came with a snapshot
    }
    horizon_entered(&p->apply, event->seqno);
    struct remote remote = {.kind = HANDLE_REMOTE, .seqno = event->seqno};
    const wsrep_ws_handle_t handle = {.trx_id = event->stid.trx, .opaque = &remote};
    wsrep_trx_meta_t meta = {.stid = event->stid, .depends_on = event->depends_on};
    provider_group(p, &meta.gtid.uuid);
    meta.gtid.seqno = event->seqno;
    const wsrep_buf_t data = {.ptr = event->data_length ? event->data : NULL, .len = event->data_length};
    const uint32_t flags = event->certified ? event->flags : dummy_flags(event->flags);
    const int64_t began = data.len >= LARGE_WRITE_SET ? now_ns() : 0;
    const wsrep_cb_status_t result = p->args.apply_cb(recv_ctx, &handle, flags, &data, &meta, exit_loop);
    if (began) {
        provider_log(p, WSREP_LOG_INFO, "Write set %lld of %zu MiB was applied in %lld ms", (long long)event->seqno, data.len >> 20,
                     (long long)((now_ns() - began) / MS));
    }
    if (!remote.commit_left) {
        horizon_leave(&p->commit, event->seqno);
    }
    horizon_leave(&p->apply, event->seqno);
    if (event->certified) {
        atomic_fetch_add_explicit(&p->counters.certified, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&p->counters.deps_distance, event->seqno - event->depends_on, memory_order_relaxed);
    }
    return result == WSREP_CB_SUCCESS;
}

// Other threads of the feed may go on; one thread must stay.
static bool may_exit(struct provider *p) {
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    const bool ok = feed->receivers > 1;
    if (ok) {
        feed->receivers--;
    }
    pthread_mutex_unlock(&feed->lock);
    if (!ok) {
        provider_log(p, WSREP_LOG_INFO, "The last applier thread is asked to exit: it stays");
    }
    return ok;
}

static void end_inconsistent(struct provider *p, const struct event *event) {
    provider_log(p, WSREP_LOG_ERROR,
        "This node cannot go on with its state and leaves the group: %s. It needs a new state from another node: "
                 "restart it", event->text ? event->text : "no reason given");
    status_set_state(p, WSREP_MEMBER_ERROR, "Inconsistent", 12);
    struct frame_out out;
    frame_begin(&out, FRAME_DISCONNECT, UINT64_MAX - 1); // nobody waits for the answer
    session_send_frame(p, &out);
    frame_out_free(&out);
}

static wsrep_status_t handle(struct provider *p, struct event *event, void *recv_ctx, wsrep_bool_t *exit_loop) {
    switch (event->type) {
    case EVENT_WRITE_SET:
        if (!apply(p, event, recv_ctx, exit_loop)) {
            char reason[128];
            snprintf(reason, sizeof reason, "applying write set %lld failed", (long long)event->seqno);
            vote(p, event->seqno, reason, strlen(reason));
            feed_fail(p, reason);
        }
        return WSREP_OK;
    case EVENT_VIEW:
        return views_handle(p, event, recv_ctx);
    case EVENT_STATE_REQUEST:
        return sst_request(p, event);
    case EVENT_DONATE:
        sst_donate(p, event, recv_ctx);
        return WSREP_OK;
    case EVENT_SYNCED:
        if (p->args.synced_cb(p->args.app_ctx) != WSREP_CB_SUCCESS) {
            provider_log(p, WSREP_LOG_WARN, "The server did not accept that this node is synced");
        }
        return WSREP_OK;
    case EVENT_SKIP:
        horizon_leave(&p->commit, event->seqno);
        horizon_leave(&p->apply, event->seqno);
        return WSREP_OK;
    case EVENT_FINAL:
    case EVENT_INCONSISTENT:
        break;
    }
    const bool inconsistent = event->type == EVENT_INCONSISTENT;
    if (inconsistent) {
        end_inconsistent(p, event);
    } else {
        struct waiter waiter = {0};
        horizon_wait(&p->apply, &waiter, event->after, PARK_FOREVER);
    }
    feed_close(p);
    views_final(p, recv_ctx, inconsistent ? WSREP_SEQNO_UNDEFINED : horizon_reached(&p->apply));
    return inconsistent ? WSREP_FATAL : WSREP_CONN_FAIL;
}

wsrep_status_t provider_recv(wsrep_t *w, void *recv_ctx) {
    struct provider *p = provider_of(w);
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    const bool closed = feed->closed && !feed->head;
    if (!closed) {
        feed->receivers++;
    }
    pthread_mutex_unlock(&feed->lock);
    if (closed) {
        return WSREP_FATAL;
    }
    wsrep_status_t result = WSREP_OK;
    wsrep_bool_t exit_loop = false;
    while (result == WSREP_OK) {
        struct event *event = feed_pop(p);
        if (!event) {
            result = WSREP_CONN_FAIL;
            break;
        }
        exit_loop = false;
        result = handle(p, event, recv_ctx, &exit_loop);
        feed_done(p, event);
        if (result == WSREP_OK && exit_loop && may_exit(p)) {
            return WSREP_OK;
        }
    }
    pthread_mutex_lock(&feed->lock);
    feed->receivers--;
    pthread_mutex_unlock(&feed->lock);
    return result;
}

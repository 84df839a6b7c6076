// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "provider.h"

wsrep_status_t provider_last_committed_id(wsrep_t *w, wsrep_gtid_t *out) {
    struct provider *p = provider_of(w);
    provider_group(p, &out->uuid);
    out->seqno = horizon_reached(&p->apply);
    return WSREP_OK;
}

static int64_t deadline_after(struct provider *p, int timeout) {
    const int64_t duration = timeout < 0 ? atomic_load(&p->options.causal_read_timeout) : timeout * SECOND;
    return now_ns() + duration;
}

// The group says up to where everything that was committed anywhere before this call reaches.
static wsrep_status_t sync_point(struct provider *p, int64_t deadline, int64_t *seqno) {
    atomic_fetch_add_explicit(&p->counters.causal_reads, 1, memory_order_relaxed);
    if (!atomic_load(&p->primary)) {
        return WSREP_TRX_FAIL;
    }
    struct frame_out out;
    frame_begin(&out, FRAME_SYNC_POINT, 0);
    struct call call = {0};
    const wsrep_status_t status = session_call(p, &out, &call, deadline);
    *seqno = call.value;
    call_clear(&call);
    frame_out_free(&out);
    return status == WSREP_OK ? WSREP_OK : WSREP_TRX_FAIL;
}

wsrep_status_t provider_sync_wait(wsrep_t *w, wsrep_gtid_t *upto, int timeout, wsrep_gtid_t *out) {
    struct provider *p = provider_of(w);
    const int64_t deadline = deadline_after(p, timeout);
    wsrep_uuid_t group;
    provider_group(p, &group);
    int64_t seqno = upto ? upto->seqno : WSREP_SEQNO_UNDEFINED;
    if (!upto) {
        const wsrep_status_t status = sync_point(p, deadline, &seqno);
        if (status != WSREP_OK) {
            return status;
        }
    } else if (!uuid_equal(&upto->uuid, &group)) {
        return WSREP_TRX_MISSING;
    }
    struct waiter waiter = {0};
    if (horizon_wait(&p->apply, &waiter, seqno, deadline) != HORIZON_ENTERED) {
        return WSREP_TRX_FAIL;
    }
    return out ? provider_last_committed_id(w, out) : WSREP_OK;
}

static void send_pause(struct provider *p, uint8_t pause) {
    struct frame_out out;
    frame_begin(&out, FRAME_PAUSE, 0);
    frame_put_u8(&out, pause);
    session_send_frame(p, &out);
    frame_out_free(&out);
}

int64_t order_hold(struct provider *p) {
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    // One at a time, as with Galera: the end of the first one would let everything go on under the second.
    while (feed->paused) {
        pthread_cond_wait(&feed->resumed, &feed->lock);
    }
    feed->paused = true;
    // Nobody enters while the place is looked for: a verdict that the reader gets meanwhile would let its client in behind it.
    horizon_limit(&p->commit, 0);
    // Everything before the first event that nobody has taken yet is being worked on, local transactions included, and will end.
    int64_t seqno = atomic_load(&p->session.received);
    for (const struct event *event = feed->head; event; event = event->next) {
        if (event->type == EVENT_WRITE_SET || event->type == EVENT_VIEW) {
            seqno = event->after;
            break;
        }
    }
    pthread_mutex_unlock(&feed->lock);
    horizon_limit(&p->commit, seqno);
    struct waiter waiter = {0};
    horizon_wait(&p->apply, &waiter, seqno, PARK_FOREVER);
    return seqno;
}

void order_go_on(struct provider *p) {
    horizon_limit(&p->commit, INT64_MAX);
    pthread_mutex_lock(&p->feed.lock);
    p->feed.paused = false;
    pthread_mutex_unlock(&p->feed.lock);
    pthread_cond_broadcast(&p->feed.wake);
    pthread_cond_signal(&p->feed.resumed);
}

wsrep_seqno_t provider_pause(wsrep_t *w) {
    struct provider *p = provider_of(w);
    const int64_t seqno = order_hold(p);
    send_pause(p, 1);
    return seqno;
}

wsrep_status_t provider_resume(wsrep_t *w) {
    struct provider *p = provider_of(w);
    send_pause(p, 0);
    order_go_on(p);
    return WSREP_OK;
}

static wsrep_status_t send_desync(struct provider *p, uint8_t desync) {
    struct frame_out out;
    frame_begin(&out, FRAME_DESYNC, 0);
    frame_put_u8(&out, desync);
    struct call call = {0};
    wsrep_status_t status = session_call(p, &out, &call, PARK_FOREVER);
    if (status != WSREP_OK) {
        provider_log(p, WSREP_LOG_WARN, "%s failed (%d): %s", desync ? "desync" : "resync", (int)status,
            call.text ? call.text : "no sidecar");
        status = WSREP_TRX_FAIL;
    }
    call_clear(&call);
    frame_out_free(&out);
    return status;
}

wsrep_status_t provider_desync(wsrep_t *w) { return send_desync(provider_of(w), 1); }

// Who is not desynced is resynced already, with an OK from the group. Otherwise NODE_FAIL, as with Galera: still desynced.
wsrep_status_t provider_resync(wsrep_t *w) { return send_desync(provider_of(w), 0) == WSREP_OK ? WSREP_OK : WSREP_NODE_FAIL; }

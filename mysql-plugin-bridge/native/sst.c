// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "provider.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define LEAVING (2 * SECOND) // at most, before a server that gets no data ends
static const char DUMP[] = "mysqldump";

bool sst_is_asked(struct provider *p) {
    pthread_mutex_lock(&p->feed.lock);
    const bool asked = p->feed.sst_asked;
    pthread_mutex_unlock(&p->feed.lock);
    return asked;
}

// Sends the server's request, if it has answered: the first time, and again to a sidecar that took another's place.
static void send_request(struct provider *p) {
    struct feed *feed = &p->feed;
    struct frame_out out;
    frame_begin(&out, FRAME_SST_REQUEST, 0);
    pthread_mutex_lock(&feed->lock);
    const bool known = feed->sst_request.length > 0;
    if (known) {
        frame_put(&out, feed->sst_request.bytes + FRAME_HEADER_LENGTH, feed->sst_request.length - FRAME_HEADER_LENGTH);
    }
    pthread_mutex_unlock(&feed->lock);
    if (known) {
        session_send_frame(p, &out);
    }
    frame_out_free(&out);
}

// Runs on the reader's thread.
bool sst_ask(struct provider *p) {
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    const bool first = !feed->sst_asked;
    if (first) {
        frame_out_free(&feed->sst_request);
        feed->sst_asked = !feed->closed;
    }
    pthread_mutex_unlock(&feed->lock);
    if (!first) {
        send_request(p);
    }
    return first;
}

void sst_donation_asked(struct provider *p) {
    pthread_mutex_lock(&p->feed.lock);
    p->feed.donations++;
    p->feed.donates = !p->feed.closed;
    pthread_mutex_unlock(&p->feed.lock);
}

void sst_answered(struct provider *p, uint16_t type, int32_t status) {
    const bool received = type == FRAME_SST_RECEIVED && status == WSREP_OK;
    if (!received && type != FRAME_SST_SENT) {
        return; // causal reads get their answers here, too
    }
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    feed->sst_asked &= !received;
    feed->donates &= received;
    pthread_mutex_unlock(&feed->lock);
}

static void answer_request(struct provider *p, int32_t status, const void *request, size_t length) {
    wsrep_uuid_t group;
    provider_group(p, &group);
    const int64_t reached = horizon_reached(&p->apply);
    struct frame_out out;
    frame_begin(&out, FRAME_SST_REQUEST, 0);
    frame_put_u32(&out, (uint32_t)status);
    frame_put_str(&out, request, length);
    frame_put(&out, reached >= 0 ? group.data : p->start.uuid.data, sizeof group.data);
    frame_put_u64(&out, (uint64_t)(reached >= 0 ? reached : p->start.seqno));
    pthread_mutex_lock(&p->feed.lock);
    frame_out_free(&p->feed.sst_request);
    p->feed.sst_request = out; // before it is sent: whoever asks for it meanwhile must not be the one who gets none
    pthread_mutex_unlock(&p->feed.lock);
    send_request(p);
}

// The feed stands until the server has the snapshot, or failed to take it. False: it is not to come any more.
static bool await_snapshot(struct provider *p, int *code) {
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    while (!feed->sst_done && !feed->final_queued && !atomic_load(&p->inconsistent)) {
        pthread_cond_wait(&feed->wake, &feed->lock);
    }
    const bool done = feed->sst_done;
    *code = done ? feed->sst_code : 0;
    feed->sst_waiting = false;
    pthread_mutex_unlock(&feed->lock);
    return done;
}

// A server that waits for its data in the middle of its start cannot give that up: it would pull the ground from under the threads that
// watch the script, and hang or crash. Nothing is open yet that could be lost, and the script ends with its server.
static void end_server(struct provider *p, const char *why) {
    provider_log(p, WSREP_LOG_ERROR,
        "This node has no data and gets none: %s. The server ends here; when it is started again, it asks again", why);
    struct call call = {0};
    session_leave(p, &call, now_ns() + LEAVING);
    _exit(EXIT_FAILURE);
}

// A dump goes to a server that has its engines open and ends in its own way.
static bool is_dump(const void *request, size_t length) { return length >= sizeof DUMP && memcmp(request, DUMP, sizeof DUMP) == 0; }

wsrep_status_t sst_request(struct provider *p, struct event *event) {
    (void)event;
    void *request = NULL;
    size_t length = 0;
    pthread_mutex_lock(&p->feed.lock);
    p->feed.sst_waiting = true;
    p->feed.sst_done = false;
    p->feed.sst_code = 0;
    pthread_mutex_unlock(&p->feed.lock);
    const wsrep_cb_status_t result = p->args.sst_request_cb(p->args.app_ctx, &request, &length);
    if (result != WSREP_CB_SUCCESS) {
        provider_log(p, WSREP_LOG_ERROR, "The server could not prepare to receive a snapshot");
        answer_request(p, -ECANCELED, NULL, 0);
        if (horizon_reached(&p->apply) < 0) {
            end_server(p, "the server could not prepare to receive a snapshot");
        }
        feed_fail(p, "the server could not prepare to receive a snapshot");
        return WSREP_OK;
    }
    // One that runs already has no files to take (length 0).
    const bool starting = length > 0 && !is_dump(request, length);
    answer_request(p, WSREP_OK, request, length);
    free(request);
    int code = 0;
    const bool received = await_snapshot(p, &code);
    // One that disconnects gave it up by itself.
    if (starting && (received ? code != 0 : !atomic_load(&p->closing))) {
        end_server(p, !received ? "nobody gives it a snapshot any more"
                                : code == -EPROTO ? "the snapshot came, and the sidecar did not take it; its reason stands above"
                                                  : "the server's script could not receive the snapshot");
    }
    if (code != 0) {
        feed_fail(p, "the snapshot could not be received");
    }
    return WSREP_OK;
}

static wsrep_status_t send_outcome(struct provider *p, uint16_t type, const wsrep_gtid_t *gtid, int rcode) {
    struct frame_out out;
    frame_begin(&out, type, 0);
    frame_put(&out, gtid->uuid.data, sizeof gtid->uuid.data);
    frame_put_u64(&out, (uint64_t)gtid->seqno);
    frame_put_u32(&out, (uint32_t)rcode);
    struct call call = {0};
    const wsrep_status_t status = session_call(p, &out, &call, PARK_FOREVER);
    if (status != WSREP_OK && call.text && *call.text) {
        provider_log(p, WSREP_LOG_WARN, "State transfer: %s", call.text);
    }
    call_clear(&call);
    frame_out_free(&out);
    return status;
}

wsrep_status_t provider_sst_received(wsrep_t *w, const wsrep_gtid_t *gtid, const wsrep_buf_t *state, int rcode) {
    (void)state;
    struct provider *p = provider_of(w);
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    const bool waiting = feed->sst_waiting && !feed->sst_done;
    pthread_mutex_unlock(&feed->lock);
    if (!waiting) {
        return WSREP_CONN_FAIL;
    }
    if (rcode == 0) {
        // Before the sidecar hears of it: what it feeds then counts from here.
        pthread_mutex_lock(&p->lock);
        p->group = gtid->uuid;
        pthread_mutex_unlock(&p->lock);
        atomic_store(&p->session.received, gtid->seqno);
        horizon_reset(&p->commit, gtid->seqno);
        horizon_reset(&p->apply, gtid->seqno);
        shield_reset(&p->shield, gtid->seqno);
    }
    const wsrep_status_t status = send_outcome(p, FRAME_SST_RECEIVED, gtid, rcode);
    pthread_mutex_lock(&feed->lock);
    feed->sst_done = true;
    feed->sst_code = rcode != 0 ? rcode : status != WSREP_OK ? -EPROTO : 0;
    pthread_mutex_unlock(&feed->lock);
    pthread_cond_broadcast(&feed->wake);
    return status;
}

static wsrep_status_t end_donation(struct provider *p, const wsrep_gtid_t *gtid, int rcode) {
    pthread_mutex_lock(&p->feed.lock);
    const uint64_t donation = p->feed.donations;
    pthread_mutex_unlock(&p->feed.lock);
    const wsrep_status_t status = send_outcome(p, FRAME_SST_SENT, gtid, rcode);
    pthread_mutex_lock(&p->feed.lock);
    p->feed.donates &= p->feed.donations != donation; // also where there was nobody to hear it
    pthread_mutex_unlock(&p->feed.lock);
    return status;
}

// A dump is made within the call, without a lock: its data is that of the position only if nothing moves meanwhile.
void sst_donate(struct provider *p, struct event *event, void *recv_ctx) {
    const wsrep_buf_t request = {.ptr = event->text, .len = event->text_length};
    event->gtid.seqno = order_hold(p);
    const wsrep_cb_status_t result = p->args.sst_donate_cb(p->args.app_ctx, recv_ctx, &request, &event->gtid, NULL, event->bypass);
    order_go_on(p);
    if (result == WSREP_CB_SUCCESS) {
        return;
    }
    provider_log(p, WSREP_LOG_WARN, "The server could not start to send a snapshot");
    end_donation(p, &event->gtid, -ECANCELED);
}

wsrep_status_t provider_sst_sent(wsrep_t *w, const wsrep_gtid_t *gtid, int rcode) { return end_donation(provider_of(w), gtid, rcode); }

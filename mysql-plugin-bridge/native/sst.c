// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "provider.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define LEAVING (2 * SECOND) // at most, before a server that gets no data ends
static const char DUMP[] = "mysqldump";

static void send_request(struct provider *p, int32_t status, const void *request, size_t length) {
    wsrep_uuid_t group;
    provider_group(p, &group);
    const int64_t reached = horizon_reached(&p->apply);
    struct frame_out out;
    frame_begin(&out, FRAME_SST_REQUEST, 0);
    frame_put_u32(&out, (uint32_t)status);
    frame_put_str(&out, request, length);
    frame_put(&out, reached >= 0 ? group.data : p->start.uuid.data, sizeof group.data);
    frame_put_u64(&out, (uint64_t)(reached >= 0 ? reached : p->start.seqno));
    session_send_frame(p, &out);
    frame_out_free(&out);
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
    struct frame_out out;
    frame_begin(&out, FRAME_DISCONNECT, 0);
    struct call call = {0};
    session_call(p, &out, &call, now_ns() + LEAVING);
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
        send_request(p, -ECANCELED, NULL, 0);
        if (horizon_reached(&p->apply) < 0) {
            end_server(p, "the server could not prepare to receive a snapshot");
        }
        feed_fail(p, "the server could not prepare to receive a snapshot");
        return WSREP_OK;
    }
    // One that runs already has no files to take (length 0).
    const bool starting = length > 0 && !is_dump(request, length);
    send_request(p, WSREP_OK, request, length);
    free(request);
    int code = 0;
    const bool received = await_snapshot(p, &code);
    // One that disconnects gave it up by itself.
    if (starting && (received ? code != 0 : !atomic_load(&p->closing))) {
        end_server(p, received ? "the server's script could not receive the snapshot" : "nobody gives it a snapshot any more");
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
    send_outcome(p, FRAME_SST_SENT, &event->gtid, -ECANCELED);
}

wsrep_status_t provider_sst_sent(wsrep_t *w, const wsrep_gtid_t *gtid, int rcode) {
    return send_outcome(provider_of(w), FRAME_SST_SENT, gtid, rcode);
}

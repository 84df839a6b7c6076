// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "provider.h"

#include <stdio.h>
#include <stdlib.h>

enum { QUEUE_LONG = 12, QUEUE_SHORT = 4 };

bool feed_init(struct feed *feed) {
    memset(feed, 0, sizeof *feed);
    pthread_mutex_init(&feed->lock, NULL);
    pthread_cond_init(&feed->wake, NULL);
    feed->closed = true;
    feed->popped = -1;
    return true;
}

void feed_destroy(struct feed *feed) {
    while (feed->head) {
        struct event *event = feed->head;
        feed->head = event->next;
        event_free(event);
    }
    pthread_cond_destroy(&feed->wake);
    pthread_mutex_destroy(&feed->lock);
}

struct event *event_new(enum event_type type, size_t inline_data) {
    struct event *event = malloc(sizeof *event + inline_data);
    if (event) {
        memset(event, 0, sizeof *event);
        event->type = type;
        event->data = (uint8_t *)(event + 1);
        event->seqno = WSREP_SEQNO_UNDEFINED;
    }
    return event;
}

void event_free(struct event *event) {
    if (event->owned) {
        free(event->data);
    }
    free(event->view);
    free(event->text);
    free(event);
}

void feed_push(struct provider *p, struct event *event) {
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    event->next = NULL;
    if (feed->tail) {
        feed->tail->next = event;
    } else {
        feed->head = event;
    }
    feed->tail = event;
    if (event->ordered) {
        atomic_store(&p->session.received, event->seqno);
    }
    feed->length++;
    feed->length_sum += feed->length;
    feed->length_samples++;
    if (feed->length > feed->length_max) {
        feed->length_max = feed->length;
    }
    const bool wake = feed->idle > 0 && !feed->exclusive && !feed->paused;
    const bool wake_all = event->type == EVENT_FINAL || event->type == EVENT_INCONSISTENT;
    pthread_mutex_unlock(&feed->lock);
    if (wake_all) {
        pthread_cond_broadcast(&feed->wake);
    } else if (wake) {
        pthread_cond_signal(&feed->wake);
    }
}

void feed_push_final(struct provider *p) {
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    const bool queued = feed->final_queued || feed->closed;
    feed->final_queued = true;
    pthread_mutex_unlock(&feed->lock);
    if (queued) {
        return;
    }
    atomic_store(&p->primary, false);
    struct event *event = event_new(EVENT_FINAL, 0);
    if (!event) {
        abort(); // the server would wait for ever
    }
    event->after = atomic_load(&p->session.received);
    feed_push(p, event);
    calls_kick_all(&p->calls);
}

void feed_push_view_lost(struct provider *p) {
    struct event *event = event_new(EVENT_VIEW, 0);
    if (!event) {
        return;
    }
    pthread_mutex_lock(&p->lock);
    const wsrep_view_info_t *last = p->view;
    const bool known = last && last->my_idx >= 0;
    wsrep_view_info_t *view = known ? calloc(1, sizeof *view) : NULL;
    if (view) {
        view->state_id.uuid = last->state_id.uuid;
        view->state_id.seqno = WSREP_SEQNO_UNDEFINED;
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
    event->after = atomic_load(&p->session.received);
    feed_push(p, event);
}

// Under feed.lock. A connection's bytes count for that connection only.
static void count_consumed(struct feed *feed, uint64_t bytes, uint64_t epoch) {
    if (epoch == feed->epoch) {
        feed->consumed += bytes;
    }
}

void feed_consumed(struct provider *p, uint64_t bytes, uint64_t epoch) {
    pthread_mutex_lock(&p->feed.lock);
    count_consumed(&p->feed, bytes, epoch);
    pthread_mutex_unlock(&p->feed.lock);
}

// This node cannot go on: what is queued is dropped, the next event ends the connection.
void feed_fail(struct provider *p, const char *reason) {
    struct feed *feed = &p->feed;
    struct event *event = event_new(EVENT_INCONSISTENT, 0);
    if (!event) {
        abort();
    }
    event->text = strdup(reason);
    atomic_store(&p->inconsistent, true);
    atomic_store(&p->primary, false);
    pthread_mutex_lock(&feed->lock);
    event->next = feed->head;
    feed->head = event;
    if (!feed->tail) {
        feed->tail = event;
    }
    feed->length++;
    pthread_mutex_unlock(&feed->lock);
    pthread_cond_broadcast(&feed->wake);
    calls_kick_all(&p->calls);
}

// Takes the next event; NULL when the feed is closed and empty.
static struct event *pop(struct provider *p) {
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    for (;;) {
        struct event *event = feed->head;
        const bool ends = event && (event->type == EVENT_FINAL || event->type == EVENT_INCONSISTENT);
        if (event && !feed->exclusive && (!feed->paused || ends)) {
            break;
        }
        if (feed->closed && !event) {
            pthread_mutex_unlock(&feed->lock);
            return NULL;
        }
        feed->idle++;
        pthread_cond_wait(&feed->wake, &feed->lock);
        feed->idle--;
    }
    struct event *event = feed->head;
    feed->head = event->next;
    if (!feed->head) {
        feed->tail = NULL;
    }
    feed->length--;
    feed->exclusive = event->type != EVENT_WRITE_SET;
    if (event->type == EVENT_WRITE_SET) {
        feed->popped = event->seqno;
    }
    // Writers elsewhere may be held because of this queue.
    const bool tell = feed->length_told >= QUEUE_LONG && feed->length <= QUEUE_SHORT;
    pthread_mutex_unlock(&feed->lock);
    if (tell) {
        session_progress(p, true);
    }
    return event;
}

static void done(struct provider *p, struct event *event) {
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    count_consumed(feed, event->bytes, event->epoch);
    const bool wake = event->type != EVENT_WRITE_SET;
    if (wake) {
        feed->exclusive = false;
    }
    pthread_mutex_unlock(&feed->lock);
    if (wake) {
        pthread_cond_broadcast(&feed->wake);
    }
    event_free(event);
}

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
    struct remote remote = {.kind = HANDLE_REMOTE, .seqno = event->seqno};
    const wsrep_ws_handle_t handle = {.trx_id = event->stid.trx, .opaque = &remote};
    wsrep_trx_meta_t meta = {.stid = event->stid, .depends_on = event->depends_on};
    provider_group(p, &meta.gtid.uuid);
    meta.gtid.seqno = event->seqno;
    const wsrep_buf_t data = {.ptr = event->data_length ? event->data : NULL, .len = event->data_length};
    const uint32_t flags = event->certified ? event->flags : dummy_flags(event->flags);
    const wsrep_cb_status_t result = p->args.apply_cb(recv_ctx, &handle, flags, &data, &meta, exit_loop);
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

static void close_feed(struct provider *p) {
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    struct event *rest = feed->head;
    feed->head = feed->tail = NULL;
    feed->length = 0;
    feed->closed = true;
    feed->final_queued = false;
    for (struct event *event = rest; event; event = event->next) {
        count_consumed(feed, event->bytes, event->epoch);
    }
    pthread_mutex_unlock(&feed->lock);
    while (rest) {
        struct event *event = rest;
        rest = event->next;
        if (event->type == EVENT_WRITE_SET) {
            horizon_leave(&p->commit, event->seqno); // local ones behind it must not hang
            horizon_leave(&p->apply, event->seqno);
        }
        event_free(event);
    }
}

static void end_inconsistent(struct provider *p, const struct event *event) {
    provider_log(p, WSREP_LOG_ERROR, "This node cannot go on with its state and leaves the group: %s. It needs a new state from another node: "
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
    close_feed(p);
    views_final(p, recv_ctx);
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
        struct event *event = pop(p);
        if (!event) {
            result = WSREP_CONN_FAIL;
            break;
        }
        exit_loop = false;
        result = handle(p, event, recv_ctx, &exit_loop);
        done(p, event);
        if (result == WSREP_OK && exit_loop && may_exit(p)) {
            return WSREP_OK;
        }
    }
    pthread_mutex_lock(&feed->lock);
    feed->receivers--;
    pthread_mutex_unlock(&feed->lock);
    return result;
}

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
    pthread_cond_init(&feed->resumed, NULL);
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
    pthread_cond_destroy(&feed->resumed);
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

// Under feed.lock. A connection's bytes count for that connection only.
static void count_consumed(struct feed *feed, uint64_t bytes, uint64_t epoch) {
    if (epoch == feed->epoch) {
        feed->consumed += bytes;
    }
}

// Nobody will work on it: its place in the order must not hold up what is behind it.
static void drop(struct provider *p, struct event *event) {
    if (event->ordered) {
        horizon_leave(&p->commit, event->seqno);
        horizon_leave(&p->apply, event->seqno);
    }
    event_free(event);
}

void feed_push(struct provider *p, struct event *event) {
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    if (feed->closed) {
        count_consumed(feed, event->bytes, event->epoch);
        pthread_mutex_unlock(&feed->lock);
        drop(p, event); // on its way when this node gave up its state
        return;
    }
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
    feed->fed |= event->type == EVENT_VIEW;
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

struct event *feed_pop(struct provider *p) {
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

void feed_done(struct provider *p, struct event *event) {
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

void feed_close(struct provider *p) {
    struct feed *feed = &p->feed;
    pthread_mutex_lock(&feed->lock);
    struct event *rest = feed->head;
    feed->head = feed->tail = NULL;
    feed->length = 0;
    feed->closed = true;
    feed->final_queued = false;
    feed->fed = false;
    for (struct event *event = rest; event; event = event->next) {
        count_consumed(feed, event->bytes, event->epoch);
    }
    pthread_mutex_unlock(&feed->lock);
    while (rest) {
        struct event *event = rest;
        rest = event->next;
        drop(p, event);
    }
}

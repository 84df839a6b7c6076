// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "provider.h"

#include <stdio.h>
#include <stdlib.h>

enum { QUEUE_LONG = 12, QUEUE_SHORT = 4, PLACES_MAX = 1 << 26 };

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
    feed_forget_transfers(feed);
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

void event_take(struct event *event, struct spill *spill) {
    event->spill = *spill;
    *spill = (struct spill){0};
    event->data = event->spill.at;
    event->data_length = event->spill.length;
}

void event_free(struct event *event) {
    spill_free(&event->spill);
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

// What is far away is of an order that this node was dropped from before it began.
static void leave(struct provider *p, int64_t seqno) {
    if (seqno - horizon_reached(&p->apply) <= PLACES_MAX) {
        horizon_leave(&p->commit, seqno);
        horizon_leave(&p->apply, seqno);
    }
}

// Nobody will work on it: its place in the order must not hold up what is behind it.
static void drop(struct provider *p, struct event *event) {
    if (event->ordered || event->type == EVENT_SKIP) {
        leave(p, event->seqno);
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
    feed->starts += event->starts > 0;
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

// Under feed.lock. Behind the view with which its order begins, before all that may wait for it. False: that view is worked off.
static bool insert_in_turn(struct feed *feed, struct event *event, uint64_t order) {
    struct event *view = feed->head;
    while (view && view->starts != order) {
        view = view->next;
    }
    if (feed->closed || (!view && feed->starting != order)) {
        return false;
    }
    struct event **link = view ? &view->next : &feed->head;
    event->next = *link;
    *link = event;
    if (!event->next) {
        feed->tail = event;
    }
    feed->length++;
    return true;
}

void feed_leave(struct provider *p, int64_t seqno, uint64_t order) {
    struct feed *feed = &p->feed;
    // Whoever has a place behind such a view has it from the reader, which counted the view before.
    if (atomic_load_explicit(&feed->starts, memory_order_acquire) == 0) {
        leave(p, seqno);
        return;
    }
    struct event *event = event_new(EVENT_SKIP, 0);
    if (!event) {
        abort(); // a hole in the order would stop the node for ever, silently
    }
    event->seqno = seqno;
    pthread_mutex_lock(&feed->lock);
    const bool in_turn = insert_in_turn(feed, event, order); // if the view is being worked on, its end wakes who goes on
    pthread_mutex_unlock(&feed->lock);
    if (!in_turn) {
        drop(p, event);
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
        const bool no_work = event && (event->type == EVENT_FINAL || event->type == EVENT_INCONSISTENT || event->type == EVENT_SKIP);
        if (event && !feed->exclusive && (!feed->paused || no_work)) {
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
    feed->starting = event->starts;
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
    if (event->starts) {
        feed->starts--;
        feed->starting = 0;
    }
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

void feed_forget_transfers(struct feed *feed) {
    feed->sst_asked = false;
    feed->donates = false;
    frame_out_free(&feed->sst_request);
    feed->sst_request = (struct frame_out){0};
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
    feed_forget_transfers(feed);
    for (struct event *event = rest; event; event = event->next) {
        count_consumed(feed, event->bytes, event->epoch);
        feed->starts -= event->starts > 0;
    }
    pthread_mutex_unlock(&feed->lock);
    while (rest) {
        struct event *event = rest;
        rest = event->next;
        drop(p, event);
    }
}

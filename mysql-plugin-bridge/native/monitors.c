// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "monitors.h"
#include "park.h"

#include <stdlib.h>
#include <string.h>

enum { RING_FIRST = 1 << 16, WAKE_BATCH = 32 };

bool horizon_init(struct horizon *horizon) {
    memset(horizon, 0, sizeof *horizon);
    horizon->left = calloc(RING_FIRST, 1);
    if (!horizon->left) {
        return false;
    }
    horizon->size = RING_FIRST;
    horizon->limit = INT64_MAX;
    horizon->left_max = -1;
    atomic_store(&horizon->reached, -1);
    pthread_mutex_init(&horizon->lock, NULL);
    return true;
}

void horizon_destroy(struct horizon *horizon) {
    free(horizon->left);
    horizon->left = NULL;
    pthread_mutex_destroy(&horizon->lock);
}

static void link_waiter(struct horizon *horizon, struct waiter *waiter) {
    struct waiter *before = horizon->last;
    while (before && before->need > waiter->need) {
        before = before->previous;
    }
    waiter->previous = before;
    waiter->next = before ? before->next : horizon->first;
    *(before ? &before->next : &horizon->first) = waiter;
    *(waiter->next ? &waiter->next->previous : &horizon->last) = waiter;
    waiter->linked = true;
}

static void unlink_waiter(struct horizon *horizon, struct waiter *waiter) {
    *(waiter->previous ? &waiter->previous->next : &horizon->first) = waiter->next;
    *(waiter->next ? &waiter->next->previous : &horizon->last) = waiter->previous;
    waiter->linked = false;
}

static bool may_enter(const struct horizon *horizon, int64_t need) {
    return need < horizon->limit && need <= atomic_load_explicit(&horizon->reached, memory_order_relaxed);
}

// Takes the waiters off the list that may go on, gives the lock back and wakes them.
static void wake_and_unlock(struct horizon *horizon) {
    for (;;) {
        struct waiter *ready[WAKE_BATCH];
        int count = 0;
        while (count < WAKE_BATCH && horizon->first && may_enter(horizon, horizon->first->need)) {
            ready[count] = horizon->first;
            unlink_waiter(horizon, horizon->first);
            count++;
        }
        const bool more = count == WAKE_BATCH;
        pthread_mutex_unlock(&horizon->lock);
        for (int i = 0; i < count; i++) {
            atomic_store_explicit(&ready[i]->state, WAITER_ENTERED, memory_order_release);
            unpark(&ready[i]->state);
        }
        if (!more) {
            return;
        }
        pthread_mutex_lock(&horizon->lock);
    }
}

enum horizon_result horizon_wait(struct horizon *horizon, struct waiter *waiter, int64_t need, int64_t deadline) {
    pthread_mutex_lock(&horizon->lock);
    if (atomic_load_explicit(&waiter->state, memory_order_relaxed) == WAITER_INTERRUPTED) {
        pthread_mutex_unlock(&horizon->lock);
        return HORIZON_INTERRUPTED;
    }
    if (may_enter(horizon, need)) {
        pthread_mutex_unlock(&horizon->lock);
        return HORIZON_ENTERED;
    }
    atomic_store_explicit(&waiter->state, WAITER_WAITING, memory_order_relaxed);
    waiter->need = need;
    link_waiter(horizon, waiter);
    atomic_fetch_add_explicit(&horizon->waits, 1, memory_order_relaxed);
    pthread_mutex_unlock(&horizon->lock);
    for (;;) {
        const uint32_t state = atomic_load_explicit(&waiter->state, memory_order_acquire);
        if (state == WAITER_ENTERED) {
            atomic_store_explicit(&waiter->state, WAITER_IDLE, memory_order_relaxed);
            return HORIZON_ENTERED;
        }
        if (state == WAITER_INTERRUPTED) {
            return HORIZON_INTERRUPTED;
        }
        if (deadline != PARK_FOREVER && now_ns() >= deadline) {
            pthread_mutex_lock(&horizon->lock);
            const bool linked = waiter->linked;
            if (linked) {
                unlink_waiter(horizon, waiter);
                atomic_store_explicit(&waiter->state, WAITER_IDLE, memory_order_relaxed);
            }
            pthread_mutex_unlock(&horizon->lock);
            if (linked) {
                return HORIZON_TIMEOUT;
            }
            deadline = PARK_FOREVER; // taken off the list: its wake-up is under way
            continue;
        }
        park(&waiter->state, WAITER_WAITING, deadline);
    }
}

void horizon_interrupt(struct horizon *horizon, struct waiter *waiter) {
    pthread_mutex_lock(&horizon->lock);
    if (waiter->linked) {
        unlink_waiter(horizon, waiter);
        atomic_store_explicit(&waiter->state, WAITER_INTERRUPTED, memory_order_release);
        pthread_mutex_unlock(&horizon->lock);
        unpark(&waiter->state);
        return;
    }
    // Idle: the next wait ends at once. Just let in by another thread: that stands, and the interrupter's own mark decides.
    uint32_t idle = WAITER_IDLE;
    atomic_compare_exchange_strong(&waiter->state, &idle, WAITER_INTERRUPTED);
    pthread_mutex_unlock(&horizon->lock);
}

int64_t horizon_arrived(struct horizon *horizon, int64_t seqno) {
    int64_t max = atomic_load_explicit(&horizon->entered_max, memory_order_relaxed);
    while (max < seqno && !atomic_compare_exchange_weak_explicit(&horizon->entered_max, &max, seqno, memory_order_relaxed,
                                                                 memory_order_relaxed)) {
    }
    return max > seqno ? max : seqno;
}

void horizon_entered(struct horizon *horizon, int64_t seqno) {
    const int64_t reached = horizon_reached(horizon);
    const int64_t max = horizon_arrived(horizon, seqno);
    atomic_fetch_add_explicit(&horizon->entries, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&horizon->entered_early, seqno > reached + 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&horizon->window_sum, max > reached ? (uint64_t)(max - reached) : 1, memory_order_relaxed);
}

void horizon_reset_averages(struct horizon *horizon) {
    atomic_store(&horizon->waits, 0);
    atomic_store(&horizon->out_of_order, 0);
    atomic_store(&horizon->leaves, 0);
    atomic_store(&horizon->entries, 0);
    atomic_store(&horizon->entered_early, 0);
    atomic_store(&horizon->window_sum, 0);
}

static bool ring_grow(struct horizon *horizon, int64_t seqno) {
    const int64_t reached = atomic_load_explicit(&horizon->reached, memory_order_relaxed);
    uint64_t size = horizon->size;
    while ((uint64_t)(seqno - reached) >= size) {
        size *= 2;
    }
    uint8_t *left = calloc(size, 1);
    if (!left) {
        return false;
    }
    for (int64_t i = reached + 1; i <= horizon->left_max; i++) {
        left[(uint64_t)i & (size - 1)] = horizon->left[(uint64_t)i & (horizon->size - 1)];
    }
    free(horizon->left);
    horizon->left = left;
    horizon->size = size;
    return true;
}

void horizon_leave(struct horizon *horizon, int64_t seqno) {
    pthread_mutex_lock(&horizon->lock);
    int64_t reached = atomic_load_explicit(&horizon->reached, memory_order_relaxed);
    if (seqno <= reached) {
        pthread_mutex_unlock(&horizon->lock);
        return;
    }
    atomic_fetch_add_explicit(&horizon->leaves, 1, memory_order_relaxed);
    if (seqno != reached + 1) {
        atomic_fetch_add_explicit(&horizon->out_of_order, 1, memory_order_relaxed);
        if ((uint64_t)(seqno - reached) >= horizon->size && !ring_grow(horizon, seqno)) {
            abort(); // a hole in the order would stop the node for ever, silently
        }
        horizon->left[(uint64_t)seqno & (horizon->size - 1)] = 1;
        if (seqno > horizon->left_max) {
            horizon->left_max = seqno;
        }
        pthread_mutex_unlock(&horizon->lock);
        return;
    }
    reached = seqno;
    while (reached < horizon->left_max) {
        uint8_t *flag = &horizon->left[(uint64_t)(reached + 1) & (horizon->size - 1)];
        if (!*flag) {
            break;
        }
        *flag = 0;
        reached++;
    }
    atomic_store_explicit(&horizon->reached, reached, memory_order_release);
    wake_and_unlock(horizon);
}

void horizon_reset(struct horizon *horizon, int64_t seqno) {
    pthread_mutex_lock(&horizon->lock);
    memset(horizon->left, 0, horizon->size);
    horizon->left_max = -1;
    atomic_store_explicit(&horizon->entered_max, seqno, memory_order_relaxed);
    atomic_store_explicit(&horizon->reached, seqno, memory_order_release);
    wake_and_unlock(horizon);
}

void horizon_limit(struct horizon *horizon, int64_t limit) {
    pthread_mutex_lock(&horizon->lock);
    horizon->limit = limit;
    wake_and_unlock(horizon);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// A horizon is the highest seqno up to which every seqno has left. The apply monitor waits for it to reach what a write set depends on, the
// commit monitor for it to reach the seqno before its own; so both, and every wait for "all before X are done", are the same thing.
#ifndef CARILLON_MONITORS_H
#define CARILLON_MONITORS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { WAITER_IDLE = 0, WAITER_WAITING, WAITER_ENTERED, WAITER_INTERRUPTED };

struct waiter {
    _Atomic uint32_t state;
    int64_t need;
    struct waiter *next;
    struct waiter *previous;
    bool linked; // under the horizon's lock
};

struct horizon {
    pthread_mutex_t lock;
    _Atomic int64_t reached;
    int64_t limit; // no one whose need is at or above it is let in: pause
    uint8_t *left; // ring of flags: this seqno has left out of order
    uint64_t size; // a power of two
    int64_t left_max;
    struct waiter *first; // ascending need
    struct waiter *last;
    _Atomic uint64_t waits;
    _Atomic uint64_t out_of_order;
    _Atomic uint64_t leaves;
    _Atomic uint64_t entries;
    _Atomic uint64_t entered_early; // before what precedes them had left
    _Atomic uint64_t window_sum;    // over the entries: from what was reached to the highest that had entered
    _Atomic int64_t entered_max;
};

enum horizon_result { HORIZON_ENTERED, HORIZON_INTERRUPTED, HORIZON_TIMEOUT };

bool horizon_init(struct horizon *horizon);
void horizon_destroy(struct horizon *horizon);

// Waits until everything up to `need` has left, at most until `deadline` (now_ns). A waiter interrupted before the
// call does not wait at all.
enum horizon_result horizon_wait(struct horizon *horizon, struct waiter *waiter, int64_t need, int64_t deadline);
// Ends the wait of `waiter`, present or next.
void horizon_interrupt(struct horizon *horizon, struct waiter *waiter);
// For the averages only: `seqno` is here, and may have to wait. Returns the greatest that came.
int64_t horizon_arrived(struct horizon *horizon, int64_t seqno);
// For the averages only: the work of `seqno` begins.
void horizon_entered(struct horizon *horizon, int64_t seqno);
// Starts the averages anew.
void horizon_reset_averages(struct horizon *horizon);
// `seqno` has left. At or below what is reached: nothing happens.
void horizon_leave(struct horizon *horizon, int64_t seqno);
// Starts again at `seqno`: whatever left out of order is forgotten, and who waited for less goes on.
void horizon_reset(struct horizon *horizon, int64_t seqno);
// Lets nobody in whose need is `limit` or more; INT64_MAX opens it.
void horizon_limit(struct horizon *horizon, int64_t limit);

static inline int64_t horizon_reached(struct horizon *horizon) { return atomic_load_explicit(&horizon->reached, memory_order_acquire); }

#endif

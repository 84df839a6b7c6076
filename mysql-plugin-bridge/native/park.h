// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Sleeping on one word. A wake-up is sent after all locks are given back, so that the woken thread never runs into the waker's lock.
#ifndef CARILLON_PARK_H
#define CARILLON_PARK_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PARK_FOREVER INT64_MAX

static inline int64_t now_ns(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

// Sleeps while *word is `expected`, until `deadline` of now_ns(); may return early.
static inline void park(_Atomic uint32_t *word, uint32_t expected, int64_t deadline) {
    struct timespec ts;
    struct timespec *timeout = NULL;
    if (deadline != PARK_FOREVER) {
        if (deadline < 0) {
            deadline = 0;
        }
        ts.tv_sec = deadline / 1000000000;
        ts.tv_nsec = deadline % 1000000000;
        timeout = &ts;
    }
    // FUTEX_WAIT_BITSET takes an absolute time of the monotonic clock.
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected, timeout, NULL, FUTEX_BITSET_MATCH_ANY);
}

// The word may be gone by now: waking an address nobody sleeps on is harmless.
static inline void unpark(_Atomic uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }

#endif

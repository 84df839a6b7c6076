// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "mock_server.h"

static void leaves_in_any_order(void) {
    struct horizon h;
    CHECK(horizon_init(&h));
    horizon_reset(&h, 10);
    horizon_leave(&h, 12);
    horizon_leave(&h, 13);
    CHECK(horizon_reached(&h) == 10);
    horizon_leave(&h, 11);
    CHECK(horizon_reached(&h) == 13);
    horizon_leave(&h, 5); // long gone
    CHECK(horizon_reached(&h) == 13);
    // Far ahead: the ring grows and keeps what it has.
    for (int64_t i = 15; i <= 300000; i += 2) {
        horizon_leave(&h, i);
    }
    for (int64_t i = 300000; i >= 14; i -= 2) {
        horizon_leave(&h, i);
    }
    CHECK(horizon_reached(&h) == 300000);
    horizon_leave(&h, 300002);
    horizon_reset(&h, 50);
    horizon_leave(&h, 51);
    CHECK(horizon_reached(&h) == 51);
    horizon_destroy(&h);
}

static void averages_tell_how_far_apart_work_begins(void) {
    struct horizon h;
    CHECK(horizon_init(&h));
    horizon_reset(&h, 10);
    horizon_entered(&h, 11);
    horizon_entered(&h, 14); // early: 11 to 14 are open
    horizon_entered(&h, 12);
    CHECK(atomic_load(&h.entries) == 3);
    CHECK(atomic_load(&h.entered_early) == 2);
    CHECK(atomic_load(&h.window_sum) == 1 + 4 + 4);
    horizon_leave(&h, 11);
    horizon_leave(&h, 12);
    horizon_entered(&h, 13);
    CHECK(atomic_load(&h.window_sum) == 1 + 4 + 4 + 2);
    horizon_reset_averages(&h);
    CHECK(atomic_load(&h.entries) == 0);
    horizon_reset(&h, 3);
    horizon_entered(&h, 4);
    CHECK(atomic_load(&h.window_sum) == 1);
    horizon_destroy(&h);
}

static void waits_end_in_time_and_when_interrupted(void) {
    struct horizon h;
    CHECK(horizon_init(&h));
    horizon_reset(&h, 10);
    struct waiter waiter = {0};
    CHECK(horizon_wait(&h, &waiter, 10, PARK_FOREVER) == HORIZON_ENTERED);
    CHECK(horizon_wait(&h, &waiter, 11, now_ns()) == HORIZON_TIMEOUT);
    CHECK(h.first == NULL && h.last == NULL);
    horizon_interrupt(&h, &waiter);
    CHECK(horizon_wait(&h, &waiter, 10, PARK_FOREVER) == HORIZON_INTERRUPTED);
    horizon_limit(&h, 8);
    struct waiter other = {0};
    CHECK(horizon_wait(&h, &other, 8, now_ns()) == HORIZON_TIMEOUT);
    CHECK(horizon_wait(&h, &other, 7, now_ns()) == HORIZON_ENTERED);
    horizon_limit(&h, INT64_MAX);
    CHECK(horizon_wait(&h, &other, 8, now_ns()) == HORIZON_ENTERED);
    horizon_destroy(&h);
}

enum { THREADS = 8, PER_THREAD = 20000 };

struct walker {
    struct horizon *h;
    int number;
    int64_t *turn;
};

// Each enters in strict order, so `turn` needs no lock of its own.
static void *walk(void *arg) {
    struct walker *w = arg;
    for (int64_t i = 0; i < PER_THREAD; i++) {
        const int64_t seqno = i * THREADS + w->number + 1;
        struct waiter waiter = {0};
        while (horizon_wait(w->h, &waiter, seqno - 1, seqno % 7 ? PARK_FOREVER : now_ns() + 1000) != HORIZON_ENTERED) {
        }
        CHECK(*w->turn == seqno - 1);
        *w->turn = seqno;
        horizon_leave(w->h, seqno);
    }
    return NULL;
}

static void strict_order(void) {
    struct horizon h;
    CHECK(horizon_init(&h));
    horizon_reset(&h, 0);
    int64_t turn = 0;
    pthread_t threads[THREADS];
    struct walker walkers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        walkers[i] = (struct walker){.h = &h, .number = i, .turn = &turn};
        pthread_create(&threads[i], NULL, walk, &walkers[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    CHECK(turn == THREADS * PER_THREAD && horizon_reached(&h) == turn);
    horizon_destroy(&h);
}

static void calls_are_found_by_number_once(void) {
    struct calls calls;
    static const wsrep_uuid_t session;
    CHECK(calls_init(&calls, &session));
    struct call a = {0};
    struct call b = {0};
    CHECK(calls_register(&calls, &a) && calls_register(&calls, &b) && a.id != b.id && a.id);
    CHECK(calls_take(&calls, a.id) == &a && calls_take(&calls, a.id) == NULL && calls_take(&calls, 0) == NULL);
    CHECK(!calls_withdraw(&calls, &a) && calls_withdraw(&calls, &b) && calls_take(&calls, b.id) == NULL);
    const uint64_t old = a.id;
    CHECK(calls_register(&calls, &a) && a.id != old && calls_take(&calls, old) == NULL);
    struct orphan *orphan = calloc(1, sizeof *orphan);
    CHECK(calls_abandon(&calls, &a, orphan) && calls_take(&calls, a.id) == &orphan->call && orphan->call.abandoned);
    CHECK(!calls_abandon(&calls, &a, orphan));
    free(orphan);
    calls_destroy(&calls);
}

static void the_shield_is_down_until_all_is_seen(void) {
    struct shield s = {.until = -1};
    CHECK(shield_holds(&s, -1));
    shield_lost(&s, 7);
    shield_lost(&s, 5);
    CHECK(!shield_holds(&s, 6) && shield_holds(&s, 7));
    // A fate is open: until something sent later is ordered, nobody knows where.
    shield_doubt(&s, 20);
    shield_verdict(&s, 19, 8);
    CHECK(!shield_holds(&s, 100));
    shield_verdict(&s, 21, 9);
    CHECK(!shield_holds(&s, 8) && shield_holds(&s, 9));
    shield_reset(&s, 3); // another group
    CHECK(shield_holds(&s, 3));
}

int main(void) {
    the_shield_is_down_until_all_is_seen();
    leaves_in_any_order();
    averages_tell_how_far_apart_work_begins();
    waits_end_in_time_and_when_interrupted();
    strict_order();
    calls_are_found_by_number_once();
    puts("monitors: ok");
    return 0;
}

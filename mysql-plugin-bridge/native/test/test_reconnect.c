// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Pauses and lines of a connection that keeps ending, at a time of the test's own.
#include "check.h"

#include "provider.h"

static void one_that_lasted_is_had_back_at_once(void) {
    struct reconnect r = {0};
    int64_t now = 77 * SECOND;
    for (int i = 0; i < 3; i++, now += 3 * SECOND) {
        CHECK(reconnect_wait(&r, now) == 0 && reconnect_began(&r, now) && !reconnect_lasts(&r, now + 3 * SECOND));
        CHECK(reconnect_ended(&r, now + 3 * SECOND) == 1);
    }
}

// A hundred thousand connections and lines in an hour, before.
static void one_that_keeps_ending_is_tried_once_a_second_and_told_every_ten(void) {
    struct reconnect r = {0};
    const int64_t start = 5 * SECOND;
    int64_t now = start;
    uint64_t ends = 0;
    uint64_t told = 0;
    int lines = 0;
    int64_t longest = 0;
    while (now < start + 3600 * SECOND) {
        const int64_t pause = reconnect_wait(&r, now);
        CHECK(pause >= longest && pause <= SECOND);
        longest = pause;
        now += pause;
        CHECK(reconnect_wait(&r, now) == 0);
        CHECK(reconnect_began(&r, now) == (ends < 2));
        now += MS;
        CHECK(!reconnect_lasts(&r, now));
        const uint64_t count = reconnect_ended(&r, now);
        ends++;
        CHECK(ends > 1 || count == 1);
        told += count;
        lines += count > 0;
    }
    CHECK(longest == SECOND && ends < 3620 && ends > 3500 && lines > 300 && lines <= 361 && told + r.unsaid == ends);
    // What lasts again is said, once; and then everything is as at first.
    now += reconnect_wait(&r, now);
    CHECK(!reconnect_began(&r, now) && !reconnect_lasts(&r, now + SECOND));
    CHECK(reconnect_lasts(&r, now + 2 * SECOND) && !reconnect_lasts(&r, now + 3 * SECOND));
    now += 4 * SECOND;
    CHECK(reconnect_ended(&r, now) == 1 + (ends - told) && reconnect_wait(&r, now) == 0 && reconnect_began(&r, now));
}

static void refusals_count_as_ends(void) {
    struct reconnect r = {0};
    int64_t now = SECOND;
    CHECK(reconnect_began(&r, now) && reconnect_ended(&r, now += 9 * SECOND) == 1 && reconnect_wait(&r, now) == 0);
    CHECK(reconnect_ended(&r, now) == 0 && reconnect_wait(&r, now) == 10 * MS); // a while ago it was up, and is not any more
    CHECK(reconnect_ended(&r, now + 10 * MS) == 0 && reconnect_wait(&r, now + 10 * MS) == 20 * MS);
}

int main(void) {
    one_that_lasted_is_had_back_at_once();
    one_that_keeps_ending_is_tried_once_a_second_and_told_every_ten();
    refusals_count_as_ends();
    puts("reconnect: ok");
    return 0;
}

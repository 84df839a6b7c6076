// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "reconnect.h"

#define RECONNECT_MS 1000000LL
#define LASTS (2000 * RECONNECT_MS)
#define PAUSE_MIN (10 * RECONNECT_MS)
#define PAUSE_MAX (1000 * RECONNECT_MS)
#define LINE_PERIOD (10000 * RECONNECT_MS)

bool reconnect_began(struct reconnect *r, int64_t now) {
    r->up = true;
    r->up_since = now;
    return !r->restless;
}

static bool lasted(const struct reconnect *r, int64_t now) { return r->up && now - r->up_since >= LASTS; }

uint64_t reconnect_ended(struct reconnect *r, int64_t now) {
    const bool calm = lasted(r, now) || !r->next;
    r->up = false;
    const bool say = calm || now - r->said >= LINE_PERIOD;
    // A sidecar that was killed is replaced at once, and calls wait for it: the first attempt has no pause.
    r->pause = calm ? 0 : r->pause == 0 ? PAUSE_MIN : r->pause * 2 < PAUSE_MAX ? r->pause * 2 : PAUSE_MAX;
    r->next = now + r->pause;
    r->restless = !calm;
    const uint64_t count = r->unsaid + 1;
    r->unsaid = say ? 0 : count;
    r->said = say ? now : r->said;
    return say ? count : 0;
}

int64_t reconnect_wait(const struct reconnect *r, int64_t now) { return now < r->next ? r->next - now : 0; }

bool reconnect_lasts(struct reconnect *r, int64_t now) {
    const bool again = r->restless && lasted(r, now);
    r->restless &= !again;
    return again;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// How often a connection is tried again that keeps ending, and how often that is said. One thread; it brings the time along.
#ifndef CARILLON_RECONNECT_H
#define CARILLON_RECONNECT_H

#include <stdbool.h>
#include <stdint.h>

struct reconnect {
    bool up;
    bool restless;    // since a connection ended soon after it began, and until one lasts
    int64_t up_since;
    int64_t pause;
    int64_t next;     // not to be tried before
    int64_t said;
    uint64_t unsaid;  // ends that no line was written of
};

// False: this is another one of those that end soon after they begin.
bool reconnect_began(struct reconnect *r, int64_t now);
// It ended, or was refused. How many ends a line is to be written of now, this one included; 0: none.
uint64_t reconnect_ended(struct reconnect *r, int64_t now);
// Time until the next attempt; 0: now.
int64_t reconnect_wait(const struct reconnect *r, int64_t now);
// True once when a connection lasts again.
bool reconnect_lasts(struct reconnect *r, int64_t now);

#endif

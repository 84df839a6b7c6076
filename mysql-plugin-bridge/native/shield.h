// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Certification does not test a write set against others of the same server: row locks keep those apart. Some are not kept apart, see
// docs/certification.md, UNSHIELDED: this knows when.
#ifndef CARILLON_SHIELD_H
#define CARILLON_SHIELD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct shield {
    _Atomic int64_t until;  // own write sets up to it may be committed without having held their locks all the time
    _Atomic uint64_t doubt; // number of the latest call made when the fate of one became unknown; 0: none is
};

// The write set `seqno` gave up its locks and is not committed yet. Before they are given up.
void shield_lost(struct shield *shield, int64_t seqno);
// Nobody waits any more for a write set that may be ordered; `call` is the latest made. Before its locks are given up.
void shield_doubt(struct shield *shield, uint64_t call);
// The write set of `call` is ordered. What was sent before it was ordered before it, or never is.
void shield_verdict(struct shield *shield, uint64_t call, int64_t seqno);
// The order begins again at `seqno`: all up to it is there.
void shield_reset(struct shield *shield, int64_t seqno);
// Whether row locks keep a write set that is sent now, and has seen all up to `last_seen`, apart from all others of this server.
bool shield_holds(struct shield *shield, int64_t last_seen);

#endif

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Data of large write sets that comes before their verdict, so that nobody waits for its way once they are decided.
#ifndef CARILLON_AHEAD_H
#define CARILLON_AHEAD_H

#include "spill.h"

enum { AHEAD_STREAMS = 8 };

// One connection's; the reader's alone.
struct ahead {
    struct {
        uint64_t stream; // the sidecar's number; 0: free
        struct spill spill;
    } open[AHEAD_STREAMS];
};

// The connection ended: what came ahead comes again.
void ahead_clear(struct ahead *ahead);

#endif

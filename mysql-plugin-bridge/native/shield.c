// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "shield.h"

static void raise(struct shield *shield, int64_t seqno) {
    int64_t until = atomic_load(&shield->until);
    while (until < seqno && !atomic_compare_exchange_weak(&shield->until, &until, seqno)) {
    }
}

void shield_lost(struct shield *shield, int64_t seqno) { raise(shield, seqno); }

void shield_doubt(struct shield *shield, uint64_t call) {
    uint64_t doubt = atomic_load(&shield->doubt);
    while (doubt < call && !atomic_compare_exchange_weak(&shield->doubt, &doubt, call)) {
    }
}

void shield_verdict(struct shield *shield, uint64_t call, int64_t seqno) {
    uint64_t doubt = atomic_load(&shield->doubt);
    if (doubt && call > doubt) {
        raise(shield, seqno); // first, so that nobody finds neither
        atomic_compare_exchange_strong(&shield->doubt, &doubt, 0);
    }
}

void shield_reset(struct shield *shield, int64_t seqno) {
    int64_t until = atomic_load(&shield->until);
    while (until > seqno && !atomic_compare_exchange_weak(&shield->until, &until, seqno)) {
    }
}

bool shield_holds(struct shield *shield, int64_t last_seen) {
    return !atomic_load(&shield->doubt) && last_seen >= atomic_load(&shield->until);
}

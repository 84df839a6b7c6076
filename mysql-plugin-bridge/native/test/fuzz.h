// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// A provider without a connection, to which frames are given by hand, and a server that reads all that it is told.
#ifndef CARILLON_FUZZ_H
#define CARILLON_FUZZ_H

#include "check.h"
#include "provider.h"

struct fuzz {
    wsrep_t w;
    struct provider *p;
    uint64_t random;
    struct frame_out out; // the frame at hand
    uint64_t offered;     // bytes of frames since the feed began
    // Calls that wait for an answer.
    struct trx *trx;
    struct call plain;
    struct call status;
    struct frame_out plain_frame;
    struct frame_out status_frame;
    uint64_t orphan; // number
    uint64_t frames;
    uint64_t taken;
    uint64_t connections;
    uint64_t refused;
};

// ---- fuzz_server.c

struct told {
    uint64_t applied;
    uint64_t views;
    uint64_t final_views;
    uint64_t donated;
    uint64_t requested;
    uint64_t synced;
    _Atomic uint64_t peers;
    _Atomic uint64_t log_lines;
};

extern struct told told;

int wsrep_loader(wsrep_t *w);
void fuzz_provider_begin(struct fuzz *f);
void fuzz_provider_end(struct fuzz *f);
// As connect() has it.
void fuzz_feed_begin(struct fuzz *f);
// As after disconnect(): all that came is worked off, and every call has an end.
void fuzz_feed_end(struct fuzz *f);

// ---- fuzz_regressions.c

void fuzz_regressions(struct fuzz *f);

// ---- fuzz_samples.c

static inline uint64_t fuzz_next(struct fuzz *f) {
    uint64_t z = f->random += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static inline uint64_t fuzz_below(struct fuzz *f, uint64_t bound) { return fuzz_next(f) % bound; }

// Make f->out: a frame that a sidecar could send now; the same with errors in it; anything.
void fuzz_sample(struct fuzz *f, uint16_t type);
void fuzz_sample_any(struct fuzz *f);
void fuzz_mutate(struct fuzz *f);
void fuzz_noise(struct fuzz *f);
void fuzz_welcome(struct fuzz *f);

#endif

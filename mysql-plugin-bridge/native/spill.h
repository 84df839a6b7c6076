// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The data of a write set: one piece that grows. Up to a limit it is on the heap; beyond, in a nameless file, so that it is page cache,
// which the system takes back when it needs to, and not the server's memory.
#ifndef CARILLON_SPILL_H
#define CARILLON_SPILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct provider;

enum { SPILL_LIMIT = 32 << 20 };

struct spill_place {
    const char *dir; // NULL: everything stays on the heap
    size_t limit;
    const struct provider *provider; // whose log hears of failures
};

// Zeroed: empty. One owner thread at a time.
struct spill {
    uint8_t *at; // on the heap: the bytes; in a file: where spill_map() put them, or NULL
    size_t length;
    size_t capacity; // of the heap
    size_t mapped;
    int file;     // its descriptor + 1; 0: on the heap
    bool refused; // the file could not be had, so it stays on the heap
};

// The directory of a provider whose session is prepared.
void spill_place_choose(struct provider *p);
// So many bytes will come: where that is beyond the limit, it is a file from the start.
void spill_expect(const struct spill_place *place, struct spill *spill, uint64_t length);
// A disk that is full, or fails, is said in the log, and the bytes are kept on the heap. False: memory ran out.
bool spill_append(const struct spill_place *place, struct spill *spill, const void *bytes, size_t length);
// All bytes at `at`, in one piece, until more are appended. False: memory ran out.
bool spill_map(const struct spill_place *place, struct spill *spill);
// Empties it; a small piece of memory is kept.
void spill_clear(struct spill *spill, size_t keep);
void spill_free(struct spill *spill);

#endif

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// What waits for an answer of the sidecar.
#ifndef CARILLON_CALLS_H
#define CARILLON_CALLS_H

#include "frames.h"
#include "park.h"
#include "write_set.h"

struct provider;
struct trx;

enum { CALL_PENDING = 0, CALL_KICKED, CALL_DONE };

struct call {
    uint64_t id; // 0: not registered
    _Atomic uint32_t state;
    bool sent;                     // CERTIFY: it may have been ordered; under calls.lock
    bool abandoned;                // part of a struct orphan
    struct trx *trx;               // CERTIFY: marked when the verdict is read, before the feed goes on
    const struct frame_out *frame; // sent again to a new sidecar; NULL: never
    _Atomic uint32_t fragments_done;
    int32_t status;
    int64_t value;
    int64_t seqno;
    int64_t depends_on;
    bool conflict;
    char *text;
    uint8_t *reply; // body of a STATUS_REPLY
    size_t reply_length;
};

// A write set whose client went away before its fate was known. If it is ordered after all, this node applies it like a remote one.
struct orphan {
    struct call call;
    struct write_set ws;
    uint32_t flags;
    uint64_t trx_id;
    uint64_t connection_id;
};

struct calls {
    pthread_mutex_t lock;
    struct call **slots;
    uint32_t *free_slots;
    uint32_t free_count;
    uint32_t capacity;
    uint64_t generation;
};

// Numbers are not used again by another provider: its sidecar, or the group, may still have something to say about this one's. So
// they begin where the random part of the session's id says.
bool calls_init(struct calls *calls, const wsrep_uuid_t *session);
void calls_destroy(struct calls *calls);
bool calls_register(struct calls *calls, struct call *call);
// Takes the call out of the table; NULL if there is none of that number.
struct call *calls_take(struct calls *calls, uint64_t id);
// As calls_take, for an answer of `type`: VERDICT (REJECTED goes for it, too), STATUS_REPLY or RESULT. False: the call of that number is
// of another kind, and stays.
bool calls_answer(struct calls *calls, uint64_t id, uint16_t type, struct call **call);
// Takes it out before its answer; false: the answer is on its way, CALL_DONE follows.
bool calls_withdraw(struct calls *calls, struct call *call);
// Puts `orphan` in its place; false as above.
bool calls_abandon(struct calls *calls, struct call *call, struct orphan *orphan);
// Number of the latest call made; numbers ascend.
uint64_t calls_latest(struct calls *calls);
void calls_kick_all(struct calls *calls);
void call_kick(struct call *call);
void call_done(struct call *call);
void call_clear(struct call *call);
// Waits for the answer; false: `deadline` passed and the call was taken back.
bool call_await(struct provider *p, struct call *call, int64_t deadline);
void calls_fragment_done(struct calls *calls, uint64_t id);
void calls_free_orphans(struct calls *calls);

#endif

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "provider.h"

#include <stdlib.h>

// As many as HELLO may list.
enum { SLOT_BITS = 16, SLOTS = 1 << SLOT_BITS };

// Where the numbers begin: far enough from the end that nobody gets there.
enum { FIRST_AT = 10 };
#define FIRST_MAX ((1ULL << 46) - 1)

bool calls_init(struct calls *calls, const wsrep_uuid_t *session) {
    memset(calls, 0, sizeof *calls);
    memcpy(&calls->generation, session->data + FIRST_AT, sizeof session->data - FIRST_AT); // six random bytes
    calls->generation &= FIRST_MAX;
    pthread_mutex_init(&calls->lock, NULL);
    calls->slots = calloc(SLOTS, sizeof *calls->slots);
    calls->free_slots = calloc(SLOTS, sizeof *calls->free_slots);
    if (!calls->slots || !calls->free_slots) {
        return false;
    }
    calls->capacity = SLOTS;
    calls->free_count = SLOTS;
    for (uint32_t i = 0; i < SLOTS; i++) {
        calls->free_slots[i] = SLOTS - 1 - i;
    }
    return true;
}

void calls_destroy(struct calls *calls) {
    free(calls->slots);
    free(calls->free_slots);
    pthread_mutex_destroy(&calls->lock);
}

bool calls_register(struct calls *calls, struct call *call) {
    pthread_mutex_lock(&calls->lock);
    const bool room = calls->free_count > 0;
    if (room) {
        const uint32_t slot = calls->free_slots[--calls->free_count];
        call->id = ++calls->generation << SLOT_BITS | slot;
        atomic_store_explicit(&call->state, CALL_PENDING, memory_order_relaxed);
        atomic_store_explicit(&call->fragments_done, 0, memory_order_relaxed);
        call->sent = false;
        if (call->frame) {
            put_u64(call->frame->bytes + 8, call->id); // from here on the reader may send it
        }
        calls->slots[slot] = call;
    }
    pthread_mutex_unlock(&calls->lock);
    return room;
}

static struct call *find(const struct calls *calls, uint64_t id) {
    struct call *call = calls->slots[id & (SLOTS - 1)];
    return call && call->id == id && id ? call : NULL;
}

static void clear_slot(struct calls *calls, uint64_t id) {
    calls->slots[id & (SLOTS - 1)] = NULL;
    calls->free_slots[calls->free_count++] = (uint32_t)(id & (SLOTS - 1));
}

struct call *calls_take(struct calls *calls, uint64_t id) {
    pthread_mutex_lock(&calls->lock);
    struct call *call = find(calls, id);
    if (call) {
        clear_slot(calls, id);
    }
    pthread_mutex_unlock(&calls->lock);
    return call;
}

static uint16_t answer_to(const struct call *call) {
    if (!call->frame) {
        return FRAME_VERDICT;
    }
    return get_u16(call->frame->bytes + 4) == FRAME_STATUS ? FRAME_STATUS_REPLY : FRAME_RESULT;
}

bool calls_answer(struct calls *calls, uint64_t id, uint16_t type, struct call **call) {
    pthread_mutex_lock(&calls->lock);
    *call = find(calls, id);
    const bool fits = !*call || answer_to(*call) == type;
    if (*call && fits) {
        clear_slot(calls, id);
    }
    pthread_mutex_unlock(&calls->lock);
    return fits;
}

bool calls_withdraw(struct calls *calls, struct call *call) {
    pthread_mutex_lock(&calls->lock);
    const bool present = find(calls, call->id) == call;
    if (present) {
        clear_slot(calls, call->id);
    }
    pthread_mutex_unlock(&calls->lock);
    return present;
}

bool calls_abandon(struct calls *calls, struct call *call, struct orphan *orphan) {
    pthread_mutex_lock(&calls->lock);
    const bool present = find(calls, call->id) == call;
    if (present) {
        orphan->call.id = call->id;
        orphan->call.sent = call->sent;
        orphan->call.abandoned = true;
        calls->slots[call->id & (SLOTS - 1)] = &orphan->call;
    }
    pthread_mutex_unlock(&calls->lock);
    return present;
}

uint64_t calls_latest(struct calls *calls) {
    pthread_mutex_lock(&calls->lock);
    const uint64_t latest = calls->generation << SLOT_BITS | (SLOTS - 1);
    pthread_mutex_unlock(&calls->lock);
    return latest;
}

void calls_free_orphans(struct calls *calls) {
    for (uint32_t i = 0; calls->slots && i < SLOTS; i++) {
        if (calls->slots[i] && calls->slots[i]->abandoned) {
            struct orphan *orphan = (struct orphan *)calls->slots[i];
            ws_free(&orphan->ws);
            free(orphan);
            calls->slots[i] = NULL;
        }
    }
}

void call_kick(struct call *call) {
    uint32_t pending = CALL_PENDING;
    if (atomic_compare_exchange_strong(&call->state, &pending, CALL_KICKED)) {
        unpark(&call->state);
    }
}

void calls_kick_all(struct calls *calls) {
    pthread_mutex_lock(&calls->lock);
    for (uint32_t i = 0; i < SLOTS; i++) {
        if (calls->slots[i]) {
            call_kick(calls->slots[i]);
        }
    }
    pthread_mutex_unlock(&calls->lock);
}

void calls_fragment_done(struct calls *calls, uint64_t id) {
    pthread_mutex_lock(&calls->lock);
    struct call *call = find(calls, id);
    if (call) {
        atomic_fetch_add(&call->fragments_done, 1);
        call_kick(call);
    }
    pthread_mutex_unlock(&calls->lock);
}

void call_done(struct call *call) {
    // The caller may be gone as soon as it sees the state, its memory too; unpark needs only the address.
    _Atomic uint32_t *state = &call->state;
    atomic_store_explicit(state, CALL_DONE, memory_order_release);
    unpark(state);
}

void call_clear(struct call *call) {
    free(call->text);
    free(call->reply);
    call->text = NULL;
    call->reply = NULL;
    call->reply_length = 0;
    call->id = 0;
}

bool call_await(struct provider *p, struct call *call, int64_t deadline) {
    for (;;) {
        uint32_t state = atomic_load_explicit(&call->state, memory_order_acquire);
        if (state == CALL_DONE) {
            return true;
        }
        if (state == CALL_KICKED) {
            atomic_compare_exchange_strong(&call->state, &state, CALL_PENDING);
            continue;
        }
        if (deadline != PARK_FOREVER && now_ns() >= deadline) {
            if (calls_withdraw(&p->calls, call)) {
                return false;
            }
            deadline = PARK_FOREVER;
            continue;
        }
        park(&call->state, CALL_PENDING, deadline);
    }
}

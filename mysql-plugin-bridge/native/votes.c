// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Results of applying that are not success: the group votes on them. A vote that was on its way when the sidecar died, or
// cast while there was no primary component, would be lost, and with it the knowledge that this node differs. So the
// latest are said again with each primary view; whoever hears one twice counts it once.
#include "provider.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

// After so many more write sets a vote is history: what differed was found out, or nobody remembers what it was about.
enum { VOTE_TEXT_MAX = 64 << 10, VOTE_SEQNOS = 1024 };

static void send_vote(struct provider *p, const struct vote *vote) {
    struct frame_out out;
    frame_begin(&out, FRAME_VOTE, 0);
    frame_put_u64(&out, (uint64_t)vote->seqno);
    frame_put_u64(&out, vote->hash);
    frame_put_str(&out, vote->error, vote->length);
    session_send_frame(p, &out);
    frame_out_free(&out);
}

void vote(struct provider *p, int64_t seqno, const void *error, size_t length) {
    struct vote vote = {.seqno = seqno, .hash = XXH3_64bits(error, length) | 1ULL << 63}; // 0 means success
    provider_log(p, WSREP_LOG_WARN, "Write set %lld was not applied as elsewhere; the group votes: %.*s", (long long)seqno,
                 (int)(length < 400 ? length : 400), (const char *)error);
    vote.length = length < VOTE_TEXT_MAX ? length : VOTE_TEXT_MAX;
    vote.error = malloc(vote.length + 1);
    if (vote.error) {
        memcpy(vote.error, error, vote.length);
    } else {
        vote.length = 0; // the hash decides, the text is for people
    }
    pthread_mutex_lock(&p->vote_lock);
    struct vote *slot = &p->votes[p->votes_cast++ % VOTES_KEPT];
    free(slot->error);
    *slot = vote;
    send_vote(p, slot);
    pthread_mutex_unlock(&p->vote_lock);
}

void votes_again(struct provider *p) {
    const int64_t reached = horizon_reached(&p->apply);
    pthread_mutex_lock(&p->vote_lock);
    for (int i = 0; i < VOTES_KEPT; i++) {
        if (p->votes[i].hash && p->votes[i].seqno > reached - VOTE_SEQNOS) {
            send_vote(p, &p->votes[i]);
        }
    }
    pthread_mutex_unlock(&p->vote_lock);
}

void votes_forget(struct provider *p) {
    pthread_mutex_lock(&p->vote_lock);
    for (int i = 0; i < VOTES_KEPT; i++) {
        free(p->votes[i].error);
        p->votes[i] = (struct vote){0};
    }
    pthread_mutex_unlock(&p->vote_lock);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Results of applying that are not success: the group votes on them. A vote that was on its way when the sidecar died, or
// cast while there was no primary component, would be lost, and with it the knowledge that this node differs. So the
// latest are said again with each primary view; whoever hears one twice counts it once.
//
// The server's tables are behind a write set that it could not apply. So that it does not go on from there when it is started anew before
// the group's decision is known, its saved state names no history from before the vote on. The sidecar puts the name back.
#include "provider.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

// After so many more write sets a vote is history: what differed was found out, or nobody remembers what it was about.
enum { VOTE_TEXT_MAX = 64 << 10, VOTE_SEQNOS = 1024 };

static bool take_out_history(int fd) {
    static const char none[] = "00000000-0000-0000-0000-000000000000";
    static const char key[] = "\nuuid:";
    char text[512];
    const ssize_t length = pread(fd, text, sizeof text - 1, 0);
    if (length < 0) {
        return false;
    }
    text[length] = 0;
    char *at = strstr(text, key);
    if (!at) {
        return true; // it names none
    }
    at += sizeof key - 1;
    at += strspn(at, " ");
    if (strcspn(at, "\n") < sizeof none - 1) {
        return true;
    }
    // In its place, where there is room for it on a full disk, too.
    return pwrite(fd, none, sizeof none - 1, at - text) == (ssize_t)sizeof none - 1 && fdatasync(fd) == 0;
}

static void doubt_saved_state(struct provider *p) {
    char *path = NULL;
    if (!p->args.data_dir || !*p->args.data_dir || asprintf(&path, "%s/grastate.dat", p->args.data_dir) < 0) {
        return;
    }
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 ? errno != ENOENT : !take_out_history(fd)) {
        provider_log(p, WSREP_LOG_WARN, "%s cannot be written (%s): if this server ends before the group has voted, remove the file",
                     path, strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    free(path);
}

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
    doubt_saved_state(p);
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

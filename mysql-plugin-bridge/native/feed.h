// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// What the recv threads work on.
#ifndef CARILLON_FEED_H
#define CARILLON_FEED_H

#include "frames.h"
#include "spill.h"
#include "wsrep_abi.h"

#include <pthread.h>
#include <stdatomic.h>

struct provider;

enum event_type {
    EVENT_WRITE_SET,
    EVENT_VIEW,
    EVENT_STATE_REQUEST,
    EVENT_DONATE,
    EVENT_SYNCED,
    EVENT_SKIP,
    EVENT_FINAL,
    EVENT_INCONSISTENT
};

struct event {
    struct event *next;
    enum event_type type;
    uint64_t bytes; // of the feed, of connection `epoch`
    uint64_t epoch;
    int64_t after; // everything up to it came before this event
    int64_t seqno;
    bool ordered; // takes the place `seqno`
    uint64_t starts; // a view with which the order begins anew: the how manieth; else 0
    int64_t depends_on;
    uint32_t flags;
    bool certified;
    wsrep_stid_t stid;
    uint64_t data_length;
    uint8_t *data;
    struct spill spill; // where `data` is, if it is not behind the event itself
    wsrep_view_info_t *view;
    uint32_t view_flags;
    wsrep_gtid_t gtid;
    bool bypass;
    char *text;
    size_t text_length;
};

struct feed {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct event *head;
    struct event *tail;
    uint32_t length;
    uint32_t receivers;
    uint32_t idle;
    uint64_t orders;         // of the reader: how often the order began anew
    _Atomic uint32_t starts; // written under lock: views not worked off with which it does
    uint64_t starting;       // that which is being worked on; 0: none is
    bool exclusive; // an event that nothing may overtake is being worked on
    bool paused;
    pthread_cond_t resumed;
    bool closed;
    bool final_queued;
    bool fed; // since connect(): a new sidecar goes on from there
    bool inconsistent;
    int64_t popped; // last seqno handed to a thread
    uint64_t consumed;
    uint64_t epoch;
    uint32_t length_told; // to the sidecar, whose flow control goes by it
    bool sst_asked; // the server was told that it needs a snapshot, and no sidecar has yet heard that it has one
    struct frame_out sst_request; // what it answered, as a frame; empty before
    uint64_t donations; // asked of the server so far
    bool donates;       // in the latest of them; no sidecar has yet heard how it ended
    bool sst_waiting;
    bool sst_done;
    int sst_code;
    uint32_t length_max;
    uint32_t length_min;
    uint64_t length_sum;
    uint64_t length_samples;
};

bool feed_init(struct feed *feed);
void feed_destroy(struct feed *feed);
struct event *event_new(enum event_type type, size_t inline_data);
// `data` is what is in `spill` from now on, which is empty.
void event_take(struct event *event, struct spill *spill);
void event_free(struct event *event);
void feed_push(struct provider *p, struct event *event);
// Gives back a place in the order that was the `order`th when the place was given: at once, or as soon as that one has begun.
void feed_leave(struct provider *p, int64_t seqno, uint64_t order);
void feed_push_final(struct provider *p);
// Takes the next event; NULL when the feed is closed and empty.
struct event *feed_pop(struct provider *p);
// The event is worked off.
void feed_done(struct provider *p, struct event *event);
// Drops what is left; until the next connect() nothing is taken.
void feed_close(struct provider *p);
void feed_consumed(struct provider *p, uint64_t bytes, uint64_t epoch);
void feed_fail(struct provider *p, const char *reason);
// Under feed.lock: nobody asks the server for anything any more.
void feed_forget_transfers(struct feed *feed);

// ---- recv.c

wsrep_status_t provider_recv(wsrep_t *w, void *recv_ctx);

#endif

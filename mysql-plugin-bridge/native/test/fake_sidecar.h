// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// A sidecar of one node that speaks docs/ipc.md.
#ifndef CARILLON_FAKE_SIDECAR_H
#define CARILLON_FAKE_SIDECAR_H

#include "check.h"
#include "provider.h"

enum { HELD_MAX = 64, LAST_WS_MAX = 1 << 22, SCRATCH_LENGTH = 32 };

struct fake {
    char dir[SCRATCH_LENGTH];
    char path[64];
    char options[160];
    int listener;
    pthread_t thread;
    bool stop;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int fd; // -1: no provider connected
    int sessions;
    int64_t seqno; // last given
    wsrep_uuid_t group;
    wsrep_uuid_t provider;
    bool hold;     // verdicts wait for fake_verdict
    bool accept;   // false: connections wait
    bool hangs;    // reads nothing, but for the frame at hand, and acts upon none
    bool conflict; // of the next verdicts
    bool connect_snapshot;
    bool hold_transfers; // SST_RECEIVED and SST_SENT get no answer
    bool refuses_desync;
    bool revocable; // held write sets wait for flow control
    int first_view_flags;
    uint64_t held[HELD_MAX];
    int held_count;
    uint64_t open_calls[HELD_MAX];
    int open_count;
    int hello_flags;
    int64_t hello_received;
    int64_t hello_state;
    int counts[128]; // frames by type
    uint64_t peer_id; // of the latest PEER_ANSWER
    bool peer_admitted;
    uint8_t *last_ws;
    size_t last_ws_length;
    uint64_t fragment_bytes;
    uint64_t fragment_sum;
    int64_t released;
    uint64_t consumed;
    uint64_t fed;
};

// A new directory of this test's own, empty.
void scratch_directory(char path[SCRATCH_LENGTH]);
void fake_start(struct fake *f);
void fake_stop(struct fake *f);
void fake_drop(struct fake *f, bool accept_again);
void fake_accept(struct fake *f);
void fake_hang(struct fake *f, bool hangs);
void fake_await_sessions(struct fake *f, int count);
void fake_await_count(struct fake *f, int type, int count);
void fake_await_held(struct fake *f, int count);
int64_t fake_verdict(struct fake *f, uint64_t id, bool conflict);
void fake_reject(struct fake *f, uint64_t id, int status);
int64_t fake_write_set(struct fake *f, int64_t depends_on, uint32_t flags, bool certified, uint64_t trx, const void *data, size_t length);
// The same, its data having come as `stream`, from `position` on.
int64_t fake_write_set_ahead(struct fake *f, uint64_t stream, uint64_t position, size_t length);
// Bytes of a large write set before its verdict; NULL: nothing comes of it.
void fake_ahead(struct fake *f, uint64_t stream, const void *bytes, size_t length);
void fake_view(struct fake *f, int status, int flags, int64_t seqno);
void fake_event(struct fake *f, uint16_t type, const void *body, size_t length);

// ---- fake_answers.c: under the lock

void fake_send_frame(struct fake *f, struct frame_out *out, uint16_t flags);
int64_t fake_send_verdict(struct fake *f, uint64_t id, bool conflict);
void fake_send_view(struct fake *f, int status, int flags, int64_t seqno);
void fake_send_event(struct fake *f, uint16_t type, const void *body, size_t length);
void fake_on_frame(struct fake *f, const uint8_t *frame, size_t length);

#endif

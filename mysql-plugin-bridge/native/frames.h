// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Frames between provider and sidecar: docs/ipc.md.
#ifndef CARILLON_FRAMES_H
#define CARILLON_FRAMES_H

#include "wsrep_abi.h"

#include <string.h>

enum {
    FRAME_PROTOCOL = 2,
    FRAME_HEADER_LENGTH = 16,
    FRAME_LENGTH_MAX = 1 << 20,
    FRAME_PART_LENGTH_MAX = 256 << 10,
    FRAME_FRAGMENTS_OPEN_MAX = 4,

    FRAME_HELLO = 1,
    FRAME_WELCOME = 2,
    FRAME_CONNECT = 3,
    FRAME_DISCONNECT = 4,
    FRAME_RESULT = 5,
    FRAME_LOG = 6,
    FRAME_OPTION_SET = 7,
    FRAME_STATUS = 8,
    FRAME_STATUS_REPLY = 9,
    FRAME_PROGRESS = 10,
    FRAME_PEER = 11,
    FRAME_PEER_ANSWER = 12,
    FRAME_STATUS_RESET = 13,

    FRAME_CERTIFY = 20,
    FRAME_WS_FRAGMENT = 21,
    FRAME_FRAGMENT_DONE = 22,
    FRAME_REJECTED = 23,
    FRAME_POST = 24,
    FRAME_WITHDRAW = 25,
    FRAME_REVOKE = 26,

    FRAME_VERDICT = 40,
    FRAME_WRITE_SET = 41,
    FRAME_WRITE_SET_PART = 42,
    FRAME_VIEW = 43,
    FRAME_STATE_REQUEST = 44,
    FRAME_DONATE = 45,
    FRAME_SYNCED = 46,
    FRAME_STATE = 47,
    FRAME_FINAL = 48,
    FRAME_INCONSISTENT = 49,
    FRAME_SKIP = 50,
    FRAME_AHEAD = 51,
    FRAME_AHEAD_DROPPED = 52,

    FRAME_SYNC_POINT = 60,
    FRAME_SST_REQUEST = 61,
    FRAME_SST_RECEIVED = 62,
    FRAME_SST_SENT = 63,
    FRAME_DESYNC = 64,
    FRAME_VOTE = 65,
    FRAME_PAUSE = 66,
    FRAME_ISOLATE = 67,

    FRAME_HELLO_AWAITS_SNAPSHOT = 1,
    FRAME_HELLO_GIVES_SNAPSHOT = 2,
    FRAME_CONNECT_AGAIN = 1,
    FRAME_WRITE_SET_AHEAD = 1,
    FRAME_VIEW_CONNECTED = 1,
    FRAME_VIEW_NOT_CHANGED = 2,
    FRAME_VIEW_SYNTHETIC = 4
};

// Builds a frame in memory that grows. Callers check `failed` once at the end (frame_out_end does).
struct frame_out {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
    bool failed;
};

void frame_begin(struct frame_out *out, uint16_t type, uint64_t id);
void frame_put(struct frame_out *out, const void *bytes, size_t length);
void frame_put_u8(struct frame_out *out, uint8_t value);
void frame_put_u32(struct frame_out *out, uint32_t value);
void frame_put_u64(struct frame_out *out, uint64_t value);
void frame_put_str(struct frame_out *out, const char *text, size_t length);
void frame_put_text(struct frame_out *out, const char *text);
// Writes the length into the header. False if memory ran out or the frame is longer than a frame may be.
bool frame_end(struct frame_out *out);
void frame_out_free(struct frame_out *out);

// Reads a body from front to back. A read past the end sets `failed` and yields zeroes.
struct frame_in {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

const uint8_t *frame_get(struct frame_in *in, size_t length);
uint8_t frame_get_u8(struct frame_in *in);
uint32_t frame_get_u32(struct frame_in *in);
uint64_t frame_get_u64(struct frame_in *in);
void frame_get_uuid(struct frame_in *in, wsrep_uuid_t *uuid);
// A string where it stands, not terminated.
const char *frame_get_str(struct frame_in *in, size_t *length);
// A terminated copy, from malloc; NULL if the frame is too short or memory ran out.
char *frame_get_text(struct frame_in *in);
// Nothing was missing, and nothing is left.
static inline bool frame_read(const struct frame_in *in) { return !in->failed && in->at == in->end; }

static inline void put_u16(uint8_t *at, uint16_t value) { memcpy(at, &value, sizeof value); }
static inline void put_u32(uint8_t *at, uint32_t value) { memcpy(at, &value, sizeof value); }
static inline void put_u64(uint8_t *at, uint64_t value) { memcpy(at, &value, sizeof value); }

static inline uint16_t get_u16(const uint8_t *at) {
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint32_t get_u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint64_t get_u64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline void frame_header(uint8_t *at, uint32_t length, uint16_t type, uint64_t id) {
    put_u32(at, length);
    put_u16(at + 4, type);
    put_u16(at + 6, 0);
    put_u64(at + 8, id);
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the frames are little-endian and so must be the machine"
#endif

#endif

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Write set under construction; its layout is docs/write-set.md.
#ifndef CARILLON_WRITE_SET_H
#define CARILLON_WRITE_SET_H

#include "spill.h"
#include "wsrep_abi.h"

enum {
    WS_MAGIC = 0x31535743,
    WS_HEADER_LENGTH = 64,
    WS_MAGIC_OFFSET = 0,
    WS_FLAGS_OFFSET = 4,
    WS_TRX_ID_OFFSET = 8,
    WS_CONNECTION_ID_OFFSET = 16,
    WS_LAST_SEEN_OFFSET = 24,
    WS_PREVIOUS_SEQNO_OFFSET = 32,
    WS_KEY_COUNT_OFFSET = 40,
    WS_NAMES_LENGTH_OFFSET = 44,
    WS_DATA_LENGTH_OFFSET = 48,
    WS_ANNOTATION_LENGTH_OFFSET = 56,
    WS_FRAGMENT_COUNT_OFFSET = 60,

    WS_KEY_LENGTH = 16,
    WS_KEY_META_OFFSET = 8,
    WS_KEY_DEPTH_SHIFT = 2,
    WS_KEY_TABLE_SHIFT = 4,
    WS_KEY_PARTS_MAX = 3,
    WS_TABLE_NONE = 0xFFFFFFF,

    WS_FLAG_UNSHIELDED = 1 << 16, // beside the flags of the wsrep API

    // Sections longer than this travel as fragments before the header.
    WS_INLINE_MAX = 256 << 10
};

struct ws_bytes {
    uint8_t *at;
    size_t length;
    size_t capacity;
};

// One owner thread at a time. Memory is kept from use to use (ws_clear) up to a bound.
struct write_set {
    struct ws_bytes keys;
    struct ws_bytes names;
    struct spill data;
    struct ws_bytes annotation;
    uint32_t *index; // hash table over the keys: number of the key + 1
    uint32_t index_size;
    uint32_t key_count;
    uint32_t table_count;
    uint32_t *table_index; // hash table over the names: number of the table + 1
    uint32_t *table_at;    // offset of each name
    uint32_t table_index_size;
    uint32_t table_capacity;
    struct ws_bytes last_prefix; // hashed form of all but the last part of the latest key
    uint32_t last_prefix_table;
    uint32_t last_prefix_parts;
};

// All return false if memory ran out.
bool ws_append_key(struct write_set *ws, const wsrep_buf_t *parts, size_t count, wsrep_key_type_t type);
bool ws_append_data(struct write_set *ws, const struct spill_place *place, const void *at, size_t length);
bool ws_append_annotation(struct write_set *ws, const void *at, size_t length);
// Empties it; gives memory back where there is more than a common transaction needs.
void ws_clear(struct write_set *ws);
void ws_free(struct write_set *ws);

static inline uint64_t ws_sections_length(const struct write_set *ws) {
    return (uint64_t)ws->keys.length + ws->names.length + ws->data.length + ws->annotation.length;
}

struct ws_header {
    uint32_t flags;
    uint64_t trx_id;
    uint64_t connection_id;
    int64_t last_seen;
    int64_t previous_seqno;
    uint32_t fragment_count;
};

// Writes the 64 bytes of the header.
void ws_write_header(const struct write_set *ws, const struct ws_header *header, uint8_t *at);

#endif

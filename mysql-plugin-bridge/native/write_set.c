// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "write_set.h"
#include "frames.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { KEEP_BYTES_MAX = 64 << 10, KEY_STACK_BYTES = 1024, INDEX_FIRST = 32, TABLES_FIRST = 8 };

static bool grow(struct ws_bytes *bytes, size_t more) {
    if (more > SIZE_MAX / 2 - bytes->length) {
        return false;
    }
    const size_t wanted = bytes->length + more;
    if (wanted <= bytes->capacity) {
        return true;
    }
    size_t capacity = bytes->capacity ? bytes->capacity * 2 : 512;
    if (capacity < wanted) {
        capacity = wanted;
    }
    uint8_t *at = realloc(bytes->at, capacity);
    if (!at) {
        return false;
    }
    bytes->at = at;
    bytes->capacity = capacity;
    return true;
}

static bool append(struct ws_bytes *bytes, const void *at, size_t length) {
    if (!grow(bytes, length)) {
        return false;
    }
    if (length) {
        memcpy(bytes->at + bytes->length, at, length);
        bytes->length += length;
    }
    return true;
}

static uint64_t key_hash(const struct write_set *ws, uint32_t number) { return get_u64(ws->keys.at + (size_t)number * WS_KEY_LENGTH); }

static void index_insert(struct write_set *ws, uint64_t hash, uint32_t number) {
    uint32_t slot = (uint32_t)hash & (ws->index_size - 1);
    while (ws->index[slot]) {
        slot = (slot + 1) & (ws->index_size - 1);
    }
    ws->index[slot] = number + 1;
}

static bool index_grow(struct write_set *ws) {
    const uint32_t size = ws->index_size ? ws->index_size * 2 : INDEX_FIRST;
    uint32_t *index = calloc(size, sizeof *index);
    if (!index) {
        return false;
    }
    free(ws->index);
    ws->index = index;
    ws->index_size = size;
    for (uint32_t i = 0; i < ws->key_count; i++) {
        index_insert(ws, key_hash(ws, i), i);
    }
    return true;
}

// Adds a key, or strengthens the type of the one with the same hash: EXCLUSIVE > UPDATE > REFERENCE > SHARED is also
// the order of the numbers.
static bool add_key(struct write_set *ws, uint64_t hash, uint32_t type, uint32_t depth, uint32_t table) {
    if (ws->key_count * 2 >= ws->index_size && !index_grow(ws)) {
        return false;
    }
    for (uint32_t slot = (uint32_t)hash & (ws->index_size - 1); ws->index[slot]; slot = (slot + 1) & (ws->index_size - 1)) {
        const uint32_t number = ws->index[slot] - 1;
        if (key_hash(ws, number) == hash) {
            uint8_t *meta = ws->keys.at + (size_t)number * WS_KEY_LENGTH + WS_KEY_META_OFFSET;
            const uint32_t present = get_u32(meta);
            if ((present & 3) < type) {
                put_u32(meta, (present & ~3u) | type);
            }
            return true;
        }
    }
    uint8_t key[WS_KEY_LENGTH] = {0};
    put_u64(key, hash);
    put_u32(key + WS_KEY_META_OFFSET, type | depth << WS_KEY_DEPTH_SHIFT | table << WS_KEY_TABLE_SHIFT);
    if (!append(&ws->keys, key, sizeof key)) {
        return false;
    }
    index_insert(ws, hash, ws->key_count);
    ws->key_count++;
    return true;
}

static bool tables_grow(struct write_set *ws) {
    const uint32_t capacity = ws->table_capacity ? ws->table_capacity * 2 : TABLES_FIRST;
    uint32_t *at = realloc(ws->table_at, capacity * sizeof *at);
    if (!at) {
        return false;
    }
    ws->table_at = at;
    uint32_t *index = calloc((size_t)capacity * 2, sizeof *index);
    if (!index) {
        return false;
    }
    free(ws->table_index);
    ws->table_index = index;
    ws->table_index_size = capacity * 2;
    ws->table_capacity = capacity;
    for (uint32_t i = 0; i < ws->table_count; i++) {
        const uint8_t *name = ws->names.at + ws->table_at[i];
        uint32_t slot = (uint32_t)XXH3_64bits(name + 2, get_u16(name)) & (ws->table_index_size - 1);
        while (index[slot]) {
            slot = (slot + 1) & (ws->table_index_size - 1);
        }
        index[slot] = i + 1;
    }
    return true;
}

// The number of the name `db` or `db` 0 `table`; names too long for their u16 length have none.
static bool table_number(struct write_set *ws, const wsrep_buf_t *parts, size_t count, uint32_t *number) {
    uint8_t name[1024];
    size_t length = parts[0].len;
    *number = WS_TABLE_NONE;
    if (length + (count > 1 ? parts[1].len + 1 : 0) > sizeof name) {
        return true;
    }
    if (length) {
        memcpy(name, parts[0].ptr, length);
    }
    if (count > 1) {
        name[length++] = 0;
        if (parts[1].len) {
            memcpy(name + length, parts[1].ptr, parts[1].len);
        }
        length += parts[1].len;
    }
    if (ws->table_count == WS_TABLE_NONE - 1) {
        return true;
    }
    if (ws->table_count == ws->table_capacity && !tables_grow(ws)) {
        return false;
    }
    uint32_t slot = (uint32_t)XXH3_64bits(name, length) & (ws->table_index_size - 1);
    for (; ws->table_index[slot]; slot = (slot + 1) & (ws->table_index_size - 1)) {
        const uint32_t present = ws->table_index[slot] - 1;
        const uint8_t *at = ws->names.at + ws->table_at[present];
        if (get_u16(at) == length && memcmp(at + 2, name, length) == 0) {
            *number = present;
            return true;
        }
    }
    const uint32_t offset = (uint32_t)ws->names.length;
    const uint16_t prefix = (uint16_t)length;
    if (!append(&ws->names, &prefix, sizeof prefix) || !append(&ws->names, name, length)) {
        return false;
    }
    ws->table_at[ws->table_count] = offset;
    ws->table_index[slot] = ws->table_count + 1;
    *number = ws->table_count++;
    return true;
}

static size_t put_part(uint8_t *at, const wsrep_buf_t *part) {
    put_u32(at, (uint32_t)part->len);
    if (part->len) {
        memcpy(at + 4, part->ptr, part->len);
    }
    return 4 + part->len;
}

// Keys of one table come in a row, so the prefixes of the key before are nearly always those of this one.
static bool prefix_known(const struct write_set *ws, const uint8_t *at, size_t length, size_t parts) {
    return ws->last_prefix_parts == parts && ws->last_prefix.length == length && memcmp(ws->last_prefix.at, at, length) == 0;
}

static bool append_key_bytes(struct write_set *ws, const wsrep_buf_t *parts, size_t count, wsrep_key_type_t type, uint8_t *bytes) {
    size_t end[WS_KEY_PARTS_MAX];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        length += put_part(bytes + length, &parts[i]);
        end[i] = length;
    }
    uint32_t table = WS_TABLE_NONE;
    const size_t prefix = count > 1 ? end[count - 2] : 0;
    if (count == WS_KEY_PARTS_MAX && prefix_known(ws, bytes, prefix, count - 1)) {
        return add_key(ws, XXH3_64bits(bytes, length), type, (uint32_t)count, ws->last_prefix_table);
    }
    for (size_t depth = 1; depth < count; depth++) {
        if (!table_number(ws, parts, depth, &table) ||
            !add_key(ws, XXH3_64bits(bytes, end[depth - 1]), WSREP_KEY_SHARED, (uint32_t)depth, table)) {
            return false;
        }
    }
    if (count < WS_KEY_PARTS_MAX && !table_number(ws, parts, count, &table)) {
        return false;
    }
    if (count == WS_KEY_PARTS_MAX) {
        ws->last_prefix.length = 0;
        if (!append(&ws->last_prefix, bytes, prefix)) {
            return false;
        }
        ws->last_prefix_parts = (uint32_t)count - 1;
        ws->last_prefix_table = table;
    }
    return add_key(ws, XXH3_64bits(bytes, length), type, (uint32_t)count, table);
}

bool ws_append_key(struct write_set *ws, const wsrep_buf_t *parts, size_t count, wsrep_key_type_t type) {
    if (count == 0) {
        return true; // names nothing
    }
    if (count > WS_KEY_PARTS_MAX) {
        count = WS_KEY_PARTS_MAX; // a shorter key covers more: safe
    }
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > UINT32_MAX / 8) {
            return false;
        }
        length += 4 + parts[i].len;
    }
    uint8_t stack[KEY_STACK_BYTES];
    if (length <= sizeof stack) {
        return append_key_bytes(ws, parts, count, type, stack);
    }
    uint8_t *bytes = malloc(length);
    const bool ok = bytes && append_key_bytes(ws, parts, count, type, bytes);
    free(bytes);
    return ok;
}

bool ws_append_data(struct write_set *ws, const struct spill_place *place, const void *at, size_t length) {
    return spill_append(place, &ws->data, at, length);
}

bool ws_append_annotation(struct write_set *ws, const void *at, size_t length) { return append(&ws->annotation, at, length); }

static void clear_bytes(struct ws_bytes *bytes) {
    if (bytes->capacity > KEEP_BYTES_MAX) {
        free(bytes->at);
        *bytes = (struct ws_bytes){0};
    }
    bytes->length = 0;
}

void ws_clear(struct write_set *ws) {
    clear_bytes(&ws->keys);
    clear_bytes(&ws->names);
    spill_clear(&ws->data, KEEP_BYTES_MAX);
    clear_bytes(&ws->annotation);
    clear_bytes(&ws->last_prefix);
    if (ws->index_size * sizeof *ws->index > KEEP_BYTES_MAX) {
        free(ws->index);
        ws->index = NULL;
        ws->index_size = 0;
    } else if (ws->key_count) {
        memset(ws->index, 0, ws->index_size * sizeof *ws->index);
    }
    if (ws->table_count) {
        memset(ws->table_index, 0, ws->table_index_size * sizeof *ws->table_index);
    }
    ws->key_count = 0;
    ws->table_count = 0;
    ws->last_prefix_parts = 0;
}

void ws_free(struct write_set *ws) {
    free(ws->keys.at);
    free(ws->names.at);
    spill_free(&ws->data);
    free(ws->annotation.at);
    free(ws->last_prefix.at);
    free(ws->index);
    free(ws->table_index);
    free(ws->table_at);
    *ws = (struct write_set){0};
}

void ws_write_header(const struct write_set *ws, const struct ws_header *header, uint8_t *at) {
    put_u32(at + WS_MAGIC_OFFSET, WS_MAGIC);
    put_u32(at + WS_FLAGS_OFFSET, header->flags);
    put_u64(at + WS_TRX_ID_OFFSET, header->trx_id);
    put_u64(at + WS_CONNECTION_ID_OFFSET, header->connection_id);
    put_u64(at + WS_LAST_SEEN_OFFSET, (uint64_t)header->last_seen);
    put_u64(at + WS_PREVIOUS_SEQNO_OFFSET, (uint64_t)header->previous_seqno);
    put_u32(at + WS_KEY_COUNT_OFFSET, ws->key_count);
    put_u32(at + WS_NAMES_LENGTH_OFFSET, (uint32_t)ws->names.length);
    put_u64(at + WS_DATA_LENGTH_OFFSET, ws->data.length);
    put_u32(at + WS_ANNOTATION_LENGTH_OFFSET, (uint32_t)ws->annotation.length);
    put_u32(at + WS_FRAGMENT_COUNT_OFFSET, header->fragment_count);
}

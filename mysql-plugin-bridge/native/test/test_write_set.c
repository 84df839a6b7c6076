// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The layout of docs/write-set.md, byte by byte.
#include "fake_sidecar.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static bool append(struct write_set *ws, const char *db, const char *table, const char *row, wsrep_key_type_t type) {
    wsrep_buf_t parts[3] = {{db, strlen(db)}, {table, table ? strlen(table) : 0}, {row, row ? strlen(row) : 0}};
    return ws_append_key(ws, parts, row ? 3 : table ? 2 : 1, type);
}

static void check_key(const struct write_set *ws, uint32_t number, const void *hashed, size_t length, uint32_t type,
    uint32_t depth, uint32_t table) {
    const uint8_t *key = ws->keys.at + number * WS_KEY_LENGTH;
    CHECK(get_u64(key) == XXH3_64bits(hashed, length));
    CHECK(get_u32(key + 8) == (type | depth << 2 | table << 4));
    CHECK(get_u32(key + 12) == 0);
}

static void golden_bytes(void) {
    const struct spill_place heap = {0};
    struct write_set ws = {0};
    CHECK(append(&ws, "d", "t", "r", WSREP_KEY_EXCLUSIVE));
    CHECK(ws_append_data(&ws, &heap, "abc", 3) && ws_append_data(&ws, &heap, "de", 2) && ws_append_annotation(&ws, "q", 1));
    CHECK(ws.key_count == 3 && ws.table_count == 2);
    check_key(&ws, 0, "\1\0\0\0d", 5, WSREP_KEY_SHARED, 1, 0);
    check_key(&ws, 1, "\1\0\0\0d\1\0\0\0t", 10, WSREP_KEY_SHARED, 2, 1);
    check_key(&ws, 2, "\1\0\0\0d\1\0\0\0t\1\0\0\0r", 15, WSREP_KEY_EXCLUSIVE, 3, 1);
    CHECK(ws.names.length == 8 && memcmp(ws.names.at, "\1\0d\3\0d\0t", 8) == 0);
    CHECK(ws.data.length == 5 && memcmp(ws.data.at, "abcde", 5) == 0);

    uint8_t header[WS_HEADER_LENGTH];
    ws_write_header(&ws, &(struct ws_header){.flags = 0x41, .trx_id = 7, .connection_id = 9, .last_seen = 100,
        .previous_seqno = -1}, header);
    static const uint8_t golden[WS_HEADER_LENGTH] = {
        'C', 'W', 'S', '1', 0x41, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0, 0,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 3, 0, 0, 0, 8, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
    CHECK(memcmp(header, golden, sizeof golden) == 0);
    // The hash of the empty input is a published constant of XXH3: what the sidecar computes is the same function.
    CHECK(XXH3_64bits("", 0) == 0x2D06800538D394C2ULL);
    ws_free(&ws);
}

static void one_key_a_hash_with_its_strongest_type(void) {
    struct write_set ws = {0};
    CHECK(append(&ws, "d", "t", "r", WSREP_KEY_REFERENCE));
    CHECK(append(&ws, "d", "t", "r", WSREP_KEY_UPDATE));
    CHECK(append(&ws, "d", "t", "r", WSREP_KEY_SHARED));
    CHECK(append(&ws, "d", "t", NULL, WSREP_KEY_EXCLUSIVE)); // was there as a prefix
    CHECK(append(&ws, "d", "u", "r", WSREP_KEY_SHARED));
    CHECK(append(&ws, "e", NULL, NULL, WSREP_KEY_SHARED));
    CHECK(ws.key_count == 6 && ws.table_count == 4);
    check_key(&ws, 1, "\1\0\0\0d\1\0\0\0t", 10, WSREP_KEY_EXCLUSIVE, 2, 1);
    check_key(&ws, 2, "\1\0\0\0d\1\0\0\0t\1\0\0\0r", 15, WSREP_KEY_UPDATE, 3, 1);
    check_key(&ws, 3, "\1\0\0\0d\1\0\0\0u", 10, WSREP_KEY_SHARED, 2, 2);
    check_key(&ws, 5, "\1\0\0\0e", 5, WSREP_KEY_SHARED, 1, 3);
    CHECK(ws_append_key(&ws, NULL, 0, WSREP_KEY_EXCLUSIVE) && ws.key_count == 6);
    ws_clear(&ws);
    CHECK(ws.key_count == 0 && ws_sections_length(&ws) == 0);
    CHECK(append(&ws, "d", "u", "r", WSREP_KEY_SHARED) && ws.key_count == 3 && ws.table_count == 2);
    ws_free(&ws);
}

static void many_keys_and_tables(void) {
    struct write_set ws = {0};
    char table[32];
    char row[2000];
    memset(row, 'k', sizeof row);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 20000; i++) {
            snprintf(table, sizeof table, "t%d", i / 100);
            // Rows of any length, also above what fits the stack.
            row[snprintf(row, sizeof row, "%06d", i)] = '-';
            const wsrep_buf_t parts[3] = {{"db", 2}, {table, strlen(table)}, {row, 6 + (size_t)(i % 1990)}};
            CHECK(ws_append_key(&ws, parts, 3, WSREP_KEY_EXCLUSIVE));
        }
        CHECK(ws.key_count == 1 + 200 + 20000 && ws.table_count == 1 + 200);
    }
    ws_clear(&ws);
    CHECK(ws.index_size == 0 && ws.keys.at == NULL); // a large transaction's memory is not kept
    ws_free(&ws);
}

static void frames_are_read_within_their_bounds(void) {
    struct frame_out out;
    frame_begin(&out, FRAME_LOG, 3);
    frame_put_u32(&out, 2);
    frame_put_text(&out, "hello");
    CHECK(frame_end(&out) && out.length == 16 + 4 + 4 + 5 && get_u32(out.bytes) == out.length);
    for (size_t cut = 0; cut <= out.length - 16; cut++) {
        uint8_t *copy = malloc(cut ? cut : 1); // exact, so that ASan sees a read past it
        memcpy(copy, out.bytes + 16, cut);
        struct frame_in in = {.at = copy, .end = copy + cut};
        frame_get_u32(&in);
        char *text = frame_get_text(&in);
        CHECK((text != NULL) == (cut == out.length - 16) && in.failed == (text == NULL));
        free(text);
        free(copy);
    }
    frame_out_free(&out);
    frame_begin(&out, FRAME_POST, 0);
    char *large = calloc(1, FRAME_LENGTH_MAX);
    frame_put(&out, large, FRAME_LENGTH_MAX);
    CHECK(!frame_end(&out));
    frame_out_free(&out);
    free(large);
}

static void durations_and_options(void) {
    CHECK(options_duration("PT3S") == 3 * SECOND && options_duration("PT0.5S") == SECOND / 2 && options_duration("2") == 2 * SECOND);
    CHECK(options_duration("PT1M30S") == 90 * SECOND && options_duration("P1DT1H") == 90000 * SECOND);
    CHECK(options_duration("P") == -1 && options_duration("PT") == 0 && options_duration("P3S") == -1 && options_duration("x") == -1);
    CHECK(options_duration("-1") == -1 && options_duration("PT-1S") == -1 && options_duration("") == -1);
    char *value = options_find(" a=1; b.c = two words ;a=3", "a");
    CHECK(strcmp(value, "3") == 0);
    free(value);
    value = options_find(" a=1; b.c = two words ;a=3", "b.c");
    CHECK(strcmp(value, "two words") == 0);
    free(value);
    CHECK(options_find("ab=1", "a") == NULL && options_find("", "a") == NULL);
}

int main(void) {
    golden_bytes();
    one_key_a_hash_with_its_strongest_type();
    many_keys_and_tables();
    frames_are_read_within_their_bounds();
    durations_and_options();
    puts("write set: ok");
    return 0;
}

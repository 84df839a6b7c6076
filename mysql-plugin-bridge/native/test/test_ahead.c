// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Data of large write sets that comes before their verdict.
#include "mock_server.h"

enum { PIECE = 200000, PIECES = 200, LARGE = PIECE * PIECES, POSITION = 12345 };

static uint64_t sum_of(const uint8_t *bytes, size_t length) {
    uint64_t sum = 0;
    for (size_t i = 0; i < length; i++) {
        sum += bytes[i];
    }
    return sum;
}

static uint8_t *large_bytes(void) {
    uint8_t *bytes = malloc(LARGE);
    for (size_t i = 0; i < LARGE; i++) {
        bytes[i] = (uint8_t)(i * 2654435761u >> 16);
    }
    return bytes;
}

static void send_ahead(struct node *n, uint64_t stream, const uint8_t *bytes) {
    for (int i = 0; i < PIECES; i++) {
        fake_ahead(&n->f, stream, bytes + (size_t)i * PIECE, PIECE);
    }
}

// It is in a file by then, and the server gets it in one piece.
static void is_applied_once_it_is_decided(const uint8_t *bytes) {
    struct node *n = node_begin("", 2);
    server_await_synced(&n->s, 1);
    send_ahead(n, 7, bytes);
    fake_write_set(&n->f, -1, WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END, true, 2, "b", 1);
    server_await_applied(&n->s, 1); // others go before it
    fake_write_set_ahead(&n->f, 7, POSITION, LARGE - 2 * POSITION);
    server_await_applied(&n->s, 2);
    CHECK(n->s.applied_length[1] == LARGE - 2 * POSITION);
    CHECK(n->s.applied_sum == sum_of(bytes + POSITION, LARGE - 2 * POSITION));
    node_end(n);
}

static void several_are_under_way(const uint8_t *bytes) {
    struct node *n = node_begin("", 2);
    server_await_synced(&n->s, 1);
    for (uint64_t stream = 1; stream <= AHEAD_STREAMS; stream++) {
        fake_ahead(&n->f, stream, bytes + stream, 1000);
    }
    fake_ahead(&n->f, 3, NULL, 0);
    fake_ahead(&n->f, 9, bytes + 9, 1000); // in the place of the one that was dropped
    fake_write_set_ahead(&n->f, 9, 0, 1000);
    server_await_applied(&n->s, 1);
    CHECK(n->s.applied_sum == sum_of(bytes + 9, 1000));
    fake_write_set_ahead(&n->f, 1, 10, 0);
    server_await_applied(&n->s, 2);
    CHECK(n->s.applied_length[1] == 0);
    fake_write_set_ahead(&n->f, AHEAD_STREAMS, 999, 1);
    server_await_applied(&n->s, 3);
    CHECK(n->s.applied_sum == bytes[AHEAD_STREAMS + 999]);
    node_end(n);
}

// What the connection brought ends with it: the write set comes whole on the next one.
static void ends_with_the_connection(const uint8_t *bytes) {
    struct node *n = node_begin("", 2);
    server_await_synced(&n->s, 1);
    fake_ahead(&n->f, 7, bytes, 1000);
    fake_write_set(&n->f, -1, WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END, true, 2, "b", 1);
    server_await_applied(&n->s, 1);
    fake_drop(&n->f, true);
    fake_await_sessions(&n->f, 2);
    server_await_views(&n->s, 2);
    fake_write_set_ahead(&n->f, 7, 0, 1000); // of which the provider knows nothing: it ends the connection
    fake_await_sessions(&n->f, 3);
    CHECK(n->s.applied_count == 1);
    node_end(n);
}

int main(void) {
    uint8_t *bytes = large_bytes();
    is_applied_once_it_is_decided(bytes);
    several_are_under_way(bytes);
    ends_with_the_connection(bytes);
    free(bytes);
    puts("ahead: ok");
    return 0;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Write sets larger than memory should hold: on the heap up to a limit, in a nameless file beyond it, on the heap again where there is no
// room for the file.
#include "mock_server.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

enum { LIMIT = 1 << 20, PIECE = 200000, LARGE = 3 << 20 };

static char said[2048]; // by the provider of the tests without a server

static void keep_log(wsrep_log_level_t level, const char *text) {
    CHECK(level == WSREP_LOG_WARN || level == WSREP_LOG_ERROR);
    snprintf(said + strlen(said), sizeof said - strlen(said), "%s\n", text);
}

static struct provider silent = {.args.logger_cb = keep_log};

static uint8_t byte_at(size_t offset) { return (uint8_t)(offset * 2654435761u >> 16); }

static void append(const struct spill_place *place, struct spill *spill, size_t until) {
    uint8_t piece[PIECE];
    while (spill->length < until) {
        const size_t length = until - spill->length < PIECE ? until - spill->length : PIECE;
        for (size_t i = 0; i < length; i++) {
            piece[i] = byte_at(spill->length + i);
        }
        CHECK(spill_append(place, spill, piece, length));
    }
}

static void check_bytes(const struct spill_place *place, struct spill *spill, size_t length) {
    CHECK(spill->length == length && spill_map(place, spill));
    for (size_t i = 0; i < length; i++) {
        CHECK(spill->at[i] == byte_at(i));
    }
}

static int open_files(void) {
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir)) {
        count++;
    }
    closedir(dir);
    return count;
}

static int entries(const char *path) {
    int count = 0;
    DIR *dir = opendir(path);
    while (readdir(dir)) {
        count++;
    }
    closedir(dir);
    return count - 2;
}

static void grows_into_a_file_without_a_name(const char *dir) {
    const struct spill_place place = {.dir = dir, .limit = LIMIT, .provider = &silent};
    const int before = open_files();
    struct spill spill = {0};
    append(&place, &spill, LIMIT);
    CHECK(!spill.file && open_files() == before);
    check_bytes(&place, &spill, LIMIT);
    append(&place, &spill, LIMIT + 1);
    CHECK(spill.file && !spill.capacity && entries(dir) == 0 && open_files() == before + 1);
    CHECK(fcntl(spill.file - 1, F_GETFD) & FD_CLOEXEC); // snapshot scripts do not inherit it
    check_bytes(&place, &spill, LIMIT + 1);
    append(&place, &spill, LARGE); // after it was read
    check_bytes(&place, &spill, LARGE);
    spill.at[0] ^= 1; // a server that marks what it read
    CHECK(spill_map(&place, &spill) && spill.at[0] == (byte_at(0) ^ 1));
    spill_clear(&spill, 64);
    CHECK(!spill.at && !spill.file && !spill.length && open_files() == before);
    append(&place, &spill, 100);
    check_bytes(&place, &spill, 100);
    spill_free(&spill);

    spill_expect(&place, &spill, LIMIT);
    CHECK(!spill.file);
    spill_expect(&place, &spill, LIMIT + 1);
    CHECK(spill.file && !spill.at);
    append(&place, &spill, LARGE);
    check_bytes(&place, &spill, LARGE);
    spill_free(&spill);
    CHECK(open_files() == before && !*said);
}

// A limit of the process stands for the end of the disk: write() fails in the midst.
static void stays_in_memory_where_the_disk_is_full(const char *dir) {
    const struct spill_place place = {.dir = dir, .limit = LIMIT, .provider = &silent};
    const int before = open_files();
    struct rlimit old;
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0 && signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    const struct rlimit small[2] = {{.rlim_cur = LARGE / 2, .rlim_max = old.rlim_max}, {.rlim_cur = LIMIT / 2, .rlim_max = old.rlim_max}};
    for (int i = 0; i < 2; i++) {
        CHECK(setrlimit(RLIMIT_FSIZE, &small[i]) == 0);
        struct spill spill = {0};
        append(&place, &spill, LARGE);
        CHECK(!spill.file && spill.refused && open_files() == before);
        check_bytes(&place, &spill, LARGE);
        CHECK(strstr(said, dir) && strstr(said, strerror(EFBIG)) && strstr(said, "carillon.dir"));
        CHECK(strchr(said, '\n') == strrchr(said, '\n')); // once
        *said = 0;
        CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
        spill_clear(&spill, 64);
        append(&place, &spill, LARGE); // the next one tries again
        CHECK(spill.file && !*said);
        spill_free(&spill);
    }
    const struct spill_place nowhere = {.dir = "/nowhere", .limit = LIMIT, .provider = &silent};
    struct spill spill = {0};
    append(&nowhere, &spill, LARGE);
    CHECK(!spill.file && strstr(said, "/nowhere") && strstr(said, strerror(ENOENT)));
    check_bytes(&nowhere, &spill, LARGE);
    spill_free(&spill);
    CHECK(open_files() == before);
}

static uint64_t sum_of(const uint8_t *bytes, size_t length) {
    uint64_t sum = 0;
    for (size_t i = 0; i < length; i++) {
        sum += bytes[i];
    }
    return sum;
}

// Whole, and given back, however it arrives and leaves.
static void a_node_sends_and_applies_from_files(void) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    struct provider *p = n->s.w.ctx;
    p->spills.limit = LIMIT;
    const int before = open_files();
    uint8_t *data = malloc(LARGE);
    for (size_t i = 0; i < LARGE; i++) {
        data[i] = byte_at(i);
    }
    fake_write_set(&n->f, -1, WHOLE, true, 1, data, LARGE);
    server_await_applied(&n->s, 1);
    CHECK(n->s.applied_length[0] == LARGE && n->s.applied_sum == sum_of(data, LARGE));

    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    trx_keys(&n->s, &handle, 2, "a");
    struct trx *trx = handle.opaque;
    const struct write_set *ws = &trx->ws;
    const uint64_t length = ws_sections_length(ws) + LARGE;
    const uint64_t sum = sum_of(data, LARGE) + sum_of(ws->keys.at, ws->keys.length) + sum_of(ws->names.at, ws->names.length) +
                         sum_of(ws->data.at, ws->data.length);
    for (size_t at = 0; at < LARGE; at += LARGE / 6) {
        const wsrep_buf_t buffer = {data + at, LARGE / 6};
        CHECK(n->s.w.append_data(&n->s.w, &handle, &buffer, 1, WSREP_DATA_ORDERED, true) == WSREP_OK);
    }
    CHECK(ws->data.file);
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_OK);
    CHECK(n->f.fragment_bytes == length && n->f.fragment_sum == sum);
    trx_commit(&n->s, &handle, &meta);

    fake_write_set(&n->f, -1, WHOLE, true, 3, data, LARGE);
    server_await_applied(&n->s, 2);
    CHECK(n->s.applied_sum == sum_of(data, LARGE));
    wsrep_gtid_t out;
    CHECK(n->s.w.sync_wait(&n->s.w, NULL, -1, &out) == WSREP_OK && out.seqno == 104);
    fake_view(&n->f, WSREP_VIEW_PRIMARY, 0, ++n->f.seqno); // what came before it is worked off and freed
    server_await_views(&n->s, 2);
    CHECK(open_files() == before);
    free(data);
    node_end(n);
}

int main(void) {
    char dir[SCRATCH_LENGTH];
    scratch_directory(dir);
    grows_into_a_file_without_a_name(dir);
    stays_in_memory_where_the_disk_is_full(dir);
    rmdir(dir);
    a_node_sends_and_applies_from_files();
    puts("spill: ok");
    return 0;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The connection: options, status, a sidecar that goes and comes.
#include "mock_server.h"

#include <sched.h>

static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

static void sync_wait_and_options(void) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    wsrep_gtid_t out;
    CHECK(n->s.w.sync_wait(&n->s.w, NULL, -1, &out) == WSREP_OK && out.seqno == 101);
    server_hold(&n->s, 102);
    fake_write_set(&n->f, -1, WHOLE, true, 7, "x", 1);
    server_await_entered(&n->s, 1);
    CHECK(n->s.w.sync_wait(&n->s.w, NULL, 0, &out) == WSREP_TRX_FAIL);
    wsrep_gtid_t other = {.seqno = 5};
    CHECK(n->s.w.sync_wait(&n->s.w, &other, 1, NULL) == WSREP_TRX_MISSING);
    server_hold(&n->s, -2);
    CHECK(n->s.w.sync_wait(&n->s.w, NULL, -1, &out) == WSREP_OK && out.seqno == 102);

    char *options = n->s.w.options_get(&n->s.w);
    CHECK(strstr(options, "base_port = 4567") && strstr(options, "gmcast.time_wait = PT5S")); // the latter since connect
    free(options);
    CHECK(n->s.w.options_set(&n->s.w, "repl.max_ws_size=1000") == WSREP_OK);
    wsrep_ws_handle_t handle = {.trx_id = 8};
    wsrep_trx_meta_t meta;
    char *data = calloc(1, 2000);
    const wsrep_buf_t buffer = {data, 2000};
    CHECK(n->s.w.append_data(&n->s.w, &handle, &buffer, 1, WSREP_DATA_ORDERED, true) == WSREP_OK);
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_SIZE_EXCEEDED && meta.gtid.seqno == -1);
    CHECK(n->s.w.release(&n->s.w, &handle) == WSREP_OK);
    free(data);
    node_end(n);
}

static void statistics(void) {
    struct node *n = calloc(1, sizeof *n);
    fake_start(&n->f);
    server_start(&n->s, &n->f, "");
    struct wsrep_stats_var *vars = n->s.w.stats_get(&n->s.w);
    CHECK(strcmp(vars[0].name, "local_state_uuid") == 0 && strcmp(vars[0].value._string, "") == 0); // no group yet
    n->s.w.stats_free(&n->s.w, vars);
    server_connect(&n->s);
    server_receive(&n->s, 1);
    server_await_synced(&n->s, 1);
    vars = n->s.w.stats_get(&n->s.w);
    CHECK(strcmp(vars[0].name, "local_state_uuid") == 0 && strcmp(vars[0].value._string, "abababab-abab-abab-abab-abababababab") == 0);
    bool index = false;
    bool weight = false;
    bool comment = false;
    int count = 0;
    int received = 0;
    for (struct wsrep_stats_var *v = vars; v->name; v++, count++) {
        received += strcmp(v->name, "received") == 0 ? (int)v->value._int64 : 0;
        index |= strcmp(v->name, "cert_index_size") == 0 && v->value._int64 == 17;
        weight |= strcmp(v->name, "cluster_weight") == 0 && strcmp(v->value._string, "1") == 0;
        comment |= strcmp(v->name, "local_state_comment") == 0 && strcmp(v->value._string, "Synced") == 0;
    }
    CHECK(index && weight && comment && count == 49 && received == 2); // a view, and that it is in sync
    n->s.w.stats_free(&n->s.w, vars);
    n->s.w.stats_reset(&n->s.w);
    fake_await_count(&n->f, FRAME_STATUS_RESET, 1);
    node_end(n);
}

// Who believes to be in sync again, and is not, stays a donor that nobody waits for.
static void a_refused_resync_is_no_success(void) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    CHECK(n->s.w.desync(&n->s.w) == WSREP_OK);
    pthread_mutex_lock(&n->f.lock);
    n->f.refuses_desync = true;
    pthread_mutex_unlock(&n->f.lock);
    CHECK(n->s.w.resync(&n->s.w) == WSREP_NODE_FAIL && n->s.w.desync(&n->s.w) == WSREP_TRX_FAIL);
    pthread_mutex_lock(&n->f.lock);
    n->f.refuses_desync = false;
    pthread_mutex_unlock(&n->f.lock);
    CHECK(n->s.w.resync(&n->s.w) == WSREP_OK);
    node_end(n);
}

// What is still to be said to a provider that is gone must not be taken for an answer to a call of the next.
static void numbers_of_calls_are_not_used_again(void) {
    uint64_t former = 0;
    for (int round = 0; round < 2; round++) {
        struct node *n = node_begin("", 1);
        server_await_synced(&n->s, 1);
        n->f.hold = true;
        struct certify_call c = {0};
        certify_begin(&c, &n->s, 1, "a");
        fake_await_held(&n->f, 1);
        const uint64_t own = n->f.held[0];
        CHECK(own != former && own >> 62 == 0);
        if (former) {
            fake_reject(&n->f, former, WSREP_CONN_FAIL);
            CHECK(fake_verdict(&n->f, former, true) == 102);
        }
        const int64_t seqno = fake_verdict(&n->f, own, false);
        CHECK(certify_end(&c) == WSREP_OK && c.meta.gtid.seqno == seqno);
        trx_commit(&n->s, &c.handle, &c.meta);
        former = own;
        node_end(n);
    }
}

static void reconnects_to_a_new_sidecar(void) {
    struct node *n = node_begin("carillon.sidecar_grace=PT20S", 1);
    server_await_synced(&n->s, 1);
    wsrep_t *w = &n->s.w;
    n->f.hold = true;
    struct certify_call c = {0};
    certify_begin(&c, &n->s, 1, "a");
    fake_await_held(&n->f, 1);
    fake_drop(&n->f, false);
    const struct provider *p = w->ctx;
    while (atomic_load(&p->session.fd) >= 0) {
        sched_yield();
    }
    // A call made while it is away is held.
    struct certify_call later = {0};
    certify_begin(&later, &n->s, 2, "b");
    fake_accept(&n->f);
    fake_await_count(&n->f, FRAME_CONNECT, 2); // the new one is told to join again
    CHECK(n->f.open_count == 1 && n->f.open_calls[0] == n->f.held[0] && n->f.hello_received == 101);
    server_await_views(&n->s, 2);
    fake_await_held(&n->f, 2);
    // What was fed before is not taken again.
    pthread_mutex_lock(&n->f.lock);
    n->f.seqno = 101;
    pthread_mutex_unlock(&n->f.lock);
    fake_write_set(&n->f, 101, WHOLE, true, 5, "x", 1);
    CHECK(fake_verdict(&n->f, n->f.held[0], false) == 103);
    CHECK(certify_end(&c) == WSREP_OK && c.meta.gtid.seqno == 103);
    trx_commit(&n->s, &c.handle, &c.meta);
    fake_verdict(&n->f, n->f.held[1], false);
    CHECK(certify_end(&later) == WSREP_OK);
    trx_commit(&n->s, &later.handle, &later.meta);
    wsrep_gtid_t out;
    CHECK(w->sync_wait(w, NULL, -1, &out) == WSREP_OK && out.seqno == 104 && n->s.applied_count == 0);
    node_end(n);
}

static void sidecar_stays_away(void) {
    struct node *n = node_begin("carillon.sidecar_grace=PT0.05S;carillon.fate_timeout=PT0.05S", 1);
    server_await_synced(&n->s, 1);
    wsrep_t *w = &n->s.w;
    n->f.hold = true;
    struct certify_call c = {0};
    certify_begin(&c, &n->s, 1, "abc");
    struct certify_call fragment = {.flags = WSREP_FLAG_TRX_START};
    fake_await_held(&n->f, 1);
    certify_begin(&fragment, &n->s, 2, "def");
    fake_await_held(&n->f, 2);
    fake_drop(&n->f, false);
    server_await_views(&n->s, 2);
    CHECK(n->s.views[1].status == WSREP_VIEW_NON_PRIMARY && n->s.views[1].memb_num == 1);
    CHECK(n->s.views[1].state_id.seqno == n->s.committed_at_view[1]);
    CHECK(uuid_equal(&n->s.views[1].members[0].id, &n->s.own));
    // Sent, fate unknown: an error that nobody takes for a deadlock, with no place in the order.
    CHECK(certify_end(&c) == WSREP_WARNING && c.meta.gtid.seqno == -1);
    CHECK(certify_end(&fragment) == WSREP_WARNING);
    CHECK(w->release(w, &c.handle) == WSREP_OK && w->release(w, &fragment.handle) == WSREP_OK);
    // Never sent: it may be tried elsewhere.
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    trx_keys(&n->s, &handle, 3, "ghi");
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_CONN_FAIL && w->release(w, &handle) == WSREP_OK);
    CHECK(w->desync(w) == WSREP_TRX_FAIL && w->sync_wait(w, NULL, 1, NULL) == WSREP_TRX_FAIL);
    struct wsrep_stats_var *vars = w->stats_get(w);
    int count = 0;
    for (struct wsrep_stats_var *v = vars; v->name; v++, count++) {
        CHECK(strcmp(v->name, "local_state_comment") != 0 || strcmp(v->value._string, "Initialized") == 0);
        CHECK(strcmp(v->name, "local_state") != 0 || v->value._int64 == WSREP_MEMBER_UNDEFINED);
    }
    CHECK(count == 48); // nothing of what only the sidecar knew
    w->stats_free(w, vars);
    // It is back, and the group did commit both: applied here like remote ones, the fragment taken back everywhere.
    fake_accept(&n->f);
    server_await_views(&n->s, 3);
    CHECK(n->f.open_count == 2);
    const int64_t seqno = fake_verdict(&n->f, n->f.held[0], false);
    server_await_applied(&n->s, 1);
    CHECK(n->s.applied[0] == seqno && n->s.applied_length[0] == 3);
    fake_verdict(&n->f, n->f.held[1], false);
    fake_await_count(&n->f, FRAME_POST, 1);
    wsrep_gtid_t out;
    CHECK(w->sync_wait(w, NULL, -1, &out) == WSREP_OK && out.seqno == seqno + 2);
    node_end(n);
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "we");
    CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

// The server is behind what it could not do; started anew before the group has voted, it must not go on from there.
static void check_doubt(const char *path) {
    char text[256] = "";
    FILE *file = fopen(path, "re");
    CHECK(file && fread(text, 1, sizeof text - 1, file) > 0 && fclose(file) == 0);
    CHECK(strcmp(text, "# GALERA saved state\nversion: 2.1\nuuid:    00000000-0000-0000-0000-000000000000\nseqno:   -1\n") == 0);
}

static void a_vote_is_said_again_to_a_new_sidecar(void) {
    char directory[SCRATCH_LENGTH];
    scratch_directory(directory);
    char path[SCRATCH_LENGTH + 16];
    snprintf(path, sizeof path, "%s/grastate.dat", directory);
    write_file(path, "# GALERA saved state\nversion: 2.1\nuuid:    2f164e0e-313a-4841-ba58-ea101fa94e24\nseqno:   -1\n");
    struct node *n = node_begin("carillon.sidecar_grace=PT20S", 1);
    server_await_synced(&n->s, 1);
    wsrep_t *w = &n->s.w;
    struct provider *p = w->ctx;
    free((char *)p->args.data_dir);
    p->args.data_dir = strdup(directory);
    const wsrep_buf_t action = {"DROP TABLE t", 12};
    const wsrep_buf_t error = {"no such table", 13};
    wsrep_trx_meta_t meta;
    CHECK(w->to_execute_start(w, 11, NULL, 0, &action, 1, WHOLE, &meta) == WSREP_OK);
    CHECK(w->to_execute_end(w, 11, &error) == WSREP_OK);
    check_doubt(path);
    fake_await_count(&n->f, FRAME_VOTE, 1);
    fake_drop(&n->f, true);
    fake_await_count(&n->f, FRAME_VOTE, 2);
    server_await_views(&n->s, 2);
    CHECK(n->f.counts[FRAME_VOTE] == 2 && n->f.sessions == 2);
    node_end(n);
    CHECK(unlink(path) == 0 && rmdir(directory) == 0);
}

static void a_gap_in_the_feed_ends_the_connection(void) {
    struct node *n = node_begin("carillon.sidecar_grace=PT20S", 1);
    server_await_synced(&n->s, 1);
    fake_write_set(&n->f, -1, WHOLE, true, 1, "a", 1);
    pthread_mutex_lock(&n->f.lock);
    n->f.seqno = 103;
    n->f.accept = false;
    pthread_mutex_unlock(&n->f.lock);
    fake_write_set(&n->f, -1, WHOLE, true, 2, "not yet", 7);
    const struct provider *p = n->s.w.ctx;
    while (atomic_load(&p->session.fd) >= 0) {
        sched_yield();
    }
    // What was missing comes on the next connection: a view, with which the fake begins it.
    pthread_mutex_lock(&n->f.lock);
    n->f.seqno = 102;
    pthread_mutex_unlock(&n->f.lock);
    fake_accept(&n->f);
    fake_await_sessions(&n->f, 2);
    CHECK(n->f.hello_received == 102);
    server_await_views(&n->s, 2);
    CHECK(n->s.views[1].state_id.seqno == 103);
    fake_write_set(&n->f, -1, WHOLE, true, 2, "b", 1);
    server_await_applied(&n->s, 2);
    CHECK(n->s.applied[0] == 102 && n->s.applied[1] == 104 && n->s.applied_length[1] == 1);
    node_end(n);
}

static void disconnects_with_an_open_fate_and_connects_again(void) {
    struct node *n = node_begin("", 2); // nothing bounds the wait but the end of the connection
    server_await_synced(&n->s, 1);
    n->f.hold = true;
    struct certify_call c = {0};
    certify_begin(&c, &n->s, 1, "a");
    fake_await_held(&n->f, 1);
    CHECK(n->s.w.disconnect(&n->s.w) == WSREP_OK);
    server_join_receivers(&n->s);
    CHECK(certify_end(&c) == WSREP_WARNING);
    CHECK(n->s.w.release(&n->s.w, &c.handle) == WSREP_OK);
    CHECK(n->s.w.recv(&n->s.w, &n->s) == WSREP_FATAL);
    CHECK(n->s.w.disconnect(&n->s.w) == WSREP_OK);

    n->f.hold = false;
    server_connect(&n->s);
    server_receive(&n->s, 2);
    server_await_synced(&n->s, 2);
    CHECK(n->s.connected_count == 2);

    // Another sidecar in between: it hears how far the server is, and that it is nobody who goes on.
    CHECK(n->s.w.disconnect(&n->s.w) == WSREP_OK);
    server_join_receivers(&n->s);
    fake_drop(&n->f, true);
    fake_await_sessions(&n->f, 2);
    wsrep_gtid_t last;
    CHECK(n->s.w.last_committed_id(&n->s.w, &last) == WSREP_OK);
    CHECK(n->f.hello_received == -1 && n->f.hello_state == last.seqno && last.seqno > 0);
    CHECK(n->f.counts[FRAME_CONNECT] == 2);
    server_connect(&n->s);
    server_receive(&n->s, 2);
    server_await_synced(&n->s, 3);
    trx_write(&n->s, 2, "b");
    node_end(n);
}

int main(void) {
    sync_wait_and_options();
    statistics();
    a_refused_resync_is_no_success();
    numbers_of_calls_are_not_used_again();
    reconnects_to_a_new_sidecar();
    sidecar_stays_away();
    a_vote_is_said_again_to_a_new_sidecar();
    a_gap_in_the_feed_ends_the_connection();
    disconnects_with_an_open_fate_and_connects_again();
    puts("session: ok");
    return 0;
}

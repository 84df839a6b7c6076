// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// What comes from the group: write sets, views; and standing still.
#include "mock_server.h"


static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

static void applies_in_parallel_and_commits_in_order(void) {
    struct node *n = node_begin("", 2);
    server_await_synced(&n->s, 1);
    server_hold(&n->s, 102);
    fake_write_set(&n->f, 101, WHOLE, true, 1, "a", 1);
    fake_write_set(&n->f, 101, WHOLE, true, 2, "b", 1);
    server_await_entered(&n->s, 2); // the second is begun although the first stands
    pthread_mutex_lock(&n->s.lock);
    CHECK(n->s.applied_count == 0);
    pthread_mutex_unlock(&n->s.lock);
    server_hold(&n->s, -2);
    server_await_applied(&n->s, 2);

    char *large = malloc(3 << 20);
    memset(large, 'x', 3 << 20);
    fake_write_set(&n->f, -1, WHOLE, true, 3, large, 3 << 20);
    fake_write_set(&n->f, -1, WHOLE, false, 4, NULL, 0);
    fake_write_set(&n->f, -1, WHOLE | WSREP_FLAG_ISOLATION, false, 5, "c", 1);
    server_await_applied(&n->s, 5);
    CHECK(n->s.applied_length[2] == 3 << 20);
    CHECK(n->s.applied_flags[3] == (WHOLE | WSREP_FLAG_ROLLBACK));
    CHECK(n->s.applied_flags[4] == (WSREP_FLAG_TRX_START | WSREP_FLAG_ROLLBACK));
    const uint64_t skip = 107;
    n->f.seqno = 107;
    fake_event(&n->f, FRAME_SKIP, &skip, sizeof skip);
    wsrep_gtid_t out;
    CHECK(n->s.w.sync_wait(&n->s.w, NULL, -1, &out) == WSREP_OK && out.seqno == 107);
    fake_await_count(&n->f, FRAME_PROGRESS, 1);
    free(large);
    node_end(n);
}

static void views_wait_for_what_is_before(void) {
    struct node *n = node_begin("", 2);
    server_await_synced(&n->s, 1);
    server_hold(&n->s, 102);
    fake_write_set(&n->f, -1, WHOLE, true, 1, "a", 1);
    server_await_entered(&n->s, 1);
    fake_view(&n->f, WSREP_VIEW_PRIMARY, 0, ++n->f.seqno);
    fake_write_set(&n->f, 101, WHOLE, true, 2, "b", 1);
    pthread_mutex_lock(&n->s.lock);
    CHECK(n->s.view_count == 1 && n->s.entered == 1);
    pthread_mutex_unlock(&n->s.lock);
    server_hold(&n->s, -2);
    server_await_applied(&n->s, 2);
    CHECK(n->s.view_count == 2 && n->s.committed_at_view[1] == 102 && n->s.views[1].state_id.seqno == 103);

    fake_view(&n->f, WSREP_VIEW_NON_PRIMARY, 0, -1);
    server_await_views(&n->s, 3);
    CHECK(n->s.views[2].status == WSREP_VIEW_NON_PRIMARY && n->s.views[2].view == -1);
    CHECK(n->s.views[2].state_id.seqno == n->s.committed_at_view[2]);
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    trx_keys(&n->s, &handle, 9, "r");
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_CONN_FAIL && meta.gtid.seqno == -1);
    CHECK(n->s.w.release(&n->s.w, &handle) == WSREP_OK);
    CHECK(n->s.w.rollback(&n->s.w, 9, NULL) == WSREP_TRX_FAIL);
    node_end(n);
}

static void starts_from_own_position(void) {
    struct node *n = calloc(1, sizeof *n);
    fake_start(&n->f);
    n->f.connect_snapshot = true;
    n->f.seqno = 130;
    server_start(&n->s, &n->f, "");
    server_connect(&n->s);
    // Instead of a snapshot: its own position is 128, two write sets and the view it joined in follow.
    fake_view(&n->f, WSREP_VIEW_PRIMARY, FRAME_VIEW_SYNTHETIC, 128);
    n->f.seqno = 128;
    fake_write_set(&n->f, -1, WHOLE, true, 1, "a", 1);
    fake_write_set(&n->f, -1, WHOLE, true, 2, "b", 1);
    n->f.seqno = 131;
    fake_view(&n->f, WSREP_VIEW_PRIMARY, 0, 131);
    server_receive(&n->s, 1);
    fake_await_count(&n->f, FRAME_SST_REQUEST, 1);
    const wsrep_gtid_t none = {.uuid = n->f.group, .seqno = 127};
    CHECK(n->s.w.sst_received(&n->s.w, &none, NULL, 0) == WSREP_OK);
    server_await_views(&n->s, 2);
    CHECK(n->s.views[0].state_id.seqno == 128 && n->s.applied_count == 2 && n->s.applied[0] == 129 && n->s.views[1].state_id.seqno == 131);
    node_end(n);
}

static void *pause_main(void *arg) {
    struct server *s = arg;
    return (void *)(intptr_t)s->w.pause(&s->w);
}

static void pauses(void) {
    struct node *n = node_begin("", 2);
    server_await_synced(&n->s, 1);
    wsrep_t *w = &n->s.w;
    CHECK(w->desync(w) == WSREP_OK);
    server_hold(&n->s, 102);
    fake_write_set(&n->f, 101, WHOLE, true, 1, "a", 1);
    server_await_entered(&n->s, 1);
    pthread_t thread;
    pthread_create(&thread, NULL, pause_main, &n->s);
    server_await_paused(&n->s);
    server_hold(&n->s, -2);
    void *paused_at;
    pthread_join(thread, &paused_at);
    CHECK((intptr_t)paused_at == 102);
    fake_write_set(&n->f, 101, WHOLE, true, 2, "b", 1);
    struct certify_call c = {.s = &n->s};
    trx_keys(&n->s, &c.handle, 3, "c");
    CHECK(trx_certify(&n->s, &c.handle, &c.meta) == WSREP_OK && c.meta.gtid.seqno == 104);
    wsrep_gtid_t out;
    CHECK(w->sync_wait(w, NULL, 0, &out) == WSREP_TRX_FAIL && n->s.applied_count == 1);
    CHECK(w->resume(w) == WSREP_OK && w->resync(w) == WSREP_OK);
    trx_commit(&n->s, &c.handle, &c.meta);
    CHECK(w->sync_wait(w, NULL, -1, &out) == WSREP_OK && out.seqno == 104 && n->s.applied_count == 2);
    // A second pause begins when the first ends, and holds by itself.
    CHECK(w->pause(w) == 104);
    pthread_create(&thread, NULL, pause_main, &n->s);
    CHECK(w->resume(w) == WSREP_OK);
    pthread_join(thread, &paused_at);
    CHECK((intptr_t)paused_at == 104);
    fake_write_set(&n->f, 104, WHOLE, true, 4, "d", 1);
    CHECK(w->sync_wait(w, NULL, 0, &out) == WSREP_TRX_FAIL && n->s.applied_count == 2);
    CHECK(w->resume(w) == WSREP_OK && w->sync_wait(w, NULL, -1, &out) == WSREP_OK && out.seqno == 105);
    node_end(n);
}

static void apply_error_leaves_the_group(void) {
    struct node *n = node_begin("", 2);
    server_await_synced(&n->s, 1);
    n->s.fail_seqno = 102;
    fake_write_set(&n->f, -1, WHOLE, true, 1, "a", 1);
    fake_await_count(&n->f, FRAME_VOTE, 1);
    server_await_views(&n->s, 2);
    CHECK(n->s.views[1].memb_num == 0 && n->s.views[1].state_id.seqno == WSREP_SEQNO_UNDEFINED);
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    trx_keys(&n->s, &handle, 2, "b");
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_NODE_FAIL);
    CHECK(n->s.w.release(&n->s.w, &handle) == WSREP_OK);
    server_join_receivers(&n->s);
    CHECK(n->s.receiver_result[0] == WSREP_FATAL || n->s.receiver_result[1] == WSREP_FATAL);
    // What the sidecar had under way is nobody's; with a new state the node is welcome again.
    fake_write_set(&n->f, -1, WHOLE, true, 3, "late", 4);
    server_connect(&n->s);
    server_receive(&n->s, 2);
    server_await_synced(&n->s, 2);
    CHECK(n->s.applied_count == 1);
    node_end(n);
}

// The others apply it, and here it is lost.
static void a_commit_of_which_nothing_is_known_leaves_the_group(void) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    CHECK(fake_verdict(&n->f, 4711, true) == 102); // a conflict changes nothing anywhere
    wsrep_gtid_t out;
    CHECK(n->s.w.sync_wait(&n->s.w, NULL, -1, &out) == WSREP_OK && out.seqno == 102);
    CHECK(n->f.counts[FRAME_VOTE] == 0);
    fake_verdict(&n->f, 4712, false);
    fake_await_count(&n->f, FRAME_VOTE, 1);
    fake_await_count(&n->f, FRAME_DISCONNECT, 1);
    server_join_receivers(&n->s);
    CHECK(n->s.receiver_result[0] == WSREP_FATAL);
    server_connect(&n->s);
    server_receive(&n->s, 1);
    server_await_synced(&n->s, 2);
    node_end(n);
}

int main(void) {
    applies_in_parallel_and_commits_in_order();
    views_wait_for_what_is_before();
    starts_from_own_position();
    pauses();
    apply_error_leaves_the_group();
    a_commit_of_which_nothing_is_known_leaves_the_group();
    puts("feed: ok");
    return 0;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The provider as a server drives it, against a fake sidecar.
#include "fake_sidecar.h"

#include <sched.h>

static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

struct node {
    struct fake f;
    struct server s;
};

static struct node *begin(const char *options, int receivers) {
    struct node *n = calloc(1, sizeof *n);
    fake_start(&n->f);
    server_start(&n->s, &n->f, options);
    server_connect(&n->s);
    server_receive(&n->s, receivers);
    return n;
}

static void end(struct node *n) {
    server_stop(&n->s);
    for (int i = 0; i < n->s.receiver_count; i++) {
        CHECK(n->s.receiver_result[i] == WSREP_CONN_FAIL);
    }
    const wsrep_view_info_t *last = &n->s.views[n->s.view_count - 1];
    CHECK(last->memb_num == 0 && last->my_idx == -1 && last->status == WSREP_VIEW_DISCONNECTED);
    fake_stop(&n->f);
    free(n);
}

static void commits_and_conflicts(void) {
    struct node *n = begin("", 1);
    server_await_synced(&n->s, 1);
    CHECK(n->s.view_count == 1 && n->s.views[0].state_id.seqno == 101 && n->s.committed_at_view[0] == 100);
    CHECK(uuid_equal(&n->s.own, &n->f.provider));

    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    trx_keys(&n->s, &handle, 1, "r1");
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_OK);
    CHECK(meta.gtid.seqno == 102 && uuid_equal(&meta.gtid.uuid, &n->f.group) && meta.stid.trx == 1 && meta.depends_on == 101);
    wsrep_gtid_t last;
    n->s.w.last_committed_id(&n->s.w, &last);
    CHECK(last.seqno == 101); // follows release, not commit order
    trx_commit(&n->s, &handle, &meta);
    n->s.w.last_committed_id(&n->s.w, &last);
    CHECK(last.seqno == 102);

    // A conflict has its place, too: the client passes the commit order in its rollback.
    n->f.conflict = true;
    trx_keys(&n->s, &handle, 2, "r1");
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_TRX_FAIL && meta.gtid.seqno == 103);
    wsrep_seqno_t victim;
    CHECK(n->s.w.abort_certification(&n->s.w, 104, 2, &victim) == WSREP_NOT_ALLOWED && victim == 103);
    CHECK(n->s.w.commit_order_enter(&n->s.w, &handle, &meta) == WSREP_OK);
    wsrep_gtid_t upto = {.uuid = n->f.group, .seqno = 102};
    CHECK(n->s.w.sync_wait(&n->s.w, &upto, INT32_MAX, NULL) == WSREP_OK);
    const wsrep_buf_t none = {0};
    CHECK(n->s.w.commit_order_leave(&n->s.w, &handle, &meta, &none) == WSREP_OK);
    CHECK(n->s.w.release(&n->s.w, &handle) == WSREP_OK);
    n->s.w.last_committed_id(&n->s.w, &last);
    CHECK(last.seqno == 103);

    // Ordered, failed, and the client goes away at once: release passes the order for it.
    trx_keys(&n->s, &handle, 3, "r1");
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_TRX_FAIL && meta.gtid.seqno == 104);
    CHECK(n->s.w.release(&n->s.w, &handle) == WSREP_OK);
    n->s.w.last_committed_id(&n->s.w, &last);
    CHECK(last.seqno == 104);

    wsrep_ws_handle_t unknown = {.trx_id = 99};
    CHECK(n->s.w.certify(&n->s.w, 5, &unknown, WHOLE, &meta) == WSREP_OK && meta.gtid.seqno == -1);
    CHECK(n->s.w.release(&n->s.w, &unknown) == WSREP_OK);
    end(n);
}

static void sync_wait_and_options(void) {
    struct node *n = begin("", 1);
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
    CHECK(strstr(options, "base_port = 4567"));
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
    end(n);
}

static void statistics(void) {
    struct node *n = begin("", 1);
    server_await_synced(&n->s, 1);
    struct wsrep_stats_var *vars = n->s.w.stats_get(&n->s.w);
    CHECK(strcmp(vars[0].name, "local_state_uuid") == 0 && strcmp(vars[0].value._string, "abababab-abab-abab-abab-abababababab") == 0);
    bool index = false;
    bool weight = false;
    bool comment = false;
    int count = 0;
    for (struct wsrep_stats_var *v = vars; v->name; v++, count++) {
        index |= strcmp(v->name, "cert_index_size") == 0 && v->value._int64 == 17;
        weight |= strcmp(v->name, "cluster_weight") == 0 && strcmp(v->value._string, "1") == 0;
        comment |= strcmp(v->name, "local_state_comment") == 0 && strcmp(v->value._string, "Synced") == 0;
    }
    CHECK(index && weight && comment && count == 49);
    n->s.w.stats_free(&n->s.w, vars);
    end(n);
}

static void applies_in_parallel_and_commits_in_order(void) {
    struct node *n = begin("", 2);
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
    end(n);
}

static void views_wait_for_what_is_before(void) {
    struct node *n = begin("", 2);
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
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    trx_keys(&n->s, &handle, 9, "r");
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_CONN_FAIL && meta.gtid.seqno == -1);
    CHECK(n->s.w.release(&n->s.w, &handle) == WSREP_OK);
    CHECK(n->s.w.rollback(&n->s.w, 9, NULL) == WSREP_TRX_FAIL);
    end(n);
}

static void snapshot(void) {
    struct node *n = calloc(1, sizeof *n);
    fake_start(&n->f);
    n->f.connect_snapshot = true;
    server_start(&n->s, &n->f, "");
    server_connect(&n->s);
    server_receive(&n->s, 2);
    fake_await_count(&n->f, FRAME_SST_REQUEST, 1);
    CHECK(n->s.connected_count == 1 && n->s.view_count == 0 && n->s.sst_count == 1);
    const wsrep_gtid_t state = {.uuid = n->f.group, .seqno = 120};
    n->f.seqno = 120;
    CHECK(n->s.w.sst_received(&n->s.w, &state, NULL, 0) == WSREP_OK);
    fake_write_set(&n->f, -1, WHOLE, true, 1, "a", 1);
    server_await_applied(&n->s, 1);
    CHECK(n->s.applied[0] == 121);
    CHECK(n->s.w.sst_received(&n->s.w, &state, NULL, 0) == WSREP_CONN_FAIL);

    struct frame_out out;
    frame_begin(&out, 0, 0);
    frame_put_u64(&out, 121);
    frame_put(&out, n->f.group.data, 16);
    frame_put_u8(&out, 1);
    frame_put_str(&out, "rsync", 5);
    fake_event(&n->f, FRAME_DONATE, out.bytes + FRAME_HEADER_LENGTH, out.length - FRAME_HEADER_LENGTH);
    frame_out_free(&out);
    fake_event(&n->f, FRAME_SYNCED, NULL, 0);
    server_await_synced(&n->s, 1);
    CHECK(n->s.donate_count == 1);
    CHECK(n->s.w.sst_sent(&n->s.w, &state, 0) == WSREP_OK);
    end(n);
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
    end(n);
}

static void brute_force(void) {
    struct node *n = begin("", 2);
    server_await_synced(&n->s, 1);
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    wsrep_seqno_t victim;
    wsrep_t *w = &n->s.w;

    CHECK(w->abort_certification(w, 102, 4711, &victim) == WSREP_OK && victim == -1);
    // Still executing: nothing is sent.
    trx_keys(&n->s, &handle, 1, "a");
    CHECK(w->abort_certification(w, 102, 1, &victim) == WSREP_OK && victim == -1);
    CHECK(w->abort_certification(w, 102, 1, &victim) == WSREP_NOT_ALLOWED);
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_TRX_FAIL && meta.gtid.seqno == -1);
    CHECK(w->release(w, &handle) == WSREP_OK && n->f.counts[FRAME_CERTIFY] == 0);

    // Sent and certified: replayed after what overtook it.
    n->f.hold = true;
    struct certify_call c = {0};
    certify_begin(&c, &n->s, 2, "b");
    fake_await_held(&n->f, 1);
    server_hold(&n->s, 102);
    fake_write_set(&n->f, 101, WHOLE, true, 9, "x", 1);
    server_await_entered(&n->s, 1);
    CHECK(w->abort_certification(w, 102, 2, &victim) == WSREP_OK && victim == -1);
    CHECK(fake_verdict(&n->f, n->f.held[0], false) == 103);
    CHECK(certify_end(&c) == WSREP_BF_ABORT && c.meta.gtid.seqno == 103);
    CHECK(w->abort_certification(w, 102, 2, &victim) == WSREP_NOT_ALLOWED && victim == 103);
    server_hold(&n->s, -2);
    CHECK(w->replay_trx(w, &c.handle, &n->s) == WSREP_OK);
    CHECK(n->s.applied_count == 2 && n->s.applied[1] == 103 && n->s.applied_length[1] == 1);
    CHECK(w->release(w, &c.handle) == WSREP_OK);

    // Sent, and the verdict is negative: failed with its place.
    c = (struct certify_call){0};
    certify_begin(&c, &n->s, 3, "c");
    fake_await_held(&n->f, 2);
    CHECK(w->abort_certification(w, 104, 3, &victim) == WSREP_OK);
    fake_verdict(&n->f, n->f.held[1], true);
    CHECK(certify_end(&c) == WSREP_TRX_FAIL && c.meta.gtid.seqno == 104);
    trx_commit(&n->s, &c.handle, &c.meta);

    // Waiting for its turn to commit; who comes later in the order may not abort it, who comes earlier may.
    c = (struct certify_call){0};
    certify_begin(&c, &n->s, 4, "d");
    fake_await_held(&n->f, 3);
    server_hold(&n->s, 105);
    fake_write_set(&n->f, 104, WHOLE, true, 9, "x", 1);
    server_await_entered(&n->s, 3); // the replay counted, too
    fake_verdict(&n->f, n->f.held[2], false);
    CHECK(certify_end(&c) == WSREP_OK && c.meta.gtid.seqno == 106);
    CHECK(w->abort_certification(w, 107, 4, &victim) == WSREP_NOT_ALLOWED && victim == 106);
    CHECK(w->abort_certification(w, 105, 4, &victim) == WSREP_OK);
    CHECK(w->commit_order_enter(w, &c.handle, &c.meta) == WSREP_BF_ABORT);
    server_hold(&n->s, -2);
    CHECK(w->replay_trx(w, &c.handle, &n->s) == WSREP_OK);
    CHECK(w->release(w, &c.handle) == WSREP_OK);

    // In the commit order it is safe.
    n->f.hold = false;
    trx_keys(&n->s, &handle, 5, "e");
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_OK);
    CHECK(w->commit_order_enter(w, &handle, &meta) == WSREP_OK);
    CHECK(w->abort_certification(w, -1, 5, &victim) == WSREP_NOT_ALLOWED && victim == meta.gtid.seqno);
    const wsrep_buf_t none = {0};
    CHECK(w->commit_order_leave(w, &handle, &meta, &none) == WSREP_OK);
    CHECK(w->release(w, &handle) == WSREP_OK);
    end(n);
}

static void victim_waits_for_flow_control(void) {
    struct node *n = begin("", 1);
    server_await_synced(&n->s, 1);
    n->f.hold = true;
    n->f.revocable = true;
    struct certify_call c = {0};
    certify_begin(&c, &n->s, 1, "a");
    fake_await_held(&n->f, 1);
    wsrep_seqno_t victim;
    CHECK(n->s.w.abort_certification(&n->s.w, 102, 1, &victim) == WSREP_OK);
    CHECK(certify_end(&c) == WSREP_TRX_FAIL && c.meta.gtid.seqno == -1);
    fake_await_count(&n->f, FRAME_REVOKE, 1);
    CHECK(n->s.w.release(&n->s.w, &c.handle) == WSREP_OK);
    end(n);
}

static void *enter_order(void *arg) {
    struct certify_call *c = arg;
    c->status = c->s->w.commit_order_enter(&c->s->w, &c->handle, &c->meta);
    return NULL;
}

static void brute_force_in_the_commit_queue(void) {
    struct node *n = begin("", 2);
    server_await_synced(&n->s, 1);
    server_hold(&n->s, 102);
    fake_write_set(&n->f, 101, WHOLE, true, 9, "x", 1);
    server_await_entered(&n->s, 1);
    struct certify_call c = {.s = &n->s};
    trx_keys(&n->s, &c.handle, 1, "a");
    CHECK(trx_certify(&n->s, &c.handle, &c.meta) == WSREP_OK && c.meta.gtid.seqno == 103);
    pthread_t thread;
    struct provider *p = n->s.w.ctx;
    pthread_create(&thread, NULL, enter_order, &c);
    while (atomic_load(&p->commit.waits) == 0) {
        sched_yield();
    }
    wsrep_seqno_t victim;
    CHECK(n->s.w.abort_certification(&n->s.w, 102, 1, &victim) == WSREP_OK && victim == 103);
    pthread_join(thread, NULL);
    CHECK(c.status == WSREP_BF_ABORT);
    server_hold(&n->s, -2);
    CHECK(n->s.w.replay_trx(&n->s.w, &c.handle, &n->s) == WSREP_OK);
    CHECK(n->s.w.release(&n->s.w, &c.handle) == WSREP_OK);
    end(n);
}

static void streaming(void) {
    struct node *n = begin("", 1);
    server_await_synced(&n->s, 1);
    wsrep_t *w = &n->s.w;
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    trx_keys(&n->s, &handle, 1, "a");
    CHECK(w->certify(w, 5, &handle, WSREP_FLAG_TRX_START, &meta) == WSREP_OK && meta.gtid.seqno == 102);
    void *opaque = handle.opaque;
    trx_commit(&n->s, &handle, &meta);
    CHECK(handle.opaque == opaque);
    const wsrep_buf_t data = {"more", 4};
    CHECK(w->append_data(w, &handle, &data, 1, WSREP_DATA_ORDERED, true) == WSREP_OK);
    CHECK(w->certify(w, 5, &handle, 0, &meta) == WSREP_OK && meta.gtid.seqno == 103);
    CHECK((int64_t)get_u64(n->f.last_ws + WS_PREVIOUS_SEQNO_OFFSET) == 102);
    CHECK((int64_t)get_u64(n->f.last_ws + WS_LAST_SEEN_OFFSET) == 102 && get_u64(n->f.last_ws + WS_DATA_LENGTH_OFFSET) == 4);
    CHECK(get_u32(n->f.last_ws + WS_KEY_COUNT_OFFSET) == 0);
    // Aborted between leaving the order and release.
    const wsrep_buf_t none = {0};
    wsrep_seqno_t victim;
    CHECK(w->commit_order_enter(w, &handle, &meta) == WSREP_OK && w->commit_order_leave(w, &handle, &meta, &none) == WSREP_OK);
    CHECK(w->release(w, &handle) == WSREP_OK);
    CHECK(w->abort_certification(w, 104, 1, &victim) == WSREP_OK);
    CHECK(w->rollback(w, 1, NULL) == WSREP_OK);
    fake_await_count(&n->f, FRAME_POST, 1);
    CHECK(w->certify(w, 5, &handle, 0, &meta) == WSREP_TRX_FAIL && meta.gtid.seqno == -1);
    CHECK(w->release(w, &handle) == WSREP_OK && handle.opaque == NULL);
    wsrep_gtid_t out;
    CHECK(w->sync_wait(w, NULL, -1, &out) == WSREP_OK && out.seqno == 104);
    // A fragment that fails gives its place back by itself.
    n->f.conflict = true;
    trx_keys(&n->s, &handle, 2, "b");
    CHECK(w->certify(w, 5, &handle, WSREP_FLAG_TRX_START, &meta) == WSREP_TRX_FAIL);
    CHECK(w->sync_wait(w, NULL, -1, &out) == WSREP_OK && out.seqno == 105);
    CHECK(w->release(w, &handle) == WSREP_OK);
    end(n);
}

static void total_order_isolation(void) {
    struct node *n = begin("", 2);
    server_await_synced(&n->s, 1);
    wsrep_t *w = &n->s.w;
    const wsrep_buf_t parts[2] = {{"db", 2}, {"t", 1}};
    const wsrep_key_t key = {.key_parts = parts, .key_parts_num = 2};
    const wsrep_buf_t action = {"DROP TABLE t", 12};
    wsrep_trx_meta_t meta;
    CHECK(w->to_execute_start(w, 11, &key, 1, &action, 1, WHOLE, &meta) == WSREP_OK && meta.gtid.seqno == 102);
    CHECK(get_u32(n->f.last_ws + WS_FLAGS_OFFSET) == (WHOLE | WSREP_FLAG_ISOLATION) && get_u32(n->f.last_ws + WS_KEY_COUNT_OFFSET) == 2);
    fake_write_set(&n->f, 102, WHOLE, true, 9, "x", 1);
    wsrep_gtid_t out;
    CHECK(w->sync_wait(w, NULL, 0, &out) == WSREP_TRX_FAIL && n->s.entered == 0);
    const wsrep_buf_t none = {0};
    CHECK(w->to_execute_end(w, 11, &none) == WSREP_OK);
    server_await_applied(&n->s, 1);
    CHECK(n->f.counts[FRAME_VOTE] == 0);
    n->f.conflict = true;
    CHECK(w->to_execute_start(w, 11, &key, 1, &action, 1, WHOLE, &meta) == WSREP_TRX_FAIL && meta.gtid.seqno == 104);
    const wsrep_buf_t error = {"no", 2};
    CHECK(w->to_execute_end(w, 11, &error) == WSREP_OK);
    fake_await_count(&n->f, FRAME_VOTE, 1);
    CHECK(w->to_execute_end(w, 11, &none) == WSREP_CONN_FAIL);
    CHECK(w->sync_wait(w, NULL, -1, &out) == WSREP_OK && out.seqno == 104);
    end(n);
}

static void large_write_set(void) {
    struct node *n = begin("", 1);
    server_await_synced(&n->s, 1);
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    trx_keys(&n->s, &handle, 1, "a");
    const size_t length = 5 << 20;
    char *data = malloc(length);
    memset(data, 'd', length);
    const wsrep_buf_t buffer = {data, length};
    CHECK(n->s.w.append_data(&n->s.w, &handle, &buffer, 1, WSREP_DATA_ORDERED, true) == WSREP_OK);
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_OK);
    CHECK(n->f.last_ws_length == WS_HEADER_LENGTH);
    const uint32_t fragments = get_u32(n->f.last_ws + WS_FRAGMENT_COUNT_OFFSET);
    CHECK(fragments == (uint32_t)n->f.counts[FRAME_WS_FRAGMENT] && fragments == 21);
    CHECK(n->f.fragment_bytes == get_u32(n->f.last_ws + WS_KEY_COUNT_OFFSET) * WS_KEY_LENGTH + get_u32(n->f.last_ws + WS_NAMES_LENGTH_OFFSET) +
                                     get_u64(n->f.last_ws + WS_DATA_LENGTH_OFFSET));
    trx_commit(&n->s, &handle, &meta);
    free(data);
    end(n);
}

static void *pause_main(void *arg) {
    struct server *s = arg;
    return (void *)(intptr_t)s->w.pause(&s->w);
}

static void pauses(void) {
    struct node *n = begin("", 2);
    server_await_synced(&n->s, 1);
    wsrep_t *w = &n->s.w;
    CHECK(w->desync(w) == WSREP_OK);
    server_hold(&n->s, 102);
    fake_write_set(&n->f, 101, WHOLE, true, 1, "a", 1);
    server_await_entered(&n->s, 1);
    pthread_t thread;
    pthread_create(&thread, NULL, pause_main, &n->s);
    struct provider *p = w->ctx;
    for (bool paused = false; !paused; sched_yield()) {
        pthread_mutex_lock(&p->feed.lock);
        paused = p->feed.paused;
        pthread_mutex_unlock(&p->feed.lock);
    }
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
    end(n);
}

static void apply_error_leaves_the_group(void) {
    struct node *n = begin("", 2);
    server_await_synced(&n->s, 1);
    n->s.fail_seqno = 102;
    fake_write_set(&n->f, -1, WHOLE, true, 1, "a", 1);
    fake_await_count(&n->f, FRAME_VOTE, 1);
    server_await_views(&n->s, 2);
    CHECK(n->s.views[1].memb_num == 0);
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    trx_keys(&n->s, &handle, 2, "b");
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_NODE_FAIL);
    CHECK(n->s.w.release(&n->s.w, &handle) == WSREP_OK);
    server_join_receivers(&n->s);
    CHECK(n->s.receiver_result[0] == WSREP_FATAL || n->s.receiver_result[1] == WSREP_FATAL);
    n->s.receiver_count = 0;
    end(n);
}

static void reconnects_to_a_new_sidecar(void) {
    struct node *n = begin("carillon.sidecar_grace=PT20S", 1);
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
    end(n);
}

static void sidecar_stays_away(void) {
    struct node *n = begin("carillon.sidecar_grace=PT0.05S;carillon.fate_timeout=PT0.05S", 1);
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
    CHECK(vars);
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
    end(n);
}

static void victim_does_not_wait_without_primary(void) {
    struct node *n = begin("carillon.fate_timeout=PT1000S", 1);
    server_await_synced(&n->s, 1);
    n->f.hold = true;
    struct certify_call c = {0};
    certify_begin(&c, &n->s, 1, "a");
    struct certify_call rejected = {0};
    fake_await_held(&n->f, 1);
    certify_begin(&rejected, &n->s, 2, "b");
    fake_await_held(&n->f, 2);
    fake_view(&n->f, WSREP_VIEW_NON_PRIMARY, 0, -1);
    server_await_views(&n->s, 2);
    wsrep_seqno_t victim;
    CHECK(n->s.w.abort_certification(&n->s.w, 102, 1, &victim) == WSREP_OK);
    CHECK(certify_end(&c) == WSREP_WARNING);
    CHECK(n->s.w.release(&n->s.w, &c.handle) == WSREP_OK);
    fake_reject(&n->f, n->f.held[1], WSREP_CONN_FAIL);
    CHECK(certify_end(&rejected) == WSREP_CONN_FAIL);
    CHECK(n->s.w.release(&n->s.w, &rejected.handle) == WSREP_OK);
    // Its orphan is dropped as well.
    fake_reject(&n->f, n->f.held[0], WSREP_CONN_FAIL);
    end(n);
}

static void disconnects_with_an_open_fate_and_connects_again(void) {
    struct node *n = begin("carillon.fate_timeout=PT1000S", 2);
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
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    trx_keys(&n->s, &handle, 2, "b");
    CHECK(trx_certify(&n->s, &handle, &meta) == WSREP_OK);
    trx_commit(&n->s, &handle, &meta);
    end(n);
}

static void first_called(void *ctx) { ++*(int *)ctx; }

wsrep_status_t wsrep_certify_v1(wsrep_t *w, wsrep_conn_id_t connection, wsrep_ws_handle_t *handle, uint32_t flags, wsrep_trx_meta_t *meta,
                                const wsrep_seq_cb_t *sequence);

static void sequence_call_back(void) {
    struct node *n = begin("", 1);
    server_await_synced(&n->s, 1);
    int calls = 0;
    const wsrep_seq_cb_t sequence = {.ctx = &calls, .fn = first_called};
    wsrep_ws_handle_t handle;
    wsrep_trx_meta_t meta;
    for (uint64_t i = 1; i <= 3; i++) {
        n->f.conflict = i == 2;
        trx_keys(&n->s, &handle, i, "a");
        CHECK(wsrep_certify_v1(&n->s.w, 5, &handle, WHOLE, &meta, &sequence) == (i == 2 ? WSREP_TRX_FAIL : WSREP_OK));
        trx_commit(&n->s, &handle, &meta);
    }
    CHECK(calls == 2);
    end(n);
}

static void preordered(void) {
    struct node *n = begin("", 1);
    server_await_synced(&n->s, 1);
    wsrep_po_handle_t handle = {0};
    const wsrep_buf_t data = {"events", 6};
    CHECK(n->s.w.preordered_collect(&n->s.w, &handle, &data, 1, true) == WSREP_OK);
    CHECK(n->s.w.preordered_commit(&n->s.w, &handle, &n->s.own, WHOLE, 1, true) == WSREP_OK && !handle.opaque);
    server_await_applied(&n->s, 1);
    CHECK(n->s.applied_length[0] == 6);
    CHECK(n->s.w.preordered_collect(&n->s.w, &handle, &data, 1, true) == WSREP_OK);
    CHECK(n->s.w.preordered_commit(&n->s.w, &handle, &n->s.own, WHOLE, 1, false) == WSREP_OK);
    end(n);
}

int main(void) {
    commits_and_conflicts();
    sync_wait_and_options();
    statistics();
    applies_in_parallel_and_commits_in_order();
    views_wait_for_what_is_before();
    snapshot();
    starts_from_own_position();
    brute_force();
    brute_force_in_the_commit_queue();
    victim_waits_for_flow_control();
    streaming();
    total_order_isolation();
    large_write_set();
    pauses();
    apply_error_leaves_the_group();
    reconnects_to_a_new_sidecar();
    sidecar_stays_away();
    victim_does_not_wait_without_primary();
    disconnects_with_an_open_fate_and_connects_again();
    sequence_call_back();
    preordered();
    puts("provider: ok");
    return 0;
}

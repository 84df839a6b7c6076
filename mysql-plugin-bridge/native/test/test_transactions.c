// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Transactions, streaming, isolation: what the origin of a write set goes through.
#include "mock_server.h"

static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

static void commits_and_conflicts(void) {
    struct node *n = node_begin("", 1);
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
    node_end(n);
}

static void streaming(void) {
    struct node *n = node_begin("", 1);
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
    node_end(n);
}

static void total_order_isolation(void) {
    struct node *n = node_begin("", 2);
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
    node_end(n);
}

static void large_write_set(void) {
    struct node *n = node_begin("", 1);
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
    CHECK(n->f.fragment_bytes == get_u32(n->f.last_ws + WS_KEY_COUNT_OFFSET) * WS_KEY_LENGTH
        + get_u32(n->f.last_ws + WS_NAMES_LENGTH_OFFSET) +
                                     get_u64(n->f.last_ws + WS_DATA_LENGTH_OFFSET));
    trx_commit(&n->s, &handle, &meta);
    free(data);
    node_end(n);
}

static void first_called(void *ctx) { ++*(int *)ctx; }

wsrep_status_t wsrep_certify_v1(wsrep_t *w, wsrep_conn_id_t connection, wsrep_ws_handle_t *handle, uint32_t flags, wsrep_trx_meta_t *meta,
                                const wsrep_seq_cb_t *sequence);

static void sequence_call_back(void) {
    struct node *n = node_begin("", 1);
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
    node_end(n);
}

static void preordered(void) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    wsrep_po_handle_t handle = {0};
    const wsrep_buf_t data = {"events", 6};
    CHECK(n->s.w.preordered_collect(&n->s.w, &handle, &data, 1, true) == WSREP_OK);
    CHECK(n->s.w.preordered_commit(&n->s.w, &handle, &n->s.own, WHOLE, 1, true) == WSREP_OK && !handle.opaque);
    server_await_applied(&n->s, 1);
    CHECK(n->s.applied_length[0] == 6);
    CHECK(n->s.w.preordered_collect(&n->s.w, &handle, &data, 1, true) == WSREP_OK);
    CHECK(n->s.w.preordered_commit(&n->s.w, &handle, &n->s.own, WHOLE, 1, false) == WSREP_OK);
    node_end(n);
}

int main(void) {
    commits_and_conflicts();
    streaming();
    total_order_isolation();
    large_write_set();
    sequence_call_back();
    preordered();
    puts("transactions: ok");
    return 0;
}

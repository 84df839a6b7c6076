// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Victims of brute force at every stage.
#include "mock_server.h"

#include <sched.h>

static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

static void brute_force(void) {
    struct node *n = node_begin("", 2);
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
    // It has no locks any more: whoever takes its row now has not seen what the group committed, and must not pass.
    struct certify_call next = {0};
    certify_begin(&next, &n->s, 20, "b");
    fake_await_held(&n->f, 2);
    CHECK(get_u32(n->f.last_ws + WS_FLAGS_OFFSET) == (WHOLE | WS_FLAG_UNSHIELDED));
    fake_reject(&n->f, n->f.held[1], WSREP_CONN_FAIL);
    CHECK(certify_end(&next) == WSREP_CONN_FAIL && w->release(w, &next.handle) == WSREP_OK);
    server_hold(&n->s, -2);
    CHECK(w->replay_trx(w, &c.handle, &n->s) == WSREP_OK);
    CHECK(n->s.applied_count == 2 && n->s.applied[1] == 103 && n->s.applied_length[1] == 1);
    CHECK(w->release(w, &c.handle) == WSREP_OK);

    // Sent, and the verdict is negative: failed with its place.
    c = (struct certify_call){0};
    certify_begin(&c, &n->s, 3, "c");
    fake_await_held(&n->f, 3);
    CHECK(get_u32(n->f.last_ws + WS_FLAGS_OFFSET) == WHOLE);
    CHECK(w->abort_certification(w, 104, 3, &victim) == WSREP_OK);
    fake_verdict(&n->f, n->f.held[2], true);
    CHECK(certify_end(&c) == WSREP_TRX_FAIL && c.meta.gtid.seqno == 104);
    trx_commit(&n->s, &c.handle, &c.meta);

    // Waiting for its turn to commit; who comes later in the order may not abort it, who comes earlier may.
    c = (struct certify_call){0};
    certify_begin(&c, &n->s, 4, "d");
    fake_await_held(&n->f, 4);
    server_hold(&n->s, 105);
    fake_write_set(&n->f, 104, WHOLE, true, 9, "x", 1);
    server_await_entered(&n->s, 3); // the replay counted, too
    fake_verdict(&n->f, n->f.held[3], false);
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
    node_end(n);
}

static void victim_waits_for_flow_control(void) {
    struct node *n = node_begin("", 1);
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
    node_end(n);
}

static void await_replicating(struct trx *trx) {
    bool replicating = false;
    while (!replicating) {
        pthread_mutex_lock(&trx->lock);
        replicating = trx->state == TRX_REPLICATING;
        pthread_mutex_unlock(&trx->lock);
        sched_yield();
    }
}

// Between the server's mark and the call is nobody who could be woken: here that time is as long as the sidecar is away.
static void victim_before_its_call_is_made(void) {
    struct node *n = node_begin("carillon.sidecar_grace=PT100S", 1);
    server_await_synced(&n->s, 1);
    n->f.hold = true;
    n->f.revocable = true;
    fake_drop(&n->f, false);
    const struct provider *p = n->s.w.ctx;
    while (atomic_load(&p->session.fd) >= 0) {
        sched_yield();
    }
    struct certify_call c = {0};
    certify_begin(&c, &n->s, 1, "a");
    const wsrep_ws_handle_t by_number = {.trx_id = 1};
    await_replicating(trx_of(n->s.w.ctx, &by_number));
    wsrep_seqno_t victim;
    CHECK(n->s.w.abort_certification(&n->s.w, 102, 1, &victim) == WSREP_OK && victim == -1);
    fake_accept(&n->f);
    CHECK(certify_end(&c) == WSREP_TRX_FAIL && c.meta.gtid.seqno == -1);
    fake_await_count(&n->f, FRAME_REVOKE, 1);
    CHECK(n->s.w.release(&n->s.w, &c.handle) == WSREP_OK);
    node_end(n);
}

static void *enter_order(void *arg) {
    struct certify_call *c = arg;
    c->status = c->s->w.commit_order_enter(&c->s->w, &c->handle, &c->meta);
    return NULL;
}

static void brute_force_in_the_commit_queue(void) {
    struct node *n = node_begin("", 2);
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
    node_end(n);
}

static void victim_does_not_wait_without_primary(void) {
    struct node *n = node_begin("carillon.fate_timeout=PT1000S", 1);
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
    node_end(n);
}

int main(void) {
    brute_force();
    victim_waits_for_flow_control();
    victim_before_its_call_is_made();
    brute_force_in_the_commit_queue();
    victim_does_not_wait_without_primary();
    puts("brute force: ok");
    return 0;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Total order isolation whose outcome is open when the primary component is lost.
#include "mock_server.h"

static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

struct statement {
    struct server *s;
    wsrep_conn_id_t connection;
    wsrep_trx_meta_t meta;
    wsrep_status_t status;
    pthread_t thread;
};

static void *execute(void *arg) {
    struct statement *t = arg;
    const wsrep_buf_t action = {"DROP TABLE t", 12};
    t->status = t->s->w.to_execute_start(&t->s->w, t->connection, NULL, 0, &action, 1, WHOLE, &t->meta);
    if (t->status == WSREP_OK) {
        CHECK(t->s->w.to_execute_end(&t->s->w, t->connection, NULL) == WSREP_OK);
    }
    return NULL;
}

static void begin(struct statement *t, struct server *s, wsrep_conn_id_t connection) {
    *t = (struct statement){.s = s, .connection = connection};
    CHECK(pthread_create(&t->thread, NULL, execute, t) == 0);
}

static void it_waits_for_its_outcome(void) {
    struct node *n = node_begin("carillon.sidecar_grace=PT0.05S;carillon.fate_timeout=PT0.05S", 1);
    server_await_synced(&n->s, 1);
    n->f.hold = true;
    struct statement t;
    begin(&t, &n->s, 11);
    fake_await_held(&n->f, 1);
    struct certify_call c = {0};
    certify_begin(&c, &n->s, 1, "a");
    fake_await_held(&n->f, 2);
    fake_drop(&n->f, false);
    server_await_views(&n->s, 2);
    CHECK(n->s.views[1].status == WSREP_VIEW_NON_PRIMARY);
    // Who changes rows is given up, and so would be who waits as long.
    CHECK(certify_end(&c) == WSREP_WARNING && n->s.w.release(&n->s.w, &c.handle) == WSREP_OK);
    fake_accept(&n->f);
    server_await_views(&n->s, 3);
    CHECK(n->f.open_count == 2);
    const int64_t seqno = fake_verdict(&n->f, n->f.held[0], false);
    pthread_join(t.thread, NULL);
    CHECK(t.status == WSREP_OK && t.meta.gtid.seqno == seqno);
    fake_reject(&n->f, n->f.held[1], WSREP_CONN_FAIL);
    node_end(n);
}

static void it_does_not_keep_the_node_from_leaving(void) {
    struct node *n = node_begin("carillon.sidecar_grace=PT0.05S", 1);
    server_await_synced(&n->s, 1);
    n->f.hold = true;
    struct statement t;
    begin(&t, &n->s, 11);
    fake_await_held(&n->f, 1);
    fake_drop(&n->f, false);
    server_await_views(&n->s, 2);
    fake_accept(&n->f);
    server_await_views(&n->s, 3);
    CHECK(n->s.w.disconnect(&n->s.w) == WSREP_OK);
    pthread_join(t.thread, NULL);
    CHECK(t.status == WSREP_WARNING && t.meta.gtid.seqno == -1);
    server_join_receivers(&n->s);
    node_end(n);
}

int main(void) {
    it_waits_for_its_outcome();
    it_does_not_keep_the_node_from_leaving();
    puts("toi: ok");
    return 0;
}

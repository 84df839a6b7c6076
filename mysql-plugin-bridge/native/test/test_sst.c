// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Snapshots: who needs one, who gives one, and what becomes of a server that gets none.
#include "mock_server.h"

#include <errno.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

static void donate(struct node *n, int64_t seqno) {
    struct frame_out out;
    frame_begin(&out, 0, 0);
    frame_put_u64(&out, (uint64_t)seqno);
    frame_put(&out, n->f.group.data, 16);
    frame_put_u8(&out, 1);
    frame_put_str(&out, "rsync", 5);
    fake_event(&n->f, FRAME_DONATE, out.bytes + FRAME_HEADER_LENGTH, out.length - FRAME_HEADER_LENGTH);
    frame_out_free(&out);
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

    donate(n, 121);
    fake_event(&n->f, FRAME_SYNCED, NULL, 0);
    server_await_synced(&n->s, 1);
    CHECK(n->s.donate_count == 1);
    CHECK(n->s.w.sst_sent(&n->s.w, &state, 0) == WSREP_OK);
    node_end(n);
}

static int hello_flags(struct fake *f) {
    pthread_mutex_lock(&f->lock);
    const int flags = f->hello_flags;
    pthread_mutex_unlock(&f->lock);
    return flags;
}

static void hold_transfers(struct fake *f, bool hold) {
    pthread_mutex_lock(&f->lock);
    f->hold_transfers = hold;
    pthread_mutex_unlock(&f->lock);
}

static struct node *node_without_data(const char *options) {
    struct node *n = calloc(1, sizeof *n);
    fake_start(&n->f);
    n->f.connect_snapshot = true;
    server_start(&n->s, &n->f, options);
    server_connect(&n->s);
    server_receive(&n->s, 2);
    fake_await_count(&n->f, FRAME_SST_REQUEST, 1);
    return n;
}

static void goes_on_behind_the_snapshot(struct node *n) {
    fake_write_set(&n->f, -1, WHOLE, true, 1, "a", 1);
    server_await_applied(&n->s, 1);
    CHECK(n->s.applied[0] == 121);
    CHECK(n->s.connected_count == 1 && n->s.sst_count == 1 && n->s.view_count == 0);
}

// The server waits, and is not asked a second time, nor connected: its answer is what the new sidecar gets.
static void another_sidecar_goes_on_with_the_wait(void) {
    struct node *n = node_without_data("");
    CHECK(hello_flags(&n->f) == 0);
    for (int sidecar = 2; sidecar <= 3; sidecar++) {
        fake_drop(&n->f, true);
        fake_await_sessions(&n->f, sidecar);
        CHECK(hello_flags(&n->f) == FRAME_HELLO_AWAITS_SNAPSHOT && n->f.hello_received == -1);
        fake_await_count(&n->f, FRAME_SST_REQUEST, sidecar);
    }
    const wsrep_gtid_t state = {.uuid = n->f.group, .seqno = 120};
    n->f.seqno = 120;
    CHECK(n->s.w.sst_received(&n->s.w, &state, NULL, 0) == WSREP_OK);
    goes_on_behind_the_snapshot(n);
    n->f.connect_snapshot = false;
    fake_drop(&n->f, true);
    fake_await_sessions(&n->f, 4);
    CHECK(hello_flags(&n->f) == 0 && n->f.hello_received == 121);
    node_end(n);
}

static void *received_main(void *arg) {
    struct node *n = arg;
    const wsrep_gtid_t state = {.uuid = n->f.group, .seqno = 120};
    CHECK(n->s.w.sst_received(&n->s.w, &state, NULL, 0) == WSREP_OK);
    return NULL;
}

static void another_sidecar_hears_that_the_snapshot_came(void) {
    struct node *n = node_without_data("");
    n->f.seqno = 120;
    hold_transfers(&n->f, true);
    pthread_t script;
    pthread_create(&script, NULL, received_main, n);
    fake_await_count(&n->f, FRAME_SST_RECEIVED, 1);
    hold_transfers(&n->f, false);
    fake_drop(&n->f, true);
    pthread_join(script, NULL);
    fake_await_count(&n->f, FRAME_SST_RECEIVED, 2);
    CHECK(n->f.hello_received == 120);
    CHECK(hello_flags(&n->f) == FRAME_HELLO_AWAITS_SNAPSHOT);
    goes_on_behind_the_snapshot(n);
    node_end(n);
}

// It was in no primary view, and is in the middle of its start: the loss of the sidecar is nothing to it.
static void a_server_that_waits_is_told_of_no_loss(void) {
    struct node *n = node_without_data("carillon.sidecar_grace=PT0.05S");
    struct provider *p = n->s.w.ctx;
    fake_drop(&n->f, false);
    while (atomic_load(&p->primary)) {
        sched_yield();
    }
    fake_accept(&n->f);
    fake_await_count(&n->f, FRAME_SST_REQUEST, 2);
    const wsrep_gtid_t state = {.uuid = n->f.group, .seqno = 120};
    n->f.seqno = 120;
    CHECK(n->s.w.sst_received(&n->s.w, &state, NULL, 0) == WSREP_OK);
    goes_on_behind_the_snapshot(n);
    node_end(n);
}

static void *sent_main(void *arg) {
    struct node *n = arg;
    const wsrep_gtid_t state = {.uuid = n->f.group, .seqno = 101};
    CHECK(n->s.w.sst_sent(&n->s.w, &state, -5) == WSREP_OK);
    return NULL;
}

static void another_sidecar_hears_that_a_snapshot_is_given(void) {
    struct node *n = node_begin("carillon.sidecar_grace=PT20S", 1);
    server_await_synced(&n->s, 1);
    donate(n, 101);
    server_await_donations(&n->s, 1);
    fake_drop(&n->f, true);
    fake_await_sessions(&n->f, 2);
    CHECK(hello_flags(&n->f) == FRAME_HELLO_GIVES_SNAPSHOT);
    fake_await_count(&n->f, FRAME_CONNECT, 2);
    hold_transfers(&n->f, true);
    pthread_t script;
    pthread_create(&script, NULL, sent_main, n);
    fake_await_count(&n->f, FRAME_SST_SENT, 1);
    hold_transfers(&n->f, false);
    fake_drop(&n->f, true);
    pthread_join(script, NULL);
    fake_await_count(&n->f, FRAME_SST_SENT, 2);
    CHECK(hello_flags(&n->f) == FRAME_HELLO_GIVES_SNAPSHOT);
    fake_drop(&n->f, true);
    fake_await_sessions(&n->f, 4);
    CHECK(hello_flags(&n->f) == 0);
    node_end(n);
}

// What happens in `scenario` ends its process.
static void ends_the_server(void (*scenario)(struct node *n)) {
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        struct node *n = calloc(1, sizeof *n);
        fake_start(&n->f);
        n->f.connect_snapshot = true;
        server_start(&n->s, &n->f, "");
        server_connect(&n->s);
        scenario(n);
        server_join_receivers(&n->s);
        abort(); // it went on
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE);
}

static void nobody_gives(struct node *n) {
    server_receive(&n->s, 1);
    fake_await_count(&n->f, FRAME_SST_REQUEST, 1);
    struct frame_out out;
    frame_begin(&out, 0, 0);
    frame_put_str(&out, "no donor", 8);
    fake_event(&n->f, FRAME_INCONSISTENT, out.bytes + FRAME_HEADER_LENGTH, out.length - FRAME_HEADER_LENGTH);
    frame_out_free(&out);
}

static void own_script_fails(struct node *n) {
    server_receive(&n->s, 1);
    fake_await_count(&n->f, FRAME_SST_REQUEST, 1);
    const wsrep_gtid_t none = {.seqno = WSREP_SEQNO_UNDEFINED};
    n->s.w.sst_received(&n->s.w, &none, NULL, -EPIPE);
}

static void cannot_prepare(struct node *n) {
    n->s.refuse_snapshot = true;
    server_receive(&n->s, 1);
}

static void *commit_main(void *arg) {
    struct certify_call *c = arg;
    trx_commit(c->s, &c->handle, &c->meta);
    return NULL;
}

static int donations(struct server *s) {
    pthread_mutex_lock(&s->lock);
    const int count = s->donate_count;
    pthread_mutex_unlock(&s->lock);
    return count;
}

// A dump made within the call-back is neither short of what comes before its position nor has it anything from behind.
static void nothing_moves_under_a_donation(void) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    wsrep_t *w = &n->s.w;
    struct provider *p = w->ctx;
    struct certify_call before = {.s = &n->s}, behind = {.s = &n->s};
    trx_keys(&n->s, &before.handle, 1, "a");
    CHECK(trx_certify(&n->s, &before.handle, &before.meta) == WSREP_OK && before.meta.gtid.seqno == 102);
    n->s.hold_donation = true;
    donate(n, 102);
    server_await_paused(&n->s);
    CHECK(donations(&n->s) == 0);
    trx_keys(&n->s, &behind.handle, 2, "b");
    CHECK(trx_certify(&n->s, &behind.handle, &behind.meta) == WSREP_OK && behind.meta.gtid.seqno == 103);
    trx_commit(&n->s, &before.handle, &before.meta);
    server_await_donations(&n->s, 1);
    CHECK(n->s.donated_at == 102);
    pthread_t client;
    pthread_create(&client, NULL, commit_main, &behind);
    for (bool waits = false; !waits; sched_yield()) {
        pthread_mutex_lock(&p->commit.lock);
        waits = p->commit.first != NULL;
        pthread_mutex_unlock(&p->commit.lock);
    }
    wsrep_gtid_t last;
    CHECK(w->last_committed_id(w, &last) == WSREP_OK && last.seqno == 102);
    server_let_donation_go(&n->s);
    pthread_join(client, NULL);
    CHECK(w->last_committed_id(w, &last) == WSREP_OK && last.seqno == 103);
    node_end(n);
}

int main(void) {
    ends_the_server(nobody_gives);
    ends_the_server(own_script_fails);
    ends_the_server(cannot_prepare);
    snapshot();
    another_sidecar_goes_on_with_the_wait();
    another_sidecar_hears_that_the_snapshot_came();
    a_server_that_waits_is_told_of_no_loss();
    another_sidecar_hears_that_a_snapshot_is_given();
    nothing_moves_under_a_donation();
    puts("sst: ok");
    return 0;
}

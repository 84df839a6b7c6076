// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// A server ends, or connects anew, whatever its sidecar does: docs/ipc.md, DISCONNECT.
#include "mock_server.h"

#include <poll.h>
#include <sched.h>
#include <stdlib.h>

enum { WRITERS = 16, WRITE_SET_LENGTH = 2 << 20 };

struct writer {
    struct server *s;
    wsrep_ws_handle_t handle;
    wsrep_status_t status;
    pthread_t thread;
};

static struct node *node_that_leaves_within(int64_t ns) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    struct provider *p = n->s.w.ctx;
    p->session.leave_timeout = ns;
    return n;
}

// It goes on with the group as if nothing had been.
static void check_connects_again(struct node *n) {
    fake_hang(&n->f, false);
    fake_await_sessions(&n->f, 2);
    server_connect(&n->s);
    server_receive(&n->s, 1);
    server_await_synced(&n->s, 2);
    trx_write(&n->s, 99, "after");
}

static void a_sidecar_that_does_not_answer(void) {
    struct node *n = node_that_leaves_within(200 * MS);
    fake_hang(&n->f, true);
    const int64_t begun = now_ns();
    CHECK(n->s.w.disconnect(&n->s.w) == WSREP_OK);
    CHECK(now_ns() - begun >= 200 * MS); // it was given its time
    server_join_receivers(&n->s);
    CHECK(n->s.receiver_result[0] == WSREP_CONN_FAIL);
    CHECK(n->s.views[n->s.view_count - 1].memb_num == 0);
    check_connects_again(n);
    node_end(n);
}

static void *write_much(void *arg) {
    struct writer *writer = arg;
    wsrep_t *w = &writer->s->w;
    char *data = calloc(1, WRITE_SET_LENGTH);
    const wsrep_buf_t buffer = {data, WRITE_SET_LENGTH};
    CHECK(w->append_data(w, &writer->handle, &buffer, 1, WSREP_DATA_ORDERED, true) == WSREP_OK);
    wsrep_trx_meta_t meta;
    writer->status = trx_certify(writer->s, &writer->handle, &meta);
    if (writer->status == WSREP_OK) {
        trx_commit(writer->s, &writer->handle, &meta);
    } else {
        CHECK(w->release(w, &writer->handle) == WSREP_OK);
    }
    free(data);
    return NULL;
}

static void begin_writers(struct writer *writers, struct server *s) {
    for (int i = 0; i < WRITERS; i++) {
        char row[12];
        snprintf(row, sizeof row, "%d", i);
        writers[i] = (struct writer){.s = s};
        trx_keys(s, &writers[i].handle, (uint64_t)i + 1, row);
        CHECK(pthread_create(&writers[i].thread, NULL, write_much, &writers[i]) == 0);
    }
}

static void end_writers(struct writer *writers, wsrep_status_t status) {
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(writers[i].thread, NULL);
        CHECK(writers[i].status == status);
    }
}

static void await_full_socket(const struct provider *p) {
    struct pollfd room = {.fd = atomic_load(&p->session.fd), .events = POLLOUT};
    CHECK(room.fd >= 0);
    while (poll(&room, 1, 0) != 0) {
        CHECK(room.revents == POLLOUT);
        sched_yield();
    }
}

// Writers wait for room in its socket, one of them with the lock that everybody needs who sends.
static void a_sidecar_that_reads_nothing(void) {
    struct node *n = node_that_leaves_within(200 * MS);
    fake_hang(&n->f, true);
    struct writer writers[WRITERS];
    begin_writers(writers, &n->s);
    await_full_socket(n->s.w.ctx);
    CHECK(n->s.w.disconnect(&n->s.w) == WSREP_OK);
    server_join_receivers(&n->s);
    end_writers(writers, WSREP_CONN_FAIL); // none was sent whole
    check_connects_again(n);
    fake_await_count(&n->f, FRAME_CERTIFY, 1);
    pthread_mutex_lock(&n->f.lock);
    CHECK(n->f.counts[FRAME_CERTIFY] == 1);
    pthread_mutex_unlock(&n->f.lock);
    node_end(n);
}

// A slow sidecar is no hung one: while nobody leaves, whoever waits for room waits as long as it takes.
static void a_sidecar_that_reads_late(void) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    fake_hang(&n->f, true);
    struct writer writers[WRITERS];
    begin_writers(writers, &n->s);
    await_full_socket(n->s.w.ctx);
    fake_hang(&n->f, false);
    fake_await_count(&n->f, FRAME_CERTIFY, WRITERS);
    end_writers(writers, WSREP_OK);
    CHECK(n->f.sessions == 1);
    node_end(n);
}

int main(void) {
    a_sidecar_that_does_not_answer();
    a_sidecar_that_reads_nothing();
    a_sidecar_that_reads_late();
    puts("leave: ok");
    return 0;
}

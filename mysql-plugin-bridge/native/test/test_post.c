// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// rollback() is called under the victim's locks: it waits neither for whoever is sending, nor for the sidecar.
#include "mock_server.h"

#include <errno.h>
#include <sched.h>
#include <sys/socket.h>
#include <time.h>

enum { POST_LENGTH = FRAME_HEADER_LENGTH + WS_HEADER_LENGTH, POSTS_MAX = (1 << 20) / POST_LENGTH, PATIENCE_S = 60 };

struct rollback {
    struct server *s;
    int count;
    int refused;
};

static void *roll_back(void *arg) {
    struct rollback *r = arg;
    for (int i = 0; i < r->count; i++) {
        const wsrep_status_t status = r->s->w.rollback(&r->s->w, (uint64_t)i + 1, NULL);
        CHECK(status == WSREP_OK || status == WSREP_TRX_FAIL);
        r->refused += status != WSREP_OK;
    }
    return NULL;
}

// How many were refused. The time limit only turns a hang into a failure.
static int rollbacks_return(struct server *s, int count) {
    struct rollback r = {.s = s, .count = count};
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, roll_back, &r) == 0);
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += PATIENCE_S;
    CHECK(pthread_timedjoin_np(thread, NULL, &limit) == 0);
    return r.refused;
}

static void somebody_sends(void) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    struct provider *p = n->s.w.ctx;
    pthread_mutex_lock(&p->session.write_lock); // as a writer has it that sleeps until the socket takes more
    CHECK(rollbacks_return(&n->s, 3) == 0);
    CHECK(n->f.counts[FRAME_POST] == 0);
    pthread_mutex_unlock(&p->session.write_lock);
    fake_await_count(&n->f, FRAME_POST, 3);

    pthread_mutex_lock(&p->session.write_lock);
    CHECK(rollbacks_return(&n->s, POSTS_MAX + 2) == 2); // the server keeps these and comes again
    pthread_mutex_unlock(&p->session.write_lock);
    fake_await_count(&n->f, FRAME_POST, 3 + POSTS_MAX);
    CHECK(rollbacks_return(&n->s, 1) == 0);
    fake_await_count(&n->f, FRAME_POST, 3 + POSTS_MAX + 1);
    node_end(n);
}

static void fill(const struct provider *p, uint64_t consumed) {
    uint8_t frame[FRAME_HEADER_LENGTH + 20];
    frame_header(frame, sizeof frame, FRAME_PROGRESS, 0);
    put_u64(frame + 16, (uint64_t)atomic_load(&p->apply.reached));
    put_u64(frame + 24, consumed);
    put_u32(frame + 32, 0);
    while (send(atomic_load(&p->session.fd), frame, sizeof frame, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof frame) {
    }
    CHECK(errno == EAGAIN);
}

static void the_sidecar_does_not_read(void) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    wsrep_gtid_t all;
    CHECK(n->s.w.sync_wait(&n->s.w, NULL, -1, &all) == WSREP_OK);
    struct provider *p = n->s.w.ctx;
    pthread_mutex_lock(&n->f.lock); // with which it reads
    pthread_mutex_lock(&p->session.write_lock);
    fill(p, p->session.consumed_sent);
    pthread_mutex_unlock(&p->session.write_lock);
    CHECK(rollbacks_return(&n->s, 2) == 0);
    CHECK(n->f.counts[FRAME_POST] == 0);
    pthread_mutex_unlock(&n->f.lock);
    fake_await_count(&n->f, FRAME_POST, 2);
    node_end(n);
}

static void nobody_is_there(void) {
    struct node *n = node_begin("carillon.sidecar_grace=PT20S", 1);
    server_await_synced(&n->s, 1);
    const struct provider *p = n->s.w.ctx;
    fake_drop(&n->f, false);
    while (atomic_load(&p->session.fd) >= 0) {
        sched_yield();
    }
    CHECK(rollbacks_return(&n->s, 1) == 1);
    fake_accept(&n->f);
    server_await_views(&n->s, 2);
    node_end(n);
}

int main(void) {
    somebody_sends();
    the_sidecar_does_not_read();
    nobody_is_there();
    puts("post: ok");
    return 0;
}

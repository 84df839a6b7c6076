// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The server's allow list, as the sidecar asks it.
#include "mock_server.h"

static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

struct allow_list {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool answers;
    int asked;
};

static wsrep_status_t allows_one(void *context, int key, const wsrep_buf_t *value) {
    struct allow_list *list = context;
    CHECK(key == WSREP_ALLOWLIST_IP);
    pthread_mutex_lock(&list->lock);
    list->asked++;
    pthread_cond_broadcast(&list->changed);
    while (!list->answers) {
        pthread_cond_wait(&list->changed, &list->lock);
    }
    pthread_mutex_unlock(&list->lock);
    return value->len == 8 && memcmp(value->ptr, "10.0.0.1", 8) == 0 ? WSREP_OK : WSREP_NOT_ALLOWED;
}

static void ask_about(struct fake *f, uint64_t id, const char *ip) {
    struct frame_out out;
    frame_begin(&out, FRAME_PEER, id);
    frame_put_text(&out, ip);
    pthread_mutex_lock(&f->lock);
    fake_send_frame(f, &out, 0);
    pthread_mutex_unlock(&f->lock);
}

int wsrep_init_allowlist_service_v1(const wsrep_allowlist_service_v1_t *service);
void wsrep_deinit_allowlist_service_v1(void);

static void the_servers_allow_list_is_asked(void) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    ask_about(&n->f, 1, "10.0.0.9");
    fake_await_count(&n->f, FRAME_PEER_ANSWER, 1);
    CHECK(n->f.peer_id == 1 && n->f.peer_admitted); // no list
    struct allow_list list = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    const wsrep_allowlist_service_v1_t service = {.allowlist_cb = allows_one, .context = &list};
    CHECK(wsrep_init_allowlist_service_v1(&service) == 0);
    ask_about(&n->f, 2, "10.0.0.9");
    ask_about(&n->f, 3, "10.0.0.1");
    pthread_mutex_lock(&list.lock);
    while (list.asked == 0) {
        pthread_cond_wait(&list.changed, &list.lock);
    }
    pthread_mutex_unlock(&list.lock);
    // The server takes its time: the feed goes on.
    fake_write_set(&n->f, -1, WHOLE, true, 5, "x", 1);
    server_await_applied(&n->s, 1);
    CHECK(n->f.counts[FRAME_PEER_ANSWER] == 1);
    pthread_mutex_lock(&list.lock);
    list.answers = true;
    pthread_cond_broadcast(&list.changed);
    pthread_mutex_unlock(&list.lock);
    fake_await_count(&n->f, FRAME_PEER_ANSWER, 3);
    CHECK(n->f.peer_id == 3 && n->f.peer_admitted && list.asked == 2);
    ask_about(&n->f, 4, "10.0.0.10");
    fake_await_count(&n->f, FRAME_PEER_ANSWER, 4);
    CHECK(n->f.peer_id == 4 && !n->f.peer_admitted);
    wsrep_deinit_allowlist_service_v1();
    ask_about(&n->f, 5, "10.0.0.10");
    fake_await_count(&n->f, FRAME_PEER_ANSWER, 5);
    CHECK(n->f.peer_admitted);
    node_end(n);
}

// The server ends while it thinks about an answer. It is asked nothing after it has left its group: its tables may be closed by then.
static void ends_with_open_questions(void) {
    struct node *n = node_begin("", 1);
    server_await_synced(&n->s, 1);
    struct allow_list list = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    const wsrep_allowlist_service_v1_t service = {.allowlist_cb = allows_one, .context = &list};
    CHECK(wsrep_init_allowlist_service_v1(&service) == 0);
    for (uint64_t id = 1; id <= 100; id++) {
        ask_about(&n->f, id, "10.0.0.1");
    }
    pthread_mutex_lock(&list.lock);
    while (list.asked == 0) {
        pthread_cond_wait(&list.changed, &list.lock);
    }
    list.answers = true;
    pthread_cond_broadcast(&list.changed);
    pthread_mutex_unlock(&list.lock);
    CHECK(n->s.w.disconnect(&n->s.w) == WSREP_OK);
    struct provider *p = n->s.w.ctx;
    pthread_mutex_lock(&p->peers.lock);
    CHECK(!p->peers.first && !p->peers.asking);
    pthread_mutex_unlock(&p->peers.lock);
    server_join_receivers(&n->s);
    node_end(n);
    wsrep_deinit_allowlist_service_v1();
}

int main(void) {
    the_servers_allow_list_is_asked();
    ends_with_open_questions();
    puts("peers: ok");
    return 0;
}

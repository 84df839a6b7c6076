// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// A sidecar that talks nonsense: its connection ends, the next one goes on. fuzz_frames has what nonsense there is.
#include "mock_server.h"

#include <sys/socket.h>
#include <sys/un.h>

static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

static int lines;
static uint64_t ends_told;

static void count_lines(wsrep_log_level_t level, const char *text) {
    CHECK(level >= WSREP_LOG_ERROR && level <= WSREP_LOG_DEBUG);
    lines += strstr(text, "is no sidecar of this version") != NULL;
    const char *many = strstr(text, "the last of ");
    ends_told += strstr(text, "The connection to the sidecar ended") ? many ? strtoull(many + 12, NULL, 10) : 1 : 0;
}

static void goes_on_with_a_new_connection(void) {
    struct node *n = node_begin("carillon.sidecar_grace=PT20S", 1);
    server_await_synced(&n->s, 1);
    fake_write_set(&n->f, -1, WHOLE, true, 1, "a", 1);
    server_await_applied(&n->s, 1);
    ((struct provider *)n->s.w.ctx)->args.logger_cb = count_lines; // the reader waits for what comes
    for (int round = 2; round < 6; round++) {
        fake_event(&n->f, round % 2 ? 99 : FRAME_SKIP, "nonsense that is too long", 25);
        fake_await_sessions(&n->f, round);
        fake_await_count(&n->f, FRAME_CONNECT, round);
        CHECK(n->f.hello_received == 101 + (round - 1)); // a write set, and a view with each new connection
        server_await_views(&n->s, round);
    }
    fake_write_set(&n->f, -1, WHOLE, true, 2, "b", 1);
    server_await_applied(&n->s, 2);
    CHECK(n->s.applied[0] == 102 && n->s.applied[1] == 107);
    // test_reconnect has when they are told.
    CHECK(ends_told >= 1 && ends_told + ((struct provider *)n->s.w.ctx)->session.reconnect.unsaid == 4);
    node_end(n);
}

// A server leaves at once: its own farewell view, a SKIP, comes before anybody has worked on the first.
static void a_place_without_work_behind_the_first_view(void) {
    struct node *n = calloc(1, sizeof *n);
    fake_start(&n->f);
    server_start(&n->s, &n->f, "");
    server_connect(&n->s);
    const int64_t seqno = 102;
    pthread_mutex_lock(&n->f.lock);
    n->f.seqno = seqno;
    pthread_mutex_unlock(&n->f.lock);
    fake_event(&n->f, FRAME_SKIP, &seqno, sizeof seqno);
    wsrep_gtid_t upto;
    CHECK(n->s.w.sync_wait(&n->s.w, NULL, 0, &upto) == WSREP_TRX_FAIL); // its answer comes behind the SKIP
    server_receive(&n->s, 1);
    CHECK(n->s.w.sync_wait(&n->s.w, NULL, -1, &upto) == WSREP_OK && upto.seqno == seqno);
    node_end(n);
}

static void *talk_nonsense(void *listener) {
    for (int fd; (fd = accept(*(int *)listener, NULL, NULL)) >= 0; close(fd)) {
        char greeting[1024];
        CHECK(recv(fd, greeting, sizeof greeting, 0) > 0); // what nobody has read would come before what is said
        CHECK(send(fd, "J\0\0\0\n5.5.5-10.11.19-MariaDB", 27, MSG_NOSIGNAL) == 27);
    }
    return NULL;
}

// Waited for ever, and said nothing.
static void what_listens_is_no_sidecar(void) {
    char dir[SCRATCH_LENGTH];
    scratch_directory(dir);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/s", dir);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 4) == 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, talk_nonsense, &listener) == 0);
    char options[128];
    snprintf(options, sizeof options, "carillon.sidecar=unix:%.60s;carillon.sidecar_grace=PT0.2S", address.sun_path);
    const wsrep_gtid_t start = {.seqno = WSREP_SEQNO_UNDEFINED};
    const struct wsrep_init_args args = {
        .node_name = "n1", .data_dir = "/tmp", .options = options, .state_id = &start, .logger_cb = count_lines};
    wsrep_t w = {0};
    CHECK(wsrep_loader(&w) == 0 && w.init(&w, &args) == WSREP_NODE_FAIL);
    CHECK(lines == 2); // that it tries again, and that it gave up
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
    unlink(address.sun_path);
    rmdir(dir);
}

int main(void) {
    goes_on_with_a_new_connection();
    a_place_without_work_behind_the_first_view();
    what_listens_is_no_sidecar();
    puts("garbage: ok");
    return 0;
}

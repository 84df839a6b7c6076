// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// One thread keeps the connection to the sidecar: starts the sidecar, connects, greets, reads; and again when it is lost.
#include "provider.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

enum {
    BUFFER_LENGTH = FRAME_LENGTH_MAX + (256 << 10),
    RETRY_MS = 10,
    EXTERNAL_RETRY_MS = 100,
    PROGRESS_MS = 50,
    IDLE_MS = 10000,
    PROGRESS_BYTES = 256 << 10,
    PROGRESS_SEQNOS = 512
};

#define WELCOME_TIMEOUT (60 * SECOND)
#define EXTERNAL_TIMEOUT (15 * SECOND)
#define START_TIMEOUT (120 * SECOND)
#define RESPAWN_PAUSE (200 * MS)

static void set_state(struct session *s, enum session_state state, const char *failure) {
    pthread_mutex_lock(&s->lock);
    if (state == SESSION_DOWN && s->state == SESSION_UP) {
        s->down_since = now_ns();
    }
    s->state = state;
    if (state == SESSION_UP) {
        s->ever_up = true;
    }
    if (failure) {
        free(s->failure);
        s->failure = strdup(failure);
    }
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

// Sleeps until `fd` can be read, the session shall stop, or the time is over. 1: readable, 0: time, -1: stop.
static int sleep_on(struct session *s, int fd, int ms) {
    struct pollfd fds[2] = {{.fd = s->wake[0], .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    const int n = poll(fds, fd < 0 ? 1 : 2, ms);
    if (atomic_load(&s->stop)) {
        return -1;
    }
    if (n > 0 && fds[0].revents) {
        char drop[64];
        (void)!read(s->wake[0], drop, sizeof drop);
    }
    return fd >= 0 && n > 0 && fds[1].revents ? 1 : 0;
}

static bool write_all(int fd, struct iovec *iov, int count) {
    while (count > 0) {
        struct msghdr message = {.msg_iov = iov, .msg_iovlen = (size_t)count};
        ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno == EAGAIN) {
                struct pollfd wait = {.fd = fd, .events = POLLOUT};
                poll(&wait, 1, -1);
                continue;
            }
            return false;
        }
        while (count > 0 && (size_t)n >= iov->iov_len) {
            n -= (ssize_t)iov->iov_len;
            iov++;
            count--;
        }
        if (count > 0) {
            iov->iov_base = (char *)iov->iov_base + n;
            iov->iov_len -= (size_t)n;
        }
    }
    return true;
}

enum send_result session_send(struct provider *p, struct iovec *iov, int count, struct call *call) {
    struct session *s = &p->session;
    pthread_mutex_lock(&s->write_lock);
    const int fd = atomic_load_explicit(&s->fd, memory_order_relaxed);
    if (fd < 0) {
        pthread_mutex_unlock(&s->write_lock);
        return SEND_DOWN;
    }
    if (call) {
        pthread_mutex_lock(&p->calls.lock);
        const bool sent_again = call->frame && call->sent;
        call->sent = true;
        pthread_mutex_unlock(&p->calls.lock);
        if (sent_again) {
            pthread_mutex_unlock(&s->write_lock);
            return SEND_OK; // by the reader, to a new sidecar
        }
    }
    if (call && !call->frame) {
        // The frame of a CERTIFY begins with what is released here; see PROGRESS in session_progress.
        const int64_t released = horizon_reached(&p->apply);
        if (released >= s->released_sent) {
            s->released_sent = released;
        }
        put_u64((uint8_t *)iov[0].iov_base + FRAME_HEADER_LENGTH, (uint64_t)s->released_sent);
    }
    const bool ok = write_all(fd, iov, count);
    if (!ok) {
        shutdown(fd, SHUT_RDWR); // the reader finds out and cleans up
    }
    pthread_mutex_unlock(&s->write_lock);
    return ok ? SEND_OK : SEND_BROKEN;
}

enum send_result session_send_frame(struct provider *p, struct frame_out *frame) {
    if (!frame_end(frame)) {
        provider_log(p, WSREP_LOG_ERROR, "A frame of type %u and %zu bytes cannot be sent: it is longer than %d bytes, or memory ran out",
                     frame->bytes ? get_u16(frame->bytes + 4) : 0, frame->length, FRAME_LENGTH_MAX);
        return SEND_DOWN;
    }
    struct iovec iov = {.iov_base = frame->bytes, .iov_len = frame->length};
    return session_send(p, &iov, 1, NULL);
}

bool session_await(struct provider *p) {
    struct session *s = &p->session;
    pthread_mutex_lock(&s->lock);
    while (s->state == SESSION_DOWN && !atomic_load(&p->closing)) {
        const int64_t deadline = s->down_since + p->options.sidecar_grace;
        if (now_ns() >= deadline) {
            break;
        }
        const struct timespec ts = {.tv_sec = deadline / SECOND, .tv_nsec = deadline % SECOND};
        pthread_cond_timedwait(&s->changed, &s->lock, &ts);
    }
    const bool up = s->state == SESSION_UP;
    pthread_mutex_unlock(&s->lock);
    return up;
}

wsrep_status_t session_call(struct provider *p, struct frame_out *frame, struct call *call, int64_t deadline) {
    if (!frame_end(frame)) {
        return WSREP_SIZE_EXCEEDED;
    }
    call->frame = frame;
    if (!calls_register(&p->calls, call)) {
        return WSREP_NODE_FAIL;
    }
    put_u64(frame->bytes + 8, call->id);
    struct iovec iov = {.iov_base = frame->bytes, .iov_len = frame->length};
    if (session_send(p, &iov, 1, call) == SEND_DOWN) {
        // Sent with all the others when there is a sidecar again; or there was none for longer than calls are held, and nobody is left to fail it.
        if (!session_await(p) && calls_withdraw(&p->calls, call)) {
            return WSREP_CONN_FAIL;
        }
    }
    return call_await(p, call, deadline) ? (wsrep_status_t)call->status : WSREP_CONN_FAIL;
}

// Calls that can be repeated go to a new sidecar; the id of each is in its frame.
static bool repeat_calls(struct provider *p, int fd) {
    struct ws_bytes all = {0};
    pthread_mutex_lock(&p->calls.lock);
    for (uint32_t i = 0; i < p->calls.capacity; i++) {
        struct call *call = p->calls.slots[i];
        if (call && call->frame) {
            uint8_t *at = realloc(all.at, all.length + call->frame->length);
            if (at) {
                all.at = at;
                put_u64(call->frame->bytes + 8, call->id);
                memcpy(all.at + all.length, call->frame->bytes, call->frame->length);
                all.length += call->frame->length;
                call->sent = true;
            }
        }
    }
    pthread_mutex_unlock(&p->calls.lock);
    struct iovec iov = {.iov_base = all.at, .iov_len = all.length};
    const bool ok = all.length == 0 || write_all(fd, &iov, 1);
    free(all.at);
    return ok;
}

static void fail_repeatable_calls(struct provider *p) {
    for (uint32_t i = 0; i < p->calls.capacity; i++) {
        pthread_mutex_lock(&p->calls.lock);
        struct call *call = p->calls.slots[i];
        const uint64_t id = call && call->frame ? call->id : 0;
        pthread_mutex_unlock(&p->calls.lock);
        call = id ? calls_take(&p->calls, id) : NULL;
        if (call) {
            call->status = WSREP_CONN_FAIL;
            call_done(call);
        }
    }
}

static bool build_hello(struct provider *p, struct frame_out *out, int64_t *released) {
    struct session *s = &p->session;
    wsrep_uuid_t group;
    provider_group(p, &group);
    const bool known = atomic_load(&s->received) >= 0;
    *released = horizon_reached(&p->apply);
    frame_begin(out, FRAME_HELLO, 0);
    frame_put_u32(out, FRAME_PROTOCOL);
    frame_put(out, s->id.data, sizeof s->id.data);
    frame_put_u32(out, (uint32_t)getpid());
    frame_put_text(out, p->args.node_name);
    frame_put_text(out, p->args.node_address);
    frame_put_text(out, p->args.node_incoming);
    frame_put_text(out, p->args.data_dir);
    frame_put_text(out, p->options_text);
    frame_put(out, known ? group.data : p->start.uuid.data, sizeof group.data);
    frame_put_u64(out, (uint64_t)(known ? *released : p->start.seqno));
    frame_put_u64(out, (uint64_t)atomic_load(&s->received));
    frame_put_u64(out, (uint64_t)*released);
    const size_t count_at = out->length;
    frame_put_u32(out, 0);
    uint32_t count = 0;
    pthread_mutex_lock(&p->calls.lock);
    for (uint32_t i = 0; i < p->calls.capacity; i++) {
        const struct call *call = p->calls.slots[i];
        if (call && call->sent && !call->frame) {
            frame_put_u64(out, call->id);
            count++;
        }
    }
    pthread_mutex_unlock(&p->calls.lock);
    if (!out->failed) {
        put_u32(out->bytes + count_at, count);
    }
    return frame_end(out);
}

static bool send_connect_again(struct provider *p, int fd) {
    struct frame_out out = {0};
    bool wanted = false;
    pthread_mutex_lock(&p->lock);
    if (p->connected && !atomic_load(&p->closing)) {
        wanted = true;
        frame_begin(&out, FRAME_CONNECT, UINT64_MAX); // nobody waits; dispatch logs a refusal
        frame_put_text(&out, p->cluster_name);
        frame_put_text(&out, p->cluster_url);
        frame_put_text(&out, p->donor);
        frame_put_u8(&out, 0);
    }
    pthread_mutex_unlock(&p->lock);
    bool ok = true;
    if (wanted) {
        ok = frame_end(&out);
        struct iovec iov = {.iov_base = out.bytes, .iov_len = out.length};
        ok = ok && write_all(fd, &iov, 1);
        frame_out_free(&out);
    }
    return ok;
}

static int open_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -1;
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        const int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    const int size = 1 << 20;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    return fd;
}

// While it is down: after the time that calls are held, the server is told that the primary is lost.
static void report_lost(struct provider *p) {
    struct session *s = &p->session;
    pthread_mutex_lock(&s->lock);
    const bool lost = s->ever_up && now_ns() >= s->down_since + p->options.sidecar_grace;
    pthread_mutex_unlock(&s->lock);
    if (!lost || s->lost_reported) {
        return;
    }
    s->lost_reported = true;
    atomic_store(&p->primary, false);
    if (atomic_load(&p->closing)) {
        feed_push_final(p);
    } else {
        provider_log(p, WSREP_LOG_WARN, "The sidecar did not come back within carillon.sidecar_grace (%lld ms): this node is not in the primary "
                     "component until it does", (long long)(p->options.sidecar_grace / MS));
        feed_push_view_lost(p);
    }
    fail_repeatable_calls(p);
    calls_kick_all(&p->calls);
}

// Reads one whole frame into the buffer (only WELCOME may be expected); what follows it stays there. Length, or 0.
static size_t read_first_frame(struct provider *p, int fd, size_t *filled, char *reason, size_t reason_size) {
    struct session *s = &p->session;
    const int64_t deadline = now_ns() + WELCOME_TIMEOUT;
    *filled = 0;
    for (;;) {
        if (*filled >= FRAME_HEADER_LENGTH) {
            const uint32_t length = get_u32(s->buffer);
            if (length < FRAME_HEADER_LENGTH || length > FRAME_LENGTH_MAX || get_u16(s->buffer + 4) != FRAME_WELCOME) {
                snprintf(reason, reason_size, "what listens at %s is no sidecar of this version", s->socket_path);
                return 0;
            }
            if (*filled >= length) {
                return length;
            }
        }
        if (now_ns() >= deadline) {
            snprintf(reason, reason_size, "the sidecar at %s did not answer within 60 s", s->socket_path);
            return 0;
        }
        report_lost(p);
        const int ready = sleep_on(s, fd, 50);
        if (ready < 0) {
            snprintf(reason, reason_size, "stopped");
            return 0;
        }
        if (ready == 0) {
            continue;
        }
        const ssize_t n = recv(fd, s->buffer + *filled, BUFFER_LENGTH - *filled, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            snprintf(reason, reason_size, "the sidecar at %s closed the connection before its welcome", s->socket_path);
            return 0;
        }
        if (n > 0) {
            *filled += (size_t)n;
        }
    }
}

enum greet_result { GREET_OK, GREET_AGAIN, GREET_REFUSED };

// Greets. On success the session is up, and `filled` bytes of what followed WELCOME are at the start of the buffer.
static enum greet_result greet(struct provider *p, int fd, size_t *filled, char *reason, size_t reason_size) {
    struct session *s = &p->session;
    struct frame_out hello = {0};
    int64_t released = -1;
    if (!build_hello(p, &hello, &released)) {
        frame_out_free(&hello);
        snprintf(reason, reason_size, "HELLO could not be built: %zu bytes", hello.length);
        return GREET_REFUSED;
    }
    struct iovec iov = {.iov_base = hello.bytes, .iov_len = hello.length};
    const bool sent = write_all(fd, &iov, 1);
    frame_out_free(&hello);
    const size_t length = sent ? read_first_frame(p, fd, filled, reason, reason_size) : 0;
    if (!length) {
        return GREET_AGAIN;
    }
    struct frame_in in = {.at = s->buffer + FRAME_HEADER_LENGTH, .end = s->buffer + length};
    const int32_t status = (int32_t)frame_get_u32(&in);
    char *message = frame_get_text(&in);
    size_t options_length;
    const char *options = frame_get_str(&in, &options_length);
    size_t version_length;
    const char *version = frame_get_str(&in, &version_length);
    if (in.failed || status != WSREP_OK) {
        snprintf(reason, reason_size, "%s", message && *message ? message : "the sidecar's welcome is malformed");
        free(message);
        return GREET_REFUSED;
    }
    free(message);
    options_keep(&p->options, options, options_length);
    provider_log(p, WSREP_LOG_INFO, "Connected to the sidecar at %s, version %.*s", s->socket_path, (int)version_length, version);
    *filled -= length;
    memmove(s->buffer, s->buffer + length, *filled);

    pthread_mutex_lock(&p->feed.lock);
    p->feed.epoch++;
    p->feed.consumed = 0;
    pthread_mutex_unlock(&p->feed.lock);
    pthread_mutex_lock(&s->write_lock);
    s->released_sent = released;
    s->consumed_sent = 0;
    const bool again = !s->ever_up || send_connect_again(p, fd);
    const bool ok = again && repeat_calls(p, fd);
    if (ok) {
        atomic_store(&s->fd, fd);
        isolation_fd(s->isolation_slot, fd);
    }
    pthread_mutex_unlock(&s->write_lock);
    if (!ok) {
        return GREET_AGAIN;
    }
    s->lost_reported = false;
    set_state(s, SESSION_UP, NULL);
    return GREET_OK;
}

void session_progress(struct provider *p, bool always) {
    struct session *s = &p->session;
    if (pthread_mutex_trylock(&s->write_lock) != 0) {
        return; // somebody is sending; the next chance is soon
    }
    pthread_mutex_lock(&p->feed.lock);
    const uint64_t consumed = p->feed.consumed;
    const uint32_t length = p->feed.length;
    pthread_mutex_unlock(&p->feed.lock);
    int64_t released = horizon_reached(&p->apply);
    if (released < s->released_sent) {
        released = s->released_sent; // another group, with lower numbers: it hears of them with its own HELLO
    }
    const bool worth = consumed - s->consumed_sent >= PROGRESS_BYTES || released - s->released_sent >= PROGRESS_SEQNOS;
    const int fd = atomic_load_explicit(&s->fd, memory_order_relaxed);
    if (fd >= 0 && (worth || (always && (consumed != s->consumed_sent || released != s->released_sent)))) {
        uint8_t frame[FRAME_HEADER_LENGTH + 20];
        frame_header(frame, sizeof frame, FRAME_PROGRESS, 0);
        put_u64(frame + 16, (uint64_t)released);
        put_u64(frame + 24, consumed);
        put_u32(frame + 32, length);
        // A Unix socket takes a short message whole or not at all.
        if (send(fd, frame, sizeof frame, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof frame) {
            s->consumed_sent = consumed;
            s->released_sent = released;
        }
    }
    pthread_mutex_unlock(&s->write_lock);
}

static bool progress_due(struct provider *p) {
    struct session *s = &p->session;
    pthread_mutex_lock(&s->write_lock);
    const int64_t released_sent = s->released_sent;
    const uint64_t consumed_sent = s->consumed_sent;
    pthread_mutex_unlock(&s->write_lock);
    pthread_mutex_lock(&p->feed.lock);
    const bool feed_due = p->feed.consumed != consumed_sent || p->feed.length > 0;
    pthread_mutex_unlock(&p->feed.lock);
    return feed_due || released_sent < atomic_load(&s->received);
}

// Reads and acts until the connection ends; the reason says why.
static void read_frames(struct provider *p, int fd, size_t filled, char *reason, size_t reason_size) {
    struct session *s = &p->session;
    for (;;) {
        size_t at = 0;
        while (filled - at >= FRAME_HEADER_LENGTH) {
            const uint32_t length = get_u32(s->buffer + at);
            if (length < FRAME_HEADER_LENGTH || length > FRAME_LENGTH_MAX) {
                snprintf(reason, reason_size, "a frame of %u bytes, allowed are %d to %d", length, FRAME_HEADER_LENGTH, FRAME_LENGTH_MAX);
                return;
            }
            if (filled - at < length) {
                break;
            }
            if (!dispatch(p, s->buffer + at, length, reason, reason_size)) {
                return;
            }
            at += length;
        }
        filled -= at;
        memmove(s->buffer, s->buffer + at, filled);
        session_progress(p, false);
        ssize_t n = recv(fd, s->buffer + filled, BUFFER_LENGTH - filled, 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            const int ready = sleep_on(s, fd, progress_due(p) ? PROGRESS_MS : IDLE_MS);
            if (ready < 0) {
                snprintf(reason, reason_size, "stopped");
                return;
            }
            if (ready == 0) {
                session_progress(p, true);
            }
            continue;
        }
        if (n <= 0) {
            snprintf(reason, reason_size, n == 0 ? "it closed the connection" : "%s", strerror(errno));
            return;
        }
        filled += (size_t)n;
    }
}

static void went_down(struct provider *p, int fd, const char *reason) {
    struct session *s = &p->session;
    isolation_fd(s->isolation_slot, -1);
    shutdown(fd, SHUT_RDWR); // a writer asleep on a full socket must give back the lock
    pthread_mutex_lock(&s->write_lock);
    atomic_store(&s->fd, -1);
    pthread_mutex_unlock(&s->write_lock);
    close(fd);
    if (s->partial) {
        event_free(s->partial);
        s->partial = NULL;
    }
    set_state(s, SESSION_DOWN, NULL);
    calls_kick_all(&p->calls); // fragments on their way have to begin again
    if (!atomic_load(&s->stop)) {
        provider_log(p, WSREP_LOG_INFO, "The connection to the sidecar ended (%s); trying to have it back", reason);
    }
}

// One attempt to have a connected socket. -1: not yet; `fatal` is set where trying again is of no use.
static int attempt(struct provider *p, int64_t since, bool *fatal, char *reason, size_t reason_size) {
    struct session *s = &p->session;
    if (!s->external) {
        int status;
        if (s->child > 0 && child_ended(p, &status)) {
            snprintf(reason, reason_size, "the sidecar (%s) ended at once with %s %d; what it wrote stands above in this log", s->launcher,
                     WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            *fatal = !s->ever_up;
            return -1;
        }
        if (s->child <= 0) {
            if (now_ns() - s->child_started < RESPAWN_PAUSE && s->child_started) {
                return -1;
            }
            if (!child_spawn(p, reason, reason_size)) {
                *fatal = !s->ever_up;
                return -1;
            }
        }
    }
    const int fd = open_socket(s->socket_path);
    if (fd < 0) {
        const int64_t limit = s->external ? EXTERNAL_TIMEOUT : START_TIMEOUT;
        snprintf(reason, reason_size, "no sidecar listens at %s (%s): %s", s->socket_path, strerror(errno),
                 s->external ? "start it, or leave out the option carillon.sidecar" : "it does not come up");
        *fatal = !s->ever_up && now_ns() - since > limit;
    }
    return fd;
}

static void *session_main(void *arg) {
    struct provider *p = arg;
    struct session *s = &p->session;
    const int64_t since = now_ns();
    char reason[512] = "";
    while (!atomic_load(&s->stop)) {
        report_lost(p);
        bool fatal = false;
        const int fd = isolation_active() ? -1 : attempt(p, since, &fatal, reason, sizeof reason);
        if (fatal) {
            set_state(s, SESSION_REFUSED, reason);
            return NULL;
        }
        if (fd < 0) {
            sleep_on(s, -1, s->external || isolation_active() ? EXTERNAL_RETRY_MS : RETRY_MS);
            continue;
        }
        size_t filled = 0;
        const enum greet_result greeting = greet(p, fd, &filled, reason, sizeof reason);
        if (greeting == GREET_OK) {
            read_frames(p, fd, filled, reason, sizeof reason);
            went_down(p, fd, reason);
            continue;
        }
        close(fd);
        if (greeting == GREET_REFUSED) {
            if (!s->ever_up) {
                set_state(s, SESSION_REFUSED, reason);
                return NULL;
            }
            provider_log(p, WSREP_LOG_ERROR, "The sidecar refuses this server: %s", reason);
            sleep_on(s, -1, 1000);
        } else {
            sleep_on(s, -1, EXTERNAL_RETRY_MS);
        }
    }
    return NULL;
}

wsrep_status_t session_start(struct provider *p) {
    struct session *s = &p->session;
    pthread_mutex_init(&s->write_lock, NULL);
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    atomic_store(&s->fd, -1);
    atomic_store(&s->received, -1);
    s->released_sent = -1;
    s->isolation_slot = isolation_add(p);
    s->buffer = malloc(BUFFER_LENGTH);
    char reason[512] = "memory or file descriptors ran out";
    if (!s->buffer || pipe2(s->wake, O_CLOEXEC | O_NONBLOCK) != 0 || !child_prepare(p, reason, sizeof reason)) {
        provider_log(p, WSREP_LOG_ERROR, "Carillon cannot start: %s", reason);
        return WSREP_NODE_FAIL;
    }
    s->down_since = now_ns();
    // The server's signals are not for this thread.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&s->reader, NULL, session_main, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        provider_log(p, WSREP_LOG_ERROR, "Carillon cannot start: no thread for the connection to the sidecar (%s)", strerror(failed));
        return WSREP_NODE_FAIL;
    }
    s->reader_started = true;
    pthread_mutex_lock(&s->lock);
    while (s->state == SESSION_DOWN) {
        pthread_cond_wait(&s->changed, &s->lock);
    }
    const bool up = s->state == SESSION_UP;
    pthread_mutex_unlock(&s->lock);
    if (!up) {
        provider_log(p, WSREP_LOG_ERROR, "Carillon cannot start: %s", s->failure ? s->failure : "no connection to the sidecar");
        return WSREP_NODE_FAIL;
    }
    return WSREP_OK;
}

void session_stop(struct provider *p) {
    struct session *s = &p->session;
    session_progress(p, true); // the last word on what is committed: grastate.dat is written from it
    atomic_store(&s->stop, true);
    if (s->reader_started) {
        (void)!write(s->wake[1], "", 1);
        pthread_join(s->reader, NULL);
        s->reader_started = false;
    }
    set_state(s, SESSION_STOPPED, NULL);
    fail_repeatable_calls(p);
    child_stop(p);
    child_cleanup(p);
    isolation_remove(s->isolation_slot);
    if (s->partial) {
        event_free(s->partial);
    }
    for (int i = 0; i < 2; i++) {
        if (s->wake[i] > 0) {
            close(s->wake[i]);
        }
    }
    free(s->buffer);
    free(s->failure);
    free(s->socket_path);
    free(s->socket_dir);
    free(s->launcher);
    free(s->state_dir);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->write_lock);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The connection to the sidecar as the rest of the provider uses it: sending, calls, progress.
#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { PROGRESS_BYTES = 256 << 10, PROGRESS_SEQNOS = 512, QUEUE_STEP = 8, ROOM_LOOK_MS = 100 };

#define ALIVE_PERIOD (100 * MS)
#define LEAVE_TIMEOUT (20 * SECOND) // a sidecar leaves within a few; one that hangs must not keep the server from ending

void session_set_state(struct session *s, enum session_state state, const char *failure) {
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

// A sidecar that hangs reads nothing. Whoever waits for it then holds the lock that the leave needs, and gives up with the leave.
static bool await_room(struct session *s, int fd) {
    if (now_ns() >= atomic_load(&s->leave_by)) {
        return false;
    }
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    poll(&wait, 1, ROOM_LOOK_MS);
    return true;
}

bool session_write(struct session *s, int fd, struct iovec *iov, int count) {
    while (count > 0) {
        struct msghdr message = {.msg_iov = iov, .msg_iovlen = (size_t)count};
        ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno == EAGAIN && await_room(s, fd)) {
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
        s->released_sent = horizon_reached(&p->apply);
        put_u64((uint8_t *)iov[0].iov_base + FRAME_HEADER_LENGTH, (uint64_t)s->released_sent);
    }
    const bool ok = session_write(s, fd, iov, count);
    if (!ok) {
        shutdown(fd, SHUT_RDWR); // the reader finds out and cleans up
    }
    pthread_mutex_unlock(&s->write_lock);
    return ok ? SEND_OK : SEND_BROKEN;
}

static void break_connection(struct provider *p) {
    struct session *s = &p->session;
    pthread_mutex_lock(&s->write_lock);
    const int fd = atomic_load_explicit(&s->fd, memory_order_relaxed);
    if (fd >= 0) {
        shutdown(fd, SHUT_RDWR); // the reader finds out and cleans up
    }
    pthread_mutex_unlock(&s->write_lock);
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
    struct iovec iov = {.iov_base = frame->bytes, .iov_len = frame->length};
    if (session_send(p, &iov, 1, call) == SEND_DOWN) {
        // Sent with all the others when there is a sidecar again; or there was none for longer than calls are held,
        // and nobody is left to fail it.
        if (!session_await(p) && calls_withdraw(&p->calls, call)) {
            return WSREP_CONN_FAIL;
        }
    }
    return call_await(p, call, deadline) ? (wsrep_status_t)call->status : WSREP_CONN_FAIL;
}

wsrep_status_t session_leave(struct provider *p, struct call *call, int64_t deadline) {
    struct frame_out out;
    frame_begin(&out, FRAME_DISCONNECT, 0);
    atomic_store(&p->session.leave_by, deadline);
    const wsrep_status_t status = session_call(p, &out, call, deadline);
    if (now_ns() >= deadline) {
        break_connection(p); // nothing of this membership may come after it is over
    }
    atomic_store(&p->session.leave_by, PARK_FOREVER);
    frame_out_free(&out);
    return status;
}

void session_fail_calls(struct provider *p) {
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

void session_progress(struct provider *p, bool always) {
    struct session *s = &p->session;
    if (pthread_mutex_trylock(&s->write_lock) != 0) {
        return; // somebody is sending; the next chance is soon
    }
    pthread_mutex_lock(&p->feed.lock);
    const uint64_t consumed = p->feed.consumed;
    const uint32_t length = p->feed.length;
    const uint32_t length_told = p->feed.length_told;
    pthread_mutex_unlock(&p->feed.lock);
    const int64_t released = horizon_reached(&p->apply); // may be less than before: another group, with lower numbers
    const bool queue_changed = length > length_told + QUEUE_STEP || length + QUEUE_STEP < length_told;
    const bool worth = queue_changed || consumed - s->consumed_sent >= PROGRESS_BYTES || released - s->released_sent >= PROGRESS_SEQNOS;
    const int fd = atomic_load_explicit(&s->fd, memory_order_relaxed);
    // With write sets in the queue it is also a sign of life: for a server that gives none, nobody is asked to wait.
    const bool alive = length > 0 && now_ns() - s->progress_at >= ALIVE_PERIOD;
    const bool changed = consumed != s->consumed_sent || released != s->released_sent;
    if (fd >= 0 && (worth || (always && (changed || alive)))) {
        uint8_t frame[FRAME_HEADER_LENGTH + 20];
        frame_header(frame, sizeof frame, FRAME_PROGRESS, 0);
        put_u64(frame + 16, (uint64_t)released);
        put_u64(frame + 24, consumed);
        put_u32(frame + 32, length);
        // A Unix socket takes a short message whole or not at all.
        if (send(fd, frame, sizeof frame, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof frame) {
            s->consumed_sent = consumed;
            s->released_sent = released;
            s->progress_at = now_ns();
            pthread_mutex_lock(&p->feed.lock);
            p->feed.length_told = length;
            pthread_mutex_unlock(&p->feed.lock);
        }
    }
    pthread_mutex_unlock(&s->write_lock);
}

bool session_prepare(struct provider *p, char *reason, size_t reason_size) {
    struct session *s = &p->session;
    pthread_mutex_init(&s->write_lock, NULL);
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->posts.lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    atomic_store(&s->fd, -1);
    atomic_store(&s->received, -1);
    atomic_store(&s->leave_by, PARK_FOREVER);
    s->leave_timeout = LEAVE_TIMEOUT;
    s->released_sent = -1;
    s->state_fd = -1;
    s->isolation_slot = isolation_add(p);
    s->buffer = malloc(SESSION_BUFFER_LENGTH);
    s->down_since = now_ns();
    snprintf(reason, reason_size, "memory or file descriptors ran out");
    if (!s->buffer || pipe2(s->wake, O_CLOEXEC | O_NONBLOCK) != 0 || !child_prepare(p, reason, reason_size)) {
        return false;
    }
    spill_place_choose(p);
    return true;
}

wsrep_status_t session_start(struct provider *p) {
    struct session *s = &p->session;
    char reason[900];
    if (!session_prepare(p, reason, sizeof reason)) {
        provider_log(p, WSREP_LOG_ERROR, "Carillon cannot start: %s", reason);
        return WSREP_NODE_FAIL;
    }
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
    atomic_store(&s->stop, true);
    if (s->reader_started) {
        (void)!write(s->wake[1], "", 1);
        pthread_join(s->reader, NULL);
        s->reader_started = false;
    }
    peers_stop(p);
    session_set_state(s, SESSION_STOPPED, NULL);
    session_fail_calls(p);
    child_cleanup(p);
    isolation_remove(s->isolation_slot);
    if (s->partial) {
        event_free(s->partial);
    }
    ahead_clear(&s->ahead);
    for (int i = 0; i < 2; i++) {
        if (s->wake[i] > 0) {
            close(s->wake[i]);
        }
    }
    free(s->buffer);
    free(s->failure);
    free(s->socket_path);
    free(s->socket_address);
    free(s->launcher);
    free(s->state_dir);
    pthread_cond_destroy(&s->changed);
    free(s->posts.bytes);
    pthread_mutex_destroy(&s->posts.lock);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->write_lock);
}

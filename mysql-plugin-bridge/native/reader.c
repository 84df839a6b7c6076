// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// One thread keeps the connection to the sidecar: starts the sidecar, connects, greets, reads; and again when it is lost.
#include "connection.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

enum { RETRY_MS = 10, EXTERNAL_RETRY_MS = 100, PROGRESS_MS = 20, IDLE_MS = 10000 };

#define START_TIMEOUT (120 * SECOND)
#define RESPAWN_PAUSE (200 * MS)
#define RESPAWN_PAUSE_MAX (5 * SECOND)
#define STABLE_AFTER (2 * SECOND)
#define ROOM_PAUSE (1 * SECOND)

int session_sleep(struct session *s, int fd, int ms) {
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

void session_report_lost(struct provider *p) {
    struct session *s = &p->session;
    pthread_mutex_lock(&s->lock);
    const bool lost = s->ever_up && now_ns() >= s->down_since + p->options.sidecar_grace;
    pthread_mutex_unlock(&s->lock);
    if (!lost || s->lost_reported) {
        return;
    }
    s->lost_reported = true;
    atomic_store(&p->primary, false);
    status_forget(p);
    if (atomic_load(&p->closing)) {
        feed_push_final(p);
    } else {
        provider_log(p, WSREP_LOG_WARN,
            "The sidecar did not come back within carillon.sidecar_grace (%lld ms): this node is not in the primary "
                     "component until it does", (long long)(p->options.sidecar_grace / MS));
        views_lost(p);
    }
    session_fail_calls(p);
    calls_kick_all(&p->calls);
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
    return feed_due || atomic_load(&s->posts.present) || released_sent < atomic_load(&s->received);
}

void session_read(struct provider *p, int fd, size_t filled, char *reason, size_t reason_size) {
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
        session_flush_posts(p);
        session_progress(p, false);
        ssize_t n = recv(fd, s->buffer + filled, SESSION_BUFFER_LENGTH - filled, 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            if (reconnect_lasts(&s->reconnect, now_ns())) {
                provider_log(p, WSREP_LOG_INFO, "The connection to the sidecar at %s lasts again", s->socket_path);
            }
            const int ready = session_sleep(s, fd, progress_due(p) ? PROGRESS_MS : IDLE_MS);
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

// What ends soon after every start, a full disk for example, is started less and less often.
static void note_end(struct session *s) {
    const bool stable = now_ns() - s->child_started >= STABLE_AFTER;
    const int64_t longer = s->respawn_pause * 2;
    s->respawn_pause = stable || !longer ? RESPAWN_PAUSE : longer < RESPAWN_PAUSE_MAX ? longer : RESPAWN_PAUSE_MAX;
}

void session_went_down(struct provider *p, int fd) {
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
    ahead_clear(&s->ahead);
    session_set_state(s, SESSION_DOWN, NULL);
    calls_kick_all(&p->calls); // fragments on their way have to begin again
}

static void report_ended(struct provider *p, wsrep_log_level_t level, const char *what, const char *reason) {
    struct session *s = &p->session;
    const uint64_t ends = reconnect_ended(&s->reconnect, now_ns());
    if (!ends || atomic_load(&s->stop)) {
        return;
    }
    if (ends == 1) {
        provider_log(p, level, "%s (%s); trying to have it back", what, reason);
    } else {
        provider_log(p, level, "%s (%s), the last of %llu times; trying to have it back", what, reason, (unsigned long long)ends);
    }
}

// One that starts beside the server may take as long as one that is replaced under it.
static int64_t start_limit(const struct provider *p) { return p->session.external ? p->options.sidecar_grace : START_TIMEOUT; }

// Once until there is a connection again, however often it is tried.
static void report_no_welcome(struct provider *p, const char *reason) {
    struct session *s = &p->session;
    if (!s->no_welcome_said && !atomic_load(&s->stop)) {
        s->no_welcome_said = true;
        provider_log(p, WSREP_LOG_WARN, "No connection to the sidecar: %s; trying again", reason);
    }
}

// Looked at again in a while; said once until there is a connection again.
static void await_room(struct provider *p, const char *reason) {
    struct session *s = &p->session;
    s->child_started = now_ns();
    s->respawn_pause = ROOM_PAUSE;
    if (s->ever_up && !s->no_room_said) {
        s->no_room_said = true;
        provider_log(p, WSREP_LOG_INFO, "The sidecar is started again when it can be: %s", reason);
    }
}

// One attempt to have a connected socket. -1: not yet; `fatal` is set where trying again is of no use.
static int attempt(struct provider *p, int64_t since, bool *fatal, char *reason, size_t reason_size) {
    struct session *s = &p->session;
    if (!s->external) {
        int status;
        if (s->child > 0 && child_ended(p, &status)) {
            note_end(s);
            snprintf(reason, reason_size, "the sidecar (%s) ended at once with %s %d; what it wrote stands above in this log", s->launcher,
                     WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
            *fatal = !s->ever_up;
            return -1;
        }
        if (s->child <= 0) {
            if (s->child_started && now_ns() - s->child_started < s->respawn_pause) {
                return -1;
            }
            if (!room_for_state(s->state_dir, reason, reason_size)) {
                await_room(p, reason);
                *fatal = !s->ever_up;
                return -1;
            }
            if (!child_spawn(p, reason, reason_size)) {
                *fatal = !s->ever_up;
                return -1;
            }
        }
    }
    const int fd = open_socket(s->socket_address);
    if (fd < 0) {
        const int error = errno;
        const int64_t limit = start_limit(p);
        const bool hopeless = s->external && (error == EACCES || error == ENAMETOOLONG || error == ENOTDIR);
        snprintf(reason, reason_size, "no sidecar listens at %s (%s): %s", s->socket_path, strerror(error),
                 s->external ? "start it, or leave out the option carillon.sidecar" : "it does not come up");
        *fatal = !s->ever_up && (hopeless || now_ns() - since > limit);
        if (s->external && !s->ever_up && !*fatal && !s->waiting_said) {
            s->waiting_said = true;
            provider_log(p, WSREP_LOG_INFO, "Waiting for a sidecar at %s (%s), at most %lld ms", s->socket_path, strerror(error),
                         (long long)(limit / MS));
        }
    }
    return fd;
}

static void keep_connected(struct provider *p) {
    struct session *s = &p->session;
    const int64_t since = now_ns();
    char reason[512] = "";
    while (!atomic_load(&s->stop)) {
        session_report_lost(p);
        bool fatal = false;
        const int64_t wait = reconnect_wait(&s->reconnect, now_ns());
        if (wait > 0) {
            session_sleep(s, -1, wait < EXTERNAL_RETRY_MS * MS ? (int)(wait / MS) + 1 : EXTERNAL_RETRY_MS);
            continue;
        }
        const int fd = isolation_active() ? -1 : attempt(p, since, &fatal, reason, sizeof reason);
        if (fatal) {
            session_set_state(s, SESSION_REFUSED, reason);
            return;
        }
        if (fd < 0) {
            session_sleep(s, -1, s->external || isolation_active() ? EXTERNAL_RETRY_MS : RETRY_MS);
            continue;
        }
        size_t filled = 0;
        const enum greet_result greeting = session_greet(p, fd, &filled, reason, sizeof reason);
        if (greeting == GREET_OK) {
            s->no_welcome_said = false;
            s->no_room_said = false;
            session_read(p, fd, filled, reason, sizeof reason);
            session_went_down(p, fd);
            report_ended(p, WSREP_LOG_INFO, "The connection to the sidecar ended", reason);
            continue;
        }
        close(fd);
        if (greeting == GREET_REFUSED) {
            if (!s->ever_up) {
                session_set_state(s, SESSION_REFUSED, reason);
                return;
            }
            report_ended(p, WSREP_LOG_ERROR, "The sidecar refuses this server", reason);
        } else if (!s->ever_up && now_ns() - since > start_limit(p)) {
            session_set_state(s, SESSION_REFUSED, reason);
            return;
        } else {
            report_no_welcome(p, reason);
            session_sleep(s, -1, EXTERNAL_RETRY_MS);
        }
    }
}

void *session_main(void *arg) {
    struct provider *p = arg;
    keep_connected(p);
    child_stop(p); // here: the child's death signal comes with the end of the thread that started it
    return NULL;
}


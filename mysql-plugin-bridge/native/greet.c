// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// What is said when a connection begins: docs/ipc.md, HELLO and WELCOME.
#include "connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define WELCOME_TIMEOUT (60 * SECOND)

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
                memcpy(all.at + all.length, call->frame->bytes, call->frame->length);
                all.length += call->frame->length;
                call->sent = true;
            }
        }
    }
    pthread_mutex_unlock(&p->calls.lock);
    struct iovec iov = {.iov_base = all.at, .iov_len = all.length};
    const bool ok = all.length == 0 || session_write(&p->session, fd, &iov, 1);
    free(all.at);
    return ok;
}

static bool build_hello(struct provider *p, struct frame_out *out, int64_t *released) {
    struct session *s = &p->session;
    wsrep_uuid_t group;
    provider_group(p, &group);
    *released = horizon_reached(&p->apply);
    const bool known = *released >= 0;
    pthread_mutex_lock(&p->feed.lock);
    const int64_t received = p->feed.fed ? atomic_load(&s->received) : WSREP_SEQNO_UNDEFINED;
    const int flags = (p->feed.sst_asked ? FRAME_HELLO_AWAITS_SNAPSHOT : 0) | (p->feed.donates ? FRAME_HELLO_GIVES_SNAPSHOT : 0);
    pthread_mutex_unlock(&p->feed.lock);
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
    frame_put_u64(out, (uint64_t)received);
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
        put_u16(out->bytes + 6, (uint16_t)flags);
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
        if (ok && !p->session.lost_reported) {
            put_u16(out.bytes + 6, FRAME_CONNECT_AGAIN); // one that still serves this server goes on, and the server knows of nothing
        }
        struct iovec iov = {.iov_base = out.bytes, .iov_len = out.length};
        ok = ok && session_write(&p->session, fd, &iov, 1);
        frame_out_free(&out);
    }
    return ok;
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
        session_report_lost(p);
        const int ready = session_sleep(s, fd, 50);
        if (ready < 0) {
            snprintf(reason, reason_size, "stopped");
            return 0;
        }
        if (ready == 0) {
            continue;
        }
        const ssize_t n = recv(fd, s->buffer + *filled, SESSION_BUFFER_LENGTH - *filled, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            snprintf(reason, reason_size, "the sidecar at %s closed the connection before its welcome", s->socket_path);
            return 0;
        }
        if (n > 0) {
            *filled += (size_t)n;
        }
    }
}

enum greet_result session_greet(struct provider *p, int fd, size_t *filled, char *reason, size_t reason_size) {
    struct session *s = &p->session;
    struct frame_out hello = {0};
    int64_t released = -1;
    if (!build_hello(p, &hello, &released)) {
        snprintf(reason, reason_size, "HELLO could not be built: %zu bytes", hello.length);
        frame_out_free(&hello);
        return GREET_REFUSED;
    }
    struct iovec iov = {.iov_base = hello.bytes, .iov_len = hello.length};
    const bool sent = session_write(&p->session, fd, &iov, 1);
    snprintf(reason, reason_size, "the sidecar at %s closed the connection before its welcome", s->socket_path);
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
    if (!frame_read(&in) || status != WSREP_OK) {
        snprintf(reason, reason_size, "%s", message && *message ? message : "the sidecar's welcome is malformed");
        free(message);
        return GREET_REFUSED;
    }
    free(message);
    options_keep(&p->options, options, options_length);
    char sidecar[64];
    snprintf(sidecar, sizeof sidecar, "%.*s", (int)(version_length < sizeof sidecar ? version_length : sizeof sidecar - 1), version);
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
        snprintf(reason, reason_size, "the sidecar at %s closed the connection after its welcome", s->socket_path);
        return GREET_AGAIN;
    }
    if (reconnect_began(&s->reconnect, now_ns())) {
        provider_log(p, WSREP_LOG_INFO, "Connected to the sidecar at %s, version %s", s->socket_path, sidecar);
    }
    s->lost_reported = false;
    session_set_state(s, SESSION_UP, NULL);
    return GREET_OK;
}


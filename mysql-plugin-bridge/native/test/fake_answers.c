// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// What the fake says: docs/ipc.md.
#include "fake_sidecar.h"

#include <errno.h>
#include <sys/socket.h>

#define OPTIONS "base_port = 4567; repl.causal_read_timeout = PT1S; repl.max_ws_size = 2147483647; "

static void send_all(struct fake *f, const void *bytes, size_t length) {
    const char *at = bytes;
    while (length && f->fd >= 0) {
        const ssize_t n = send(f->fd, at, length, MSG_NOSIGNAL);
        if (n < 0) {
            CHECK(errno == EPIPE || errno == ECONNRESET || errno == EINTR);
            if (errno != EINTR) {
                return;
            }
            continue;
        }
        at += n;
        length -= (size_t)n;
    }
}

void fake_send_frame(struct fake *f, struct frame_out *out, uint16_t flags) {
    CHECK(frame_end(out));
    put_u16(out->bytes + 6, flags);
    const uint16_t type = get_u16(out->bytes + 4);
    if (type >= FRAME_VERDICT && type <= FRAME_AHEAD_DROPPED) {
        f->fed += out->length;
    }
    send_all(f, out->bytes, out->length);
    frame_out_free(out);
}

static void send_result(struct fake *f, uint64_t id, int status, int64_t value, const char *text) {
    struct frame_out out;
    frame_begin(&out, FRAME_RESULT, id);
    frame_put_u32(&out, (uint32_t)status);
    frame_put_u64(&out, (uint64_t)value);
    frame_put_text(&out, text);
    fake_send_frame(f, &out, 0);
}

int64_t fake_send_verdict(struct fake *f, uint64_t id, bool conflict) {
    struct frame_out out;
    frame_begin(&out, FRAME_VERDICT, id);
    frame_put_u64(&out, (uint64_t)++f->seqno);
    frame_put_u64(&out, (uint64_t)(f->seqno - 1));
    frame_put_u32(&out, conflict);
    frame_put_u64(&out, (uint64_t)(conflict ? f->seqno - 1 : -1));
    fake_send_frame(f, &out, 0);
    return f->seqno;
}

void fake_send_view(struct fake *f, int status, int flags, int64_t seqno) {
    struct frame_out out;
    frame_begin(&out, FRAME_VIEW, 0);
    frame_put_u64(&out, (uint64_t)seqno);
    frame_put(&out, f->group.data, 16);
    frame_put_u64(&out, 1);
    frame_put_u32(&out, (uint32_t)status);
    frame_put_u32(&out, WSREP_CAPABILITIES);
    frame_put_u32(&out, 0);
    frame_put_u32(&out, 4);
    frame_put_u32(&out, 1);
    frame_put(&out, f->provider.data, 16);
    frame_put_text(&out, "n1");
    frame_put_text(&out, "127.0.0.1:3306");
    fake_send_frame(f, &out, (uint16_t)flags);
}

void fake_send_event(struct fake *f, uint16_t type, const void *body, size_t length) {
    struct frame_out out;
    frame_begin(&out, type, 0);
    frame_put(&out, body, length);
    fake_send_frame(f, &out, 0);
}

static void on_hello(struct fake *f, struct frame_in *in) {
    CHECK(frame_get_u32(in) == FRAME_PROTOCOL);
    frame_get_uuid(in, &f->provider);
    CHECK((pid_t)frame_get_u32(in) == getpid());
    for (int i = 0; i < 5; i++) {
        free(frame_get_text(in));
    }
    wsrep_uuid_t state;
    frame_get_uuid(in, &state);
    f->hello_state = (int64_t)frame_get_u64(in);
    f->hello_received = (int64_t)frame_get_u64(in);
    f->released = (int64_t)frame_get_u64(in);
    f->open_count = (int)frame_get_u32(in);
    CHECK(f->open_count <= HELD_MAX);
    for (int i = 0; i < f->open_count; i++) {
        f->open_calls[i] = frame_get_u64(in);
    }
    CHECK(!in->failed && in->at == in->end);
    f->fed = 0;
    f->consumed = 0;
    f->sessions++;
    struct frame_out out;
    frame_begin(&out, FRAME_WELCOME, 0);
    frame_put_u32(&out, WSREP_OK);
    frame_put_text(&out, "");
    frame_put_text(&out, OPTIONS);
    frame_put_text(&out, "0.1");
    fake_send_frame(f, &out, 0);
}

static void on_connect(struct fake *f, uint64_t id) {
    if (id == UINT64_MAX && !f->connect_snapshot) {
        send_result(f, id, WSREP_OK, 0, "");
        fake_send_view(f, WSREP_VIEW_PRIMARY, 0, ++f->seqno);
        return;
    }
    if (f->connect_snapshot) {
        fake_send_view(f, WSREP_VIEW_PRIMARY, FRAME_VIEW_CONNECTED | FRAME_VIEW_NOT_CHANGED, f->seqno);
        send_result(f, id, WSREP_OK, 0, "");
        fake_send_event(f, FRAME_STATE_REQUEST, NULL, 0);
        return;
    }
    fake_send_view(f, WSREP_VIEW_PRIMARY, FRAME_VIEW_CONNECTED, ++f->seqno);
    send_result(f, id, WSREP_OK, 0, "");
    uint8_t state[10] = {WSREP_MEMBER_SYNCED, 0, 0, 0, 6, 0, 0, 0};
    struct frame_out out;
    frame_begin(&out, FRAME_STATE, 0);
    frame_put(&out, state, 4);
    frame_put_text(&out, "Synced");
    fake_send_frame(f, &out, 0);
    fake_send_event(f, FRAME_SYNCED, NULL, 0);
}

static void on_certify(struct fake *f, uint64_t id, struct frame_in *in) {
    const int64_t released = (int64_t)frame_get_u64(in);
    CHECK(released >= f->released);
    f->released = released;
    const size_t length = (size_t)(in->end - in->at);
    CHECK(length >= WS_HEADER_LENGTH && get_u32(in->at) == WS_MAGIC);
    CHECK((int64_t)get_u64(in->at + WS_LAST_SEEN_OFFSET) <= f->seqno);
    memcpy(f->last_ws, in->at, length);
    f->last_ws_length = length;
    if (f->hold) {
        CHECK(f->held_count < HELD_MAX);
        f->held[f->held_count++] = id;
    } else {
        fake_send_verdict(f, id, f->conflict);
    }
}

void fake_on_frame(struct fake *f, const uint8_t *frame, size_t length) {
    struct frame_in in = {.at = frame + FRAME_HEADER_LENGTH, .end = frame + length};
    const uint16_t type = get_u16(frame + 4);
    const uint64_t id = get_u64(frame + 8);
    CHECK(type < 128);
    switch (type) {
    case FRAME_HELLO:
        f->hello_flags = get_u16(frame + 6);
        on_hello(f, &in);
        break;
    case FRAME_CONNECT: on_connect(f, id); break;
    case FRAME_CERTIFY: on_certify(f, id, &in); break;
    case FRAME_POST: {
        uint8_t seqno[8];
        put_u64(seqno, (uint64_t)++f->seqno);
        fake_send_event(f, FRAME_SKIP, seqno, sizeof seqno);
        break;
    }
    case FRAME_WS_FRAGMENT: {
        const uint32_t number = frame_get_u32(&in);
        frame_get_u32(&in);
        f->fragment_bytes += (uint64_t)(in.end - in.at);
        for (const uint8_t *at = in.at; at < in.end; at++) {
            f->fragment_sum += *at;
        }
        struct frame_out out;
        frame_begin(&out, FRAME_FRAGMENT_DONE, id);
        frame_put_u32(&out, number);
        fake_send_frame(f, &out, 0);
        break;
    }
    case FRAME_PROGRESS: {
        const int64_t released = (int64_t)frame_get_u64(&in);
        const uint64_t consumed = frame_get_u64(&in);
        CHECK(released >= f->released && consumed >= f->consumed && consumed <= f->fed);
        f->released = released;
        f->consumed = consumed;
        break;
    }
    case FRAME_REVOKE:
        if (f->revocable) {
            struct frame_out out;
            frame_begin(&out, FRAME_REJECTED, id);
            frame_put_u32(&out, WSREP_CONN_FAIL);
            frame_put_text(&out, "taken back");
            fake_send_frame(f, &out, 0);
        }
        break;
    case FRAME_PEER_ANSWER:
        f->peer_id = id;
        f->peer_admitted = frame_get_u8(&in) != 0;
        break;
    case FRAME_SYNC_POINT: send_result(f, id, WSREP_OK, f->seqno, ""); break;
    case FRAME_STATUS: {
        struct frame_out out;
        frame_begin(&out, FRAME_STATUS_REPLY, id);
        frame_put_u32(&out, 2);
        frame_put_text(&out, "cert_index_size");
        frame_put_u8(&out, WSREP_VAR_INT64);
        frame_put_u64(&out, 17);
        frame_put_text(&out, "cluster_weight");
        frame_put_u8(&out, WSREP_VAR_STRING);
        frame_put_text(&out, "1");
        fake_send_frame(f, &out, 0);
        break;
    }
    case FRAME_OPTION_SET: {
        char *text = frame_get_text(&in);
        send_result(f, id, WSREP_OK, 0, *text ? OPTIONS "repl.max_ws_size = 1000; " : OPTIONS "gmcast.time_wait = PT5S; ");
        free(text);
        break;
    }
    case FRAME_DISCONNECT:
        if (id < UINT64_MAX - 1) {
            fake_send_event(f, FRAME_FINAL, NULL, 0);
        }
        send_result(f, id, WSREP_OK, 0, "");
        break;
    case FRAME_SST_RECEIVED:
    case FRAME_SST_SENT:
        if (!f->hold_transfers) {
            send_result(f, id, WSREP_OK, 0, "");
        }
        break;
    case FRAME_DESYNC: send_result(f, id, f->refuses_desync ? WSREP_TRX_FAIL : WSREP_OK, 0, ""); break;
    default: break;
    }
    f->counts[type]++;
    pthread_cond_broadcast(&f->changed);
}

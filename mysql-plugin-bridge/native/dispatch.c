// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// What the reader thread makes of each frame: docs/ipc.md. Here: answers to calls, and lines for the log.
#include "incoming.h"

#include <stdio.h>
#include <stdlib.h>

// More than any address of IPv6 with its zone.
enum { PEER_IP_MAX = 63 };

// Statuses go on to the server as they are.
static bool is_status(int32_t status) { return status >= WSREP_OK && status <= WSREP_NOT_ALLOWED; }

static bool on_rejected(struct incoming *f) {
    struct provider *p = f->p;
    const int32_t status = (int32_t)frame_get_u32(&f->in);
    size_t length;
    const char *reason = frame_get_str(&f->in, &length);
    struct call *call;
    if (!frame_read(&f->in) || !is_status(status) || !calls_answer(&p->calls, f->id, FRAME_VERDICT, &call)) {
        return false;
    }
    if (status == WSREP_WARNING) {
        shield_doubt(&p->shield, calls_latest(&p->calls));
    }
    if (!call) {
        return true;
    }
    provider_log(p, WSREP_LOG_DEBUG, "Write set rejected (%d): %.*s", status, (int)length, reason);
    if (call->abandoned) {
        struct orphan *orphan = (struct orphan *)call;
        ws_free(&orphan->ws);
        free(orphan);
        return true;
    }
    call->status = status == WSREP_OK ? WSREP_CONN_FAIL : status;
    call_done(call);
    return true;
}

static bool on_result(struct incoming *f) {
    const int32_t status = (int32_t)frame_get_u32(&f->in);
    const int64_t value = (int64_t)frame_get_u64(&f->in);
    char *text = frame_get_text(&f->in);
    struct call *call;
    if (!frame_read(&f->in) || !is_status(status) || !calls_answer(&f->p->calls, f->id, FRAME_RESULT, &call)) {
        free(text);
        return false;
    }
    if (!call) {
        if (status != WSREP_OK && f->id == UINT64_MAX) {
            provider_log(f->p, WSREP_LOG_WARN, "The new sidecar could not join the group again: %s", text);
        }
        free(text);
        return true;
    }
    call->status = status;
    call->value = value;
    call->text = text;
    sst_answered(f->p, get_u16(call->frame->bytes + 4), status);
    call_done(call);
    return true;
}

static bool on_status_reply(struct incoming *f) {
    const uint8_t *body = f->in.at;
    const size_t length = (size_t)(f->in.end - body);
    struct call *call;
    if (!status_read(&f->in, NULL) || !frame_read(&f->in) || !calls_answer(&f->p->calls, f->id, FRAME_STATUS_REPLY, &call)) {
        return false;
    }
    status_keep_reply(f->p, body, length);
    if (call) {
        call->status = WSREP_OK;
        call_done(call);
    }
    return true;
}

static bool on_log(struct incoming *f) {
    uint32_t level = frame_get_u32(&f->in);
    size_t length;
    const char *text = frame_get_str(&f->in, &length);
    if (!frame_read(&f->in)) {
        return false;
    }
    if (level < WSREP_LOG_ERROR || level > WSREP_LOG_DEBUG) {
        level = WSREP_LOG_ERROR; // FATAL is for the provider to say
    }
    provider_log(f->p, (wsrep_log_level_t)level, "%.*s", (int)length, text);
    return true;
}

static bool on_peer(struct incoming *f) {
    char *ip = frame_get_text(&f->in);
    if (!frame_read(&f->in) || strlen(ip) > PEER_IP_MAX) {
        free(ip);
        return false;
    }
    peers_ask(f->p, f->id, ip);
    return true;
}

static bool on_fragment_done(struct incoming *f) {
    frame_get_u32(&f->in);
    if (!frame_read(&f->in)) {
        return false;
    }
    calls_fragment_done(&f->p->calls, f->id);
    return true;
}

static bool act(struct incoming *f) {
    const bool fed = f->type >= FRAME_VERDICT && f->type <= FRAME_AHEAD_DROPPED;
    if (fed && f->p->session.partial && f->type != FRAME_WRITE_SET_PART) {
        return false; // nothing of the feed comes between the parts of a write set
    }
    switch (f->type) {
    case FRAME_VERDICT: return on_verdict(f);
    case FRAME_WRITE_SET: return on_write_set(f);
    case FRAME_WRITE_SET_PART: return on_write_set_part(f);
    case FRAME_SKIP: return on_skip(f);
    case FRAME_AHEAD: return on_ahead(f);
    case FRAME_AHEAD_DROPPED: return on_ahead_dropped(f);
    case FRAME_RESULT: return on_result(f);
    case FRAME_REJECTED: return on_rejected(f);
    case FRAME_FRAGMENT_DONE: return on_fragment_done(f);
    case FRAME_STATUS_REPLY: return on_status_reply(f);
    case FRAME_LOG: return on_log(f);
    case FRAME_PEER: return on_peer(f);
    case FRAME_VIEW: return on_view(f);
    case FRAME_STATE_REQUEST: return on_state_request(f);
    case FRAME_DONATE: return on_donate(f);
    case FRAME_SYNCED: return on_synced(f);
    case FRAME_STATE: return on_state(f);
    case FRAME_FINAL: return on_final(f);
    case FRAME_INCONSISTENT: return on_inconsistent(f);
    default: return false;
    }
}

bool dispatch(struct provider *p, const uint8_t *frame, size_t length, char *reason, size_t reason_size) {
    struct incoming f = {.p = p,
                         .in = {.at = frame + FRAME_HEADER_LENGTH, .end = frame + length},
                         .type = get_u16(frame + 4),
                         .flags = get_u16(frame + 6),
                         .id = get_u64(frame + 8),
                         .length = length,
                         .missing = WSREP_SEQNO_UNDEFINED};
    if (!act(&f)) {
        if (f.missing >= 0) {
            snprintf(reason, reason_size, "%lld is missing in what it sent", (long long)f.missing);
            return false;
        }
        snprintf(reason, reason_size, "a frame of type %u and %zu bytes is unknown or malformed, or memory ran out", f.type, length);
        return false;
    }
    return true;
}

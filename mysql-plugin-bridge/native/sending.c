// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// A write set on its way to the group, and what becomes of it.
#include "provider.h"

#include <stdlib.h>

enum { CERTIFY_HEAD = FRAME_HEADER_LENGTH + 8 + WS_HEADER_LENGTH, FRAGMENT_HEAD = FRAME_HEADER_LENGTH + 8 };

static bool must_abort(struct trx *trx) {
    pthread_mutex_lock(&trx->lock);
    const bool aborted = trx->must_abort;
    pthread_mutex_unlock(&trx->lock);
    return aborted;
}

static void count_sent(struct provider *p, const struct write_set *ws) {
    struct counters *c = &p->counters;
    atomic_fetch_add_explicit(&c->replicated, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&c->replicated_bytes, (int64_t)ws_sections_length(ws) + WS_HEADER_LENGTH, memory_order_relaxed);
    atomic_fetch_add_explicit(&c->repl_keys, ws->key_count, memory_order_relaxed);
    atomic_fetch_add_explicit(&c->repl_keys_bytes, (int64_t)(ws->keys.length + ws->names.length), memory_order_relaxed);
    atomic_fetch_add_explicit(&c->repl_data_bytes, (int64_t)ws->data.length, memory_order_relaxed);
    atomic_fetch_add_explicit(&c->repl_other_bytes, (int64_t)ws->annotation.length + WS_HEADER_LENGTH, memory_order_relaxed);
}

static int add_section(struct iovec *iov, int count, uint8_t *at, size_t length) {
    if (length) {
        iov[count++] = (struct iovec){.iov_base = at, .iov_len = length};
    }
    return count;
}

static int sections_iov(const struct write_set *ws, struct iovec *iov) {
    int count = add_section(iov, 0, ws->keys.at, ws->keys.length);
    count = add_section(iov, count, ws->names.at, ws->names.length);
    count = add_section(iov, count, ws->data.at, ws->data.length);
    return add_section(iov, count, ws->annotation.at, ws->annotation.length);
}

// `bytes` of the sections from `offset` on, as pieces of them.
static int cut_sections(const struct iovec *sections, int section_count, uint64_t offset, uint64_t bytes, struct iovec *iov) {
    int count = 0;
    for (int i = 0; i < section_count && bytes; i++) {
        if (offset >= sections[i].iov_len) {
            offset -= sections[i].iov_len;
            continue;
        }
        const uint64_t here = sections[i].iov_len - offset < bytes ? sections[i].iov_len - offset : bytes;
        iov[count++] = (struct iovec){.iov_base = (char *)sections[i].iov_base + offset, .iov_len = here};
        bytes -= here;
        offset = 0;
    }
    return count;
}

// Waits until fewer fragments are unanswered than may be. OK, or what ended the wait.
enum window_result { WINDOW_OPEN, WINDOW_ANSWERED, WINDOW_ABORTED, WINDOW_LOST };

static enum window_result await_window(struct provider *p, struct trx *trx, uint32_t sent, uint64_t epoch) {
    struct call *call = &trx->call;
    for (;;) {
        uint32_t state = atomic_load(&call->state);
        if (state == CALL_DONE) {
            return WINDOW_ANSWERED;
        }
        if (state == CALL_KICKED) {
            atomic_compare_exchange_strong(&call->state, &state, CALL_PENDING);
        }
        if (must_abort(trx)) {
            return WINDOW_ABORTED;
        }
        pthread_mutex_lock(&p->feed.lock);
        const bool lost = p->feed.epoch != epoch;
        pthread_mutex_unlock(&p->feed.lock);
        if (lost || !atomic_load(&p->primary) || atomic_load(&p->session.fd) < 0) {
            return WINDOW_LOST;
        }
        if (sent - atomic_load(&call->fragments_done) < FRAME_FRAGMENTS_OPEN_MAX) {
            return WINDOW_OPEN;
        }
        park(&call->state, CALL_PENDING, PARK_FOREVER);
    }
}

static void send_empty(struct provider *p, uint16_t type, uint64_t id) {
    uint8_t frame[FRAME_HEADER_LENGTH];
    frame_header(frame, sizeof frame, type, id);
    struct iovec iov = {.iov_base = frame, .iov_len = sizeof frame};
    session_send(p, &iov, 1, NULL);
}

// Sends the sections ahead of the header, a window at a time.
static enum window_result send_fragments(struct provider *p, struct trx *trx, uint64_t length, uint32_t *number) {
    struct iovec sections[4];
    const int section_count = sections_iov(&trx->ws, sections);
    pthread_mutex_lock(&p->feed.lock);
    const uint64_t epoch = p->feed.epoch;
    pthread_mutex_unlock(&p->feed.lock);
    *number = 0;
    for (uint64_t offset = 0; offset < length;) {
        const enum window_result window = await_window(p, trx, *number, epoch);
        if (window != WINDOW_OPEN) {
            return window;
        }
        const uint64_t bytes = length - offset < FRAME_PART_LENGTH_MAX ? length - offset : FRAME_PART_LENGTH_MAX;
        uint8_t head[FRAGMENT_HEAD];
        frame_header(head, (uint32_t)(sizeof head + bytes), FRAME_WS_FRAGMENT, trx->call.id);
        put_u32(head + FRAME_HEADER_LENGTH, *number);
        put_u32(head + FRAME_HEADER_LENGTH + 4, 0);
        struct iovec iov[5] = {{.iov_base = head, .iov_len = sizeof head}};
        const int count = 1 + cut_sections(sections, section_count, offset, bytes, iov + 1);
        if (session_send(p, iov, count, NULL) != SEND_OK) {
            return WINDOW_LOST;
        }
        offset += bytes;
        ++*number;
    }
    return WINDOW_OPEN;
}

static enum send_result send_certify(struct provider *p, struct trx *trx, uint32_t flags, uint32_t fragments) {
    uint8_t head[CERTIFY_HEAD];
    struct iovec iov[5] = {{.iov_base = head, .iov_len = sizeof head}};
    int count = 1;
    uint64_t length = sizeof head;
    if (!fragments) {
        count += sections_iov(&trx->ws, iov + 1);
        length += ws_sections_length(&trx->ws);
    }
    int64_t last_seen = horizon_reached(&p->apply);
    if (last_seen < trx->previous_seqno) {
        last_seen = trx->previous_seqno;
    }
    const struct ws_header header = {.flags = flags | (shield_holds(&p->shield, last_seen) ? 0 : WS_FLAG_UNSHIELDED),
                                     .trx_id = trx->id,
                                     .connection_id = trx->connection_id,
                                     .last_seen = last_seen,
                                     .previous_seqno = trx->previous_seqno,
                                     .fragment_count = fragments};
    frame_header(head, (uint32_t)length, FRAME_CERTIFY, trx->call.id);
    put_u64(head + FRAME_HEADER_LENGTH, (uint64_t)horizon_reached(&p->apply));
    ws_write_header(&trx->ws, &header, head + FRAME_HEADER_LENGTH + 8);
    return session_send(p, iov, count, &trx->call);
}

// Nobody waits for it any more: if it is ordered after all, the appliers get it. False: its verdict is here.
static bool abandon(struct provider *p, struct trx *trx, uint32_t flags) {
    struct orphan *orphan = calloc(1, sizeof *orphan);
    if (!orphan) {
        return false;
    }
    orphan->ws = trx->ws;
    orphan->flags = flags;
    orphan->trx_id = trx->id;
    orphan->connection_id = trx->connection_id;
    shield_doubt(&p->shield, calls_latest(&p->calls));
    if (!calls_abandon(&p->calls, &trx->call, orphan)) {
        free(orphan);
        return false;
    }
    trx->ws = (struct write_set){0};
    provider_log(p, WSREP_LOG_WARN,
        "Transaction %llu was sent, and it is not known whether the group committed it: its client gets an error; if it "
                 "was committed, this node applies it when it is back in the primary component", (unsigned long long)trx->id);
    return true;
}

// Its verdict comes; while there is no primary component it waits until the node is back, or leaves, or for as long as the operator
// has bound that. Never bound is a statement in total order isolation: its client would send it again.
static bool await_fate(struct provider *p, struct trx *trx, uint32_t flags) {
    struct call *call = &trx->call;
    int64_t deadline = PARK_FOREVER;
    bool revoked = false;
    bool look = true; // whoever made it a victim before the call was registered had nobody to wake
    for (;;) {
        uint32_t state = atomic_load_explicit(&call->state, memory_order_acquire);
        if (state == CALL_DONE) {
            return true;
        }
        if (state == CALL_KICKED) {
            atomic_compare_exchange_strong(&call->state, &state, CALL_PENDING);
            look = true;
            continue;
        }
        if (look && !revoked && must_abort(trx)) {
            // It may wait for flow control, which waits for the appliers, which wait for its locks.
            revoked = true;
            send_empty(p, FRAME_REVOKE, call->id);
        }
        look = false;
        if (atomic_load(&p->primary)) {
            deadline = PARK_FOREVER;
        } else {
            const int64_t now = now_ns();
            if (deadline == PARK_FOREVER && p->options.fate_timeout && !(flags & WSREP_FLAG_ISOLATION)) {
                deadline = now + p->options.fate_timeout;
            }
            // A victim's locks stop the appliers, so it does not wait; nor does anybody when the node leaves.
            const bool give_up = now >= deadline || atomic_load(&p->closing) || atomic_load(&p->inconsistent) || must_abort(trx);
            if (give_up && abandon(p, trx, flags)) {
                return false;
            }
        }
        park(&call->state, CALL_PENDING, deadline);
    }
}

static wsrep_status_t send_once(struct provider *p, struct trx *trx, uint32_t flags, bool *again) {
    if (!calls_register(&p->calls, &trx->call)) {
        provider_log(p, WSREP_LOG_ERROR, "More write sets are waiting for their verdict than the provider can count (65,536)");
        return WSREP_CONN_FAIL;
    }
    const uint64_t length = ws_sections_length(&trx->ws);
    uint32_t fragments = 0;
    enum window_result window = WINDOW_OPEN;
    if (length > WS_INLINE_MAX) {
        window = send_fragments(p, trx, length, &fragments);
    }
    if (window == WINDOW_OPEN && send_certify(p, trx, flags, fragments) != SEND_DOWN) {
        return WSREP_OK; // also when the connection broke: the sidecar may have it
    }
    // Never sent whole: it was not and will not be ordered.
    if (!calls_withdraw(&p->calls, &trx->call)) {
        call_await(p, &trx->call, PARK_FOREVER);
        return WSREP_OK;
    }
    if (fragments) {
        send_empty(p, FRAME_WITHDRAW, trx->call.id);
    }
    *again = window != WINDOW_ABORTED;
    return window == WINDOW_ABORTED ? WSREP_TRX_FAIL : WSREP_CONN_FAIL;
}

wsrep_status_t certify_send(struct provider *p, struct trx *trx, uint32_t flags) {
    if (ws_sections_length(&trx->ws) > (uint64_t)atomic_load_explicit(&p->options.max_ws_size, memory_order_relaxed)) {
        provider_log(p, WSREP_LOG_INFO, "Write set of %llu bytes exceeds repl.max_ws_size",
            (unsigned long long)ws_sections_length(&trx->ws));
        return WSREP_SIZE_EXCEEDED;
    }
    if (!spill_map(&p->spills, &trx->ws.data)) {
        provider_log(p, WSREP_LOG_ERROR, "No memory for a write set of %zu bytes", trx->ws.data.length);
        return WSREP_NODE_FAIL;
    }
    trx->call.frame = NULL;
    trx->call.trx = trx;
    wsrep_status_t status;
    bool again;
    do {
        again = false;
        if (!atomic_load(&p->primary) || !session_await(p)) {
            return atomic_load(&p->inconsistent) ? WSREP_NODE_FAIL : WSREP_CONN_FAIL;
        }
        status = send_once(p, trx, flags, &again);
    } while (again);
    if (status != WSREP_OK) {
        return status;
    }
    if (!await_fate(p, trx, flags)) {
        return WSREP_WARNING;
    }
    const wsrep_status_t result = (wsrep_status_t)trx->call.status;
    if (result == WSREP_OK) {
        count_sent(p, &trx->ws);
    }
    return result == WSREP_CONN_FAIL && must_abort(trx) ? WSREP_TRX_FAIL : result;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Frames of every kind that a sidecar sends, as docs/ipc.md has them, and what may become of them.
#include "fuzz.h"

static const uint16_t types[] = {FRAME_RESULT, FRAME_LOG,   FRAME_STATUS_REPLY,  FRAME_PEER,   FRAME_FRAGMENT_DONE, FRAME_REJECTED,
                                 FRAME_VERDICT, FRAME_VERDICT, FRAME_WRITE_SET, FRAME_WRITE_SET, FRAME_WRITE_SET_PART, FRAME_VIEW,
                                 FRAME_STATE_REQUEST, FRAME_DONATE, FRAME_SYNCED, FRAME_STATE,  FRAME_FINAL,         FRAME_INCONSISTENT,
                                 FRAME_SKIP,   FRAME_SKIP,  FRAME_AHEAD,         FRAME_AHEAD,  FRAME_AHEAD_DROPPED};

static void put_bytes(struct fuzz *f, size_t length) {
    uint8_t bytes[512];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)fuzz_next(f);
    }
    for (size_t done = 0; done < length;) {
        const size_t part = length - done < sizeof bytes ? length - done : sizeof bytes;
        frame_put(&f->out, bytes, part);
        done += part;
    }
}

static int64_t next_place(struct fuzz *f) {
    return atomic_load(&f->p->session.received) + (fuzz_below(f, 16) ? 1 : (int64_t)fuzz_below(f, 3));
}

static uint64_t write_set_call(struct fuzz *f) {
    const uint64_t which = fuzz_below(f, 4);
    return which == 0 ? 0 : which == 1 ? f->orphan : f->trx->call.id;
}

static void put_view(struct fuzz *f) {
    static const uint16_t uses[] = {0, FRAME_VIEW_CONNECTED, FRAME_VIEW_CONNECTED | FRAME_VIEW_NOT_CHANGED, FRAME_VIEW_SYNTHETIC};
    const uint16_t use = uses[fuzz_below(f, 4)];
    const bool primary = fuzz_below(f, 8);
    const bool begins = use & (FRAME_VIEW_CONNECTED | FRAME_VIEW_SYNTHETIC);
    const uint32_t members = 1 + (uint32_t)fuzz_below(f, 4);
    const bool at_start = atomic_load(&f->p->session.received) < 0;
    put_u16(f->out.bytes + 6, use);
    frame_put_u64(&f->out, begins || at_start ? 1000 + fuzz_below(f, 1000) : (uint64_t)next_place(f));
    put_bytes(f, 16);
    frame_put_u64(&f->out, primary ? 3 : UINT64_MAX);
    frame_put_u32(&f->out, primary ? WSREP_VIEW_PRIMARY : WSREP_VIEW_NON_PRIMARY);
    frame_put_u32(&f->out, WSREP_CAPABILITIES);
    frame_put_u32(&f->out, (uint32_t)fuzz_below(f, members));
    frame_put_u32(&f->out, 4);
    frame_put_u32(&f->out, members);
    for (uint32_t i = 0; i < members; i++) {
        put_bytes(f, 16);
        frame_put_text(&f->out, fuzz_below(f, 8) ? "n1" : "a name that is longer than any that the server has room for");
        frame_put_text(&f->out, "127.0.0.1:3306");
    }
}

static void put_write_set(struct fuzz *f) {
    const int64_t seqno = next_place(f);
    const uint64_t kind = fuzz_below(f, 512);
    const uint64_t length = kind == 0 ? fuzz_below(f, 3 << 20) : kind < 8 ? fuzz_below(f, 20000) : fuzz_below(f, 100);
    const bool whole = fuzz_below(f, 4) && length < FRAME_PART_LENGTH_MAX;
    const uint64_t present = whole ? length : fuzz_below(f, (length < 40000 ? length : 40000) + 1);
    frame_put_u64(&f->out, (uint64_t)seqno);
    frame_put_u64(&f->out, (uint64_t)(seqno - 1 - (int64_t)fuzz_below(f, 3)));
    frame_put_u32(&f->out, WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END | (fuzz_below(f, 8) ? 0 : WSREP_FLAG_ISOLATION));
    frame_put_u32(&f->out, fuzz_below(f, 8) > 0);
    put_bytes(f, 16);
    frame_put_u64(&f->out, 5);
    frame_put_u64(&f->out, 6);
    frame_put_u64(&f->out, length);
    put_bytes(f, present);
}

static uint64_t ahead_number(struct fuzz *f) {
    const struct ahead *ahead = &f->p->session.ahead;
    const uint64_t open = ahead->open[fuzz_below(f, AHEAD_STREAMS)].stream;
    return open && fuzz_below(f, 8) ? open : 1 + fuzz_below(f, 20);
}

// One whose data came before it.
static void put_write_set_ahead(struct fuzz *f) {
    const int64_t seqno = next_place(f);
    const struct ahead *ahead = &f->p->session.ahead;
    const uint64_t which = fuzz_below(f, AHEAD_STREAMS);
    const uint64_t length = ahead->open[which].spill.length;
    const uint64_t position = fuzz_below(f, length + 2);
    put_u16(f->out.bytes + 6, FRAME_WRITE_SET_AHEAD);
    frame_put_u64(&f->out, (uint64_t)seqno);
    frame_put_u64(&f->out, (uint64_t)(seqno - 1));
    frame_put_u32(&f->out, WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END);
    frame_put_u32(&f->out, 1);
    put_bytes(f, 16);
    frame_put_u64(&f->out, 5);
    frame_put_u64(&f->out, 6);
    frame_put_u64(&f->out, position <= length ? fuzz_below(f, length - position + 1) : 1);
    frame_put_u64(&f->out, ahead->open[which].stream);
    frame_put_u64(&f->out, position);
}

static void put_part(struct fuzz *f) {
    const struct session *s = &f->p->session;
    const uint64_t rest = s->partial ? s->partial->data_length - s->partial->spill.length : fuzz_below(f, 100);
    const uint64_t most = rest < FRAME_PART_LENGTH_MAX ? rest : FRAME_PART_LENGTH_MAX;
    put_bytes(f, fuzz_below(f, 2) ? most : fuzz_below(f, most + 1));
}

static void put_status_reply(struct fuzz *f) {
    frame_put_u32(&f->out, 3);
    frame_put_text(&f->out, "cert_index_size");
    frame_put_u8(&f->out, WSREP_VAR_INT64);
    frame_put_u64(&f->out, 17);
    frame_put_text(&f->out, "cluster_weight");
    frame_put_u8(&f->out, WSREP_VAR_STRING);
    frame_put_text(&f->out, "1");
    frame_put_text(&f->out, "local_state_comment");
    frame_put_u8(&f->out, fuzz_below(f, 4) ? WSREP_VAR_STRING : WSREP_VAR_DOUBLE);
    put_bytes(f, 0);
    frame_put_u32(&f->out, 4);
    frame_put(&f->out, "abcd", get_u32(f->out.bytes + f->out.length - 4));
}

static uint64_t id_for(struct fuzz *f, uint16_t type) {
    switch (type) {
    case FRAME_RESULT: return f->plain.id;
    case FRAME_STATUS_REPLY: return f->status.id;
    case FRAME_PEER: return fuzz_next(f);
    case FRAME_FRAGMENT_DONE:
    case FRAME_REJECTED:
    case FRAME_VERDICT: return write_set_call(f);
    case FRAME_AHEAD:
    case FRAME_AHEAD_DROPPED: return ahead_number(f);
    default: return 0;
    }
}

void fuzz_sample(struct fuzz *f, uint16_t type) {
    struct frame_out *out = &f->out;
    const int64_t place = next_place(f);
    frame_begin(out, type, id_for(f, type));
    switch (type) {
    case FRAME_RESULT:
        frame_put_u32(out, (uint32_t)fuzz_below(f, WSREP_NOT_ALLOWED + 1));
        frame_put_u64(out, (uint64_t)place);
        frame_put_text(out, "why");
        break;
    case FRAME_LOG:
        frame_put_u32(out, (uint32_t)fuzz_below(f, 5));
        frame_put_text(out, "a line");
        break;
    case FRAME_STATUS_REPLY: put_status_reply(f); break;
    case FRAME_PEER: frame_put_text(out, "10.0.0.7"); break;
    case FRAME_FRAGMENT_DONE: frame_put_u32(out, 1); break;
    case FRAME_REJECTED:
        frame_put_u32(out, fuzz_below(f, 2) ? WSREP_CONN_FAIL : WSREP_WARNING);
        frame_put_text(out, "test");
        break;
    case FRAME_VERDICT:
        frame_put_u64(out, (uint64_t)place);
        frame_put_u64(out, (uint64_t)(place - 1));
        // A commit of what nobody sent makes the node inconsistent, and ends the feed.
        frame_put_u32(out, get_u64(out->bytes + 8) && fuzz_below(f, 2) ? 0 : 1);
        frame_put_u64(out, UINT64_MAX);
        break;
    case FRAME_WRITE_SET: fuzz_below(f, 4) ? put_write_set(f) : put_write_set_ahead(f); break;
    case FRAME_WRITE_SET_PART: put_part(f); break;
    case FRAME_VIEW: put_view(f); break;
    case FRAME_DONATE:
        frame_put_u64(out, (uint64_t)place);
        put_bytes(f, 16);
        frame_put_u8(out, (uint8_t)fuzz_below(f, 2));
        frame_put_str(out, "rsync\0" "10.0.0.7:4444/x", 6 + fuzz_below(f, 17));
        break;
    case FRAME_STATE:
        frame_put_u32(out, (uint32_t)fuzz_below(f, WSREP_MEMBER_ERROR + 1));
        frame_put_text(out, "Joining: receiving State Transfer");
        break;
    case FRAME_INCONSISTENT: frame_put_text(out, "a lost vote"); break;
    case FRAME_SKIP: frame_put_u64(out, (uint64_t)place); break;
    case FRAME_AHEAD: put_bytes(f, 1 + fuzz_below(f, 5000)); break;
    default: break; // no body
    }
    CHECK(frame_end(out));
}

void fuzz_sample_any(struct fuzz *f) {
    uint16_t type = types[fuzz_below(f, sizeof types / sizeof *types)];
    // What ends the feed, or begins it anew, would otherwise end it before it gets anywhere.
    const bool ends = type == FRAME_FINAL || type == FRAME_INCONSISTENT || type == FRAME_VIEW;
    if (ends && fuzz_below(f, 8)) {
        type = FRAME_WRITE_SET;
    }
    if (f->p->session.partial && fuzz_below(f, 4)) {
        type = FRAME_WRITE_SET_PART;
    } else if (atomic_load(&f->p->session.received) < 0 && fuzz_below(f, 2)) {
        type = FRAME_VIEW;
    }
    fuzz_sample(f, type);
}

static uint64_t odd_number(struct fuzz *f) {
    const uint64_t place = (uint64_t)atomic_load(&f->p->session.received);
    const uint64_t odd[] = {0, 1, 2, UINT64_MAX, INT64_MAX, 1ULL << 63, INT32_MAX, 1U << 31, UINT32_MAX, f->out.length, f->out.length - 1,
                            FRAME_LENGTH_MAX, place + 1, place + 2, place, 1ULL << 40, f->plain.id, f->orphan, 1ULL << 62, 1 << 16};
    return odd[fuzz_below(f, sizeof odd / sizeof *odd)];
}

void fuzz_mutate(struct fuzz *f) {
    struct frame_out *out = &f->out;
    for (uint64_t changes = fuzz_below(f, 4); changes; changes--) {
        // The header often, and what the body begins with.
        const size_t within = fuzz_below(f, 2) || out->length < 120 ? out->length : fuzz_below(f, 2) ? FRAME_HEADER_LENGTH : 120;
        const size_t at = fuzz_below(f, within);
        const uint64_t odd = odd_number(f);
        switch (fuzz_below(f, 6)) {
        case 0: out->bytes[at] = (uint8_t)fuzz_next(f); break;
        case 1: out->bytes[at] ^= (uint8_t)(1 << fuzz_below(f, 8)); break;
        case 2: memcpy(out->bytes + at, &odd, out->length - at < 4 ? out->length - at : 4); break;
        case 3: memcpy(out->bytes + at, &odd, out->length - at < 8 ? out->length - at : 8); break;
        case 4: out->length = FRAME_HEADER_LENGTH + fuzz_below(f, out->length - FRAME_HEADER_LENGTH + 1); break;
        default: put_bytes(f, 1 + fuzz_below(f, 40)); break;
        }
    }
}

void fuzz_noise(struct fuzz *f) {
    struct frame_out *out = &f->out;
    const bool own_id = fuzz_below(f, 2);
    uint16_t type = (uint16_t)fuzz_next(f);
    type = fuzz_below(f, 4) ? types[fuzz_below(f, sizeof types / sizeof *types)] : fuzz_below(f, 2) ? type % 70 : type;
    frame_begin(out, type, own_id ? id_for(f, type) : fuzz_next(f));
    put_u16(out->bytes + 6, fuzz_below(f, 2) ? (uint16_t)fuzz_below(f, 8) : (uint16_t)fuzz_next(f));
    put_bytes(f, fuzz_below(f, 4096) ? fuzz_below(f, 200) : fuzz_below(f, FRAME_LENGTH_MAX - FRAME_HEADER_LENGTH + 1));
}

void fuzz_welcome(struct fuzz *f) {
    frame_begin(&f->out, FRAME_WELCOME, 0);
    frame_put_u32(&f->out, WSREP_OK);
    frame_put_text(&f->out, "");
    frame_put_text(&f->out, "base_port = 4567; repl.causal_read_timeout = PT1S; repl.max_ws_size = 99999999T; ");
    frame_put_text(&f->out, "0.1");
    CHECK(frame_end(&f->out));
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "toy_server.h"

static struct toy_page *page_of(struct toy *s, uint32_t row) { return &s->pages[row / TOY_PAGE_ROWS]; }

// ---- locks

static bool aborted(struct toy *s, const struct toy_payload *payload, uint32_t count) {
    bool any = false;
    for (uint32_t i = 0; i < count; i++) {
        any |= page_of(s, payload->rows[i])->aborted;
    }
    return any;
}

// A victim's wait for another lock ends, as it does in a server.
bool toy_lock_for_client(struct toy *s, const struct toy_payload *payload, uint32_t number) {
    struct toy_page *r = page_of(s, payload->rows[number]);
    pthread_mutex_lock(&s->lock);
    while ((r->holder || r->appliers) && !aborted(s, payload, number)) {
        pthread_cond_wait(&s->changed, &s->lock);
    }
    const bool ok = !aborted(s, payload, number);
    if (ok) {
        r->holder = payload->trx;
        r->aborted = false;
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}

// What a server's applier does with a client that is in its way. The server marks it itself, too, in case that the
// provider does not know it.
static void lock_for_applier(struct toy *s, struct toy_page *r, int64_t seqno) {
    pthread_mutex_lock(&s->lock);
    r->appliers++;
    while (r->holder) {
        const uint64_t victim = r->holder;
        r->aborted = true;
        pthread_cond_broadcast(&s->changed);
        pthread_mutex_unlock(&s->lock);
        wsrep_seqno_t victim_seqno;
        const wsrep_status_t status = s->w.abort_certification(&s->w, seqno, victim, &victim_seqno);
        CHECK(status == WSREP_OK || status == WSREP_NOT_ALLOWED);
        pthread_mutex_lock(&s->lock);
        if (r->holder == victim) {
            pthread_cond_wait(&s->changed, &s->lock);
        }
    }
    pthread_mutex_unlock(&s->lock);
}

void toy_lock_for_applier(struct toy *s, const struct toy_payload *payload, int64_t seqno) {
    for (uint32_t i = 0; i < payload->count; i++) {
        lock_for_applier(s, page_of(s, payload->rows[i]), seqno);
    }
}

void toy_lock_all(struct toy *s, int64_t seqno) {
    for (uint32_t i = 0; i < TOY_PAGES; i++) {
        lock_for_applier(s, &s->pages[i], seqno);
    }
}

void toy_unlock_for_client(struct toy *s, const struct toy_payload *payload) {
    pthread_mutex_lock(&s->lock);
    for (uint32_t i = 0; i < payload->count; i++) {
        page_of(s, payload->rows[i])->holder = 0;
    }
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void toy_unlock_for_applier(struct toy *s, const struct toy_payload *payload) {
    pthread_mutex_lock(&s->lock);
    for (uint32_t i = 0; i < payload->count; i++) {
        page_of(s, payload->rows[i])->appliers--;
    }
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

void toy_unlock_all(struct toy *s) {
    pthread_mutex_lock(&s->lock);
    for (uint32_t i = 0; i < TOY_PAGES; i++) {
        s->pages[i].appliers--;
    }
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

bool toy_was_aborted(struct toy *s, const struct toy_payload *payload) {
    pthread_mutex_lock(&s->lock);
    const bool any = aborted(s, payload, payload->count);
    pthread_mutex_unlock(&s->lock);
    return any;
}

// ---- commits; between commit_order_enter and _leave, so nobody else is here

static void advance(struct toy *s, const wsrep_trx_meta_t *meta, uint64_t what) {
    CHECK(meta->gtid.seqno > s->position.seqno);
    s->position = meta->gtid;
    s->history = (s->history ^ (uint64_t)meta->gtid.seqno ^ what << 20) * 0x9E3779B97F4A7C15ULL;
}

void toy_change_rows(struct toy *s, const struct toy_payload *payload, const wsrep_trx_meta_t *meta) {
    for (uint32_t i = 0; i < payload->count; i++) {
        int64_t *version = &s->versions[payload->rows[i]];
        if (*version != payload->base[i]) {
            fprintf(stderr, "%s: %lld (transaction %llu of n%u) changes row %u upon version %lld, but it is at %lld\n", s->name,
                    (long long)meta->gtid.seqno, (unsigned long long)payload->trx, payload->node, payload->rows[i],
                    (long long)payload->base[i], (long long)*version);
            abort();
        }
        *version = meta->gtid.seqno;
    }
    advance(s, meta, payload->trx << 2 | payload->node);
}

void toy_change_all(struct toy *s, const wsrep_trx_meta_t *meta) {
    for (int i = 0; i < TOY_ROWS; i++) {
        s->versions[i] = meta->gtid.seqno;
    }
    advance(s, meta, 1);
}

void toy_pass_order(struct toy *s, const wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta) {
    const wsrep_buf_t none = {0};
    CHECK(s->w.commit_order_enter(&s->w, handle, meta) == WSREP_OK);
    CHECK(s->w.commit_order_leave(&s->w, handle, meta, &none) == WSREP_OK);
}

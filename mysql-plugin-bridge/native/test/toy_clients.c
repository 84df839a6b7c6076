// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "toy_server.h"

static const uint32_t WHOLE = WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END;

static void roll_back(struct toy *s, const struct toy_payload *payload, wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta) {
    toy_unlock_for_client(s, payload);
    if (meta && meta->gtid.seqno >= 0) {
        toy_pass_order(s, handle, meta);
    }
    CHECK(s->w.release(&s->w, handle) == WSREP_OK);
}

static void commit(struct toy *s, const struct toy_payload *payload, wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta) {
    const wsrep_buf_t none = {0};
    wsrep_status_t status = s->w.commit_order_enter(&s->w, handle, meta);
    CHECK(status == WSREP_OK || status == WSREP_BF_ABORT);
    if (status == WSREP_OK) {
        toy_change_rows(s, payload, meta);
        CHECK(s->w.commit_order_leave(&s->w, handle, meta, &none) == WSREP_OK);
        toy_unlock_for_client(s, payload);
        atomic_fetch_add(&s->counts.committed, 1);
    } else {
        toy_unlock_for_client(s, payload);
        CHECK(s->w.replay_trx(&s->w, handle, s) == WSREP_OK);
        atomic_fetch_add(&s->counts.replayed, 1);
    }
    CHECK(s->w.release(&s->w, handle) == WSREP_OK);
}

// Nobody takes it now: the client of a real server would try elsewhere.
static void refused(struct toy *s) {
    atomic_fetch_add(&s->counts.refused, 1);
    const struct timespec pause = {.tv_nsec = MS};
    nanosleep(&pause, NULL);
}

static void choose_rows(struct toy_payload *payload, uint64_t *random) {
    payload->count = 1 + next_random(random) % TOY_ROWS_PER_TRX;
    const uint64_t first = next_random(random) % (TOY_PAGES - 1);
    const uint64_t second = first + 1 + next_random(random) % (TOY_PAGES - 1 - first);
    payload->rows[0] = (uint32_t)(first * TOY_PAGE_ROWS + next_random(random) % TOY_PAGE_ROWS);
    payload->rows[1] = (uint32_t)(second * TOY_PAGE_ROWS + next_random(random) % TOY_PAGE_ROWS);
}

void toy_transaction(struct toy *s, uint64_t *random, size_t more_data) {
    struct toy_payload payload = {.node = (uint32_t)s->number};
    pthread_mutex_lock(&s->lock);
    payload.trx = ++s->next_trx;
    pthread_mutex_unlock(&s->lock);
    choose_rows(&payload, random);
    wsrep_ws_handle_t handle = {.trx_id = payload.trx};
    for (uint32_t i = 0; i < payload.count; i++) {
        if (!toy_lock_for_client(s, &payload, i)) {
            payload.count = i;
            atomic_fetch_add(&s->counts.aborted, 1);
            roll_back(s, &payload, &handle, NULL);
            return;
        }
        payload.base[i] = s->versions[payload.rows[i]];
        const wsrep_buf_t parts[3] = {{"db", 2}, {"t", 1}, {&payload.rows[i], sizeof payload.rows[i]}};
        const wsrep_key_t key = {.key_parts = parts, .key_parts_num = 3};
        CHECK(s->w.append_key(&s->w, &handle, &key, 1, WSREP_KEY_EXCLUSIVE, true) == WSREP_OK);
    }
    char *more = more_data ? calloc(1, more_data) : NULL;
    const wsrep_buf_t data[2] = {{&payload, sizeof payload}, {more, more_data}};
    CHECK(s->w.append_data(&s->w, &handle, data, more_data ? 2 : 1, WSREP_DATA_ORDERED, true) == WSREP_OK);
    free(more);
    if (toy_was_aborted(s, &payload)) {
        atomic_fetch_add(&s->counts.aborted, 1);
        roll_back(s, &payload, &handle, NULL);
        return;
    }
    wsrep_trx_meta_t meta;
    const wsrep_status_t status = s->w.certify(&s->w, payload.trx, &handle, WHOLE, &meta);
    switch (status) {
    case WSREP_OK: commit(s, &payload, &handle, &meta); return;
    case WSREP_BF_ABORT:
        toy_unlock_for_client(s, &payload);
        CHECK(s->w.replay_trx(&s->w, &handle, s) == WSREP_OK);
        atomic_fetch_add(&s->counts.replayed, 1);
        CHECK(s->w.release(&s->w, &handle) == WSREP_OK);
        return;
    case WSREP_TRX_FAIL: atomic_fetch_add(meta.gtid.seqno >= 0 ? &s->counts.failed : &s->counts.aborted, 1); break;
    case WSREP_CONN_FAIL:
        CHECK(meta.gtid.seqno < 0);
        refused(s);
        break;
    case WSREP_WARNING:
        CHECK(meta.gtid.seqno < 0);
        atomic_fetch_add(&s->counts.unknown, 1);
        break;
    default: fprintf(stderr, "%s: certify returned %d\n", s->name, (int)status); abort();
    }
    roll_back(s, &payload, &handle, &meta);
}

void toy_statement(struct toy *s, uint64_t connection) {
    const wsrep_buf_t parts[2] = {{"db", 2}, {"t", 1}};
    const wsrep_key_t key = {.key_parts = parts, .key_parts_num = 2};
    const wsrep_buf_t action = {"ALTER", 5};
    const wsrep_buf_t none = {0};
    wsrep_trx_meta_t meta;
    const wsrep_status_t status = s->w.to_execute_start(&s->w, connection, &key, 1, &action, 1, WHOLE, &meta);
    if (meta.gtid.seqno < 0) {
        CHECK(status == WSREP_CONN_FAIL || status == WSREP_WARNING);
        if (status == WSREP_CONN_FAIL) {
            refused(s);
        } else {
            atomic_fetch_add(&s->counts.unknown, 1);
        }
        return;
    }
    CHECK(status == WSREP_OK || status == WSREP_TRX_FAIL);
    if (status == WSREP_OK) {
        toy_lock_all(s, meta.gtid.seqno);
        toy_change_all(s, &meta);
        toy_unlock_all(s);
        atomic_fetch_add(&s->counts.statements, 1);
    }
    CHECK(s->w.to_execute_end(&s->w, connection, &none) == WSREP_OK);
}

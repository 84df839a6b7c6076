// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Status variables under the names and in the order that tools and tests expect. What only the sidecar knows comes with its STATUS_REPLY,
// whose values replace the provider's own of the same name and whose further names follow at the end.
#include "provider.h"
#include "variables.h"

#include <stdlib.h>

#define STATUS_TIMEOUT (200 * MS)

bool status_init(struct status *status) {
    memset(status, 0, sizeof *status);
    pthread_mutex_init(&status->lock, NULL);
    status->node_comment = strdup("Initialized");
    return status->node_comment != NULL;
}

void status_destroy(struct status *status) {
    free(status->reply);
    free(status->node_comment);
    pthread_mutex_destroy(&status->lock);
}

void status_keep_reply(struct provider *p, const uint8_t *body, size_t length) {
    uint8_t *copy = malloc(length ? length : 1);
    if (!copy) {
        return;
    }
    memcpy(copy, body, length);
    pthread_mutex_lock(&p->status.lock);
    free(p->status.reply);
    p->status.reply = copy;
    p->status.reply_length = length;
    pthread_mutex_unlock(&p->status.lock);
}

void status_set_state(struct provider *p, int state, const char *comment, size_t length) {
    char *copy = strndup(comment, length);
    if (!copy) {
        return;
    }
    pthread_mutex_lock(&p->status.lock);
    free(p->status.node_comment);
    p->status.node_comment = copy;
    p->status.node_state = state;
    pthread_mutex_unlock(&p->status.lock);
}

void status_forget(struct provider *p) {
    static const char comment[] = "Initialized";
    pthread_mutex_lock(&p->status.lock);
    free(p->status.reply);
    p->status.reply = NULL;
    p->status.reply_length = 0;
    pthread_mutex_unlock(&p->status.lock);
    status_set_state(p, WSREP_MEMBER_UNDEFINED, comment, sizeof comment - 1);
}

static char *uuid_text(const wsrep_uuid_t *uuid) {
    char *text = malloc(37);
    if (!text) {
        return NULL;
    }
    static const char digits[] = "0123456789abcdef";
    char *at = text;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *at++ = '-';
        }
        *at++ = digits[uuid->data[i] >> 4];
        *at++ = digits[uuid->data[i] & 15];
    }
    *at = 0;
    return text;
}

static char *incoming_addresses(const wsrep_view_info_t *view) {
    const int count = view ? view->memb_num : 0;
    char *text = calloc((size_t)count + 1, WSREP_INCOMING_LEN + 1);
    char *at = text;
    for (int i = 0; text && i < count; i++) {
        at = stpcpy(i ? stpcpy(at, ",") : at, view->members[i].incoming);
    }
    return text;
}

static double ratio(int64_t part, int64_t whole) { return whole > 0 ? (double)part / (double)whole : 0; }

static void fill_own(struct provider *p, struct variables *s) {
    struct counters *c = &p->counters;
    wsrep_uuid_t group;
    provider_group(p, &group);
    static const wsrep_uuid_t none;
    const wsrep_uuid_t *known = uuid_equal(&group, &none) ? &p->start.uuid : &group;
    variables_text(s, "local_state_uuid", uuid_equal(known, &none) ? NULL : uuid_text(known));
    variables_int(s, "last_committed", horizon_reached(&p->apply));
    variables_int(s, "replicated", atomic_load(&c->replicated));
    variables_int(s, "replicated_bytes", atomic_load(&c->replicated_bytes));
    variables_int(s, "repl_keys", atomic_load(&c->repl_keys));
    variables_int(s, "repl_keys_bytes", atomic_load(&c->repl_keys_bytes));
    variables_int(s, "repl_data_bytes", atomic_load(&c->repl_data_bytes));
    variables_int(s, "repl_other_bytes", atomic_load(&c->repl_other_bytes));
    variables_int(s, "received", atomic_load(&c->received));
    variables_int(s, "received_bytes", atomic_load(&c->received_bytes));
    variables_int(s, "local_commits", atomic_load(&c->local_commits));
    variables_int(s, "local_cert_failures", atomic_load(&c->local_cert_failures));
    variables_int(s, "local_replays", atomic_load(&c->local_replays));
    variables_int(s, "causal_reads", atomic_load(&c->causal_reads));
    variables_int(s, "open_transactions", atomic_load(&p->trxs.count));
    variables_double(s, "cert_deps_distance", ratio(atomic_load(&c->deps_distance), atomic_load(&c->certified)));
    const int64_t applied = (int64_t)atomic_load(&p->apply.leaves);
    variables_double(s, "apply_oool", ratio((int64_t)atomic_load(&p->apply.out_of_order), applied));
    variables_int(s, "apply_waits", (int64_t)atomic_load(&p->apply.waits));
    const int64_t begun = (int64_t)atomic_load(&p->apply.entries);
    variables_double(s, "apply_oooe", ratio((int64_t)atomic_load(&p->apply.entered_early), begun));
    variables_double(s, "apply_window", ratio((int64_t)atomic_load(&p->apply.window_sum), begun));
    // Nobody enters the commit order before all others have left, nor leaves out of order: oooe and oool are 0.
    variables_double(s, "commit_window", ratio((int64_t)atomic_load(&p->commit.window_sum), (int64_t)atomic_load(&p->commit.entries)));
    pthread_mutex_lock(&p->feed.lock);
    variables_int(s, "local_recv_queue", p->feed.length);
    variables_int(s, "local_recv_queue_max", p->feed.length_max);
    variables_int(s, "local_recv_queue_min", p->feed.length_min);
    variables_double(s, "local_recv_queue_avg", ratio((int64_t)p->feed.length_sum, (int64_t)p->feed.length_samples));
    pthread_mutex_unlock(&p->feed.lock);
    pthread_mutex_lock(&p->lock);
    char *addresses = incoming_addresses(p->view);
    variables_int(s, "protocol_application", p->view ? p->view->proto_ver : -1);
    pthread_mutex_unlock(&p->lock);
    variables_text(s, "incoming_addresses", addresses);
    pthread_mutex_lock(&p->status.lock);
    variables_int(s, "local_state", p->status.node_state);
    variables_text(s, "local_state_comment", strdup(p->status.node_comment));
    pthread_mutex_unlock(&p->status.lock);
}

bool status_read(struct frame_in *in, struct variables *s) {
    const uint32_t count = frame_get_u32(in);
    for (uint32_t i = 0; i < count && !in->failed; i++) {
        size_t name_length;
        const char *name = frame_get_str(in, &name_length);
        const uint8_t type = frame_get_u8(in);
        size_t text_length = 0;
        const char *text = type == WSREP_VAR_STRING ? frame_get_str(in, &text_length) : NULL;
        const uint64_t bits = type == WSREP_VAR_STRING ? 0 : frame_get_u64(in);
        if (type > WSREP_VAR_DOUBLE) {
            in->failed = true;
        }
        char *own_name = s && !in->failed ? strndup(name, name_length) : NULL;
        if (own_name) {
            variables_any(s, own_name, (wsrep_var_type_t)type, text ? strndup(text, text_length) : NULL, bits);
        }
    }
    return !in->failed;
}

static void fill_from_reply(struct provider *p, struct variables *s) {
    pthread_mutex_lock(&p->status.lock);
    if (p->status.reply) {
        struct frame_in in = {.at = p->status.reply, .end = p->status.reply + p->status.reply_length};
        status_read(&in, s);
    }
    pthread_mutex_unlock(&p->status.lock);
}

static void refresh(struct provider *p) {
    if (atomic_load(&p->session.fd) < 0) {
        return;
    }
    struct frame_out out;
    frame_begin(&out, FRAME_STATUS, 0);
    struct call call = {0};
    session_call(p, &out, &call, now_ns() + STATUS_TIMEOUT);
    call_clear(&call);
    frame_out_free(&out);
}

struct wsrep_stats_var *provider_stats_get(wsrep_t *w) {
    struct provider *p = provider_of(w);
    struct variables *s = variables_new();
    if (!s) {
        return NULL;
    }
    refresh(p);
    variables_int(s, "protocol_version", -1);
    variables_int(s, "protocol_replicator", -1);
    variables_int(s, "protocol_GCS", -1);
    variables_text(s, "flow_control_active", strdup("false"));
    variables_text(s, "flow_control_requested", strdup("false"));
    fill_own(p, s);
    fill_from_reply(p, s);
    return variables_array(s);
}

void provider_stats_free(wsrep_t *w, struct wsrep_stats_var *vars) {
    (void)w;
    variables_free(variables_of(vars));
}

void provider_stats_reset(wsrep_t *w) {
    struct provider *p = provider_of(w);
    struct counters *c = &p->counters;
    atomic_store(&c->certified, 0);
    atomic_store(&c->deps_distance, 0);
    horizon_reset_averages(&p->apply);
    horizon_reset_averages(&p->commit);
    pthread_mutex_lock(&p->feed.lock);
    p->feed.length_max = p->feed.length_min = p->feed.length;
    p->feed.length_sum = p->feed.length_samples = 0;
    pthread_mutex_unlock(&p->feed.lock);
    uint8_t frame[FRAME_HEADER_LENGTH];
    frame_header(frame, sizeof frame, FRAME_STATUS_RESET, 0);
    session_post(p, frame, sizeof frame);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Status variables under the names and in the order that tools and tests expect. What only the sidecar knows comes with its STATUS_REPLY,
// whose values replace the provider's own of the same name and whose further names follow at the end.
#include "provider.h"

#include <stdlib.h>

enum { EXTRA_MAX = 64 };

#define STATUS_TIMEOUT (200 * MS)

static const struct {
    const char *name;
    wsrep_var_type_t type;
} variables[] = {
    {"local_state_uuid", WSREP_VAR_STRING},
    {"protocol_version", WSREP_VAR_INT64},
    {"protocol_application", WSREP_VAR_INT64},
    {"protocol_replicator", WSREP_VAR_INT64},
    {"protocol_GCS", WSREP_VAR_INT64},
    {"last_committed", WSREP_VAR_INT64},
    {"replicated", WSREP_VAR_INT64},
    {"replicated_bytes", WSREP_VAR_INT64},
    {"repl_keys", WSREP_VAR_INT64},
    {"repl_keys_bytes", WSREP_VAR_INT64},
    {"repl_data_bytes", WSREP_VAR_INT64},
    {"repl_other_bytes", WSREP_VAR_INT64},
    {"received", WSREP_VAR_INT64},
    {"received_bytes", WSREP_VAR_INT64},
    {"local_commits", WSREP_VAR_INT64},
    {"local_cert_failures", WSREP_VAR_INT64},
    {"local_replays", WSREP_VAR_INT64},
    {"local_send_queue", WSREP_VAR_INT64},
    {"local_send_queue_max", WSREP_VAR_INT64},
    {"local_send_queue_min", WSREP_VAR_INT64},
    {"local_send_queue_avg", WSREP_VAR_DOUBLE},
    {"local_recv_queue", WSREP_VAR_INT64},
    {"local_recv_queue_max", WSREP_VAR_INT64},
    {"local_recv_queue_min", WSREP_VAR_INT64},
    {"local_recv_queue_avg", WSREP_VAR_DOUBLE},
    {"local_cached_downto", WSREP_VAR_INT64},
    {"flow_control_paused_ns", WSREP_VAR_INT64},
    {"flow_control_paused", WSREP_VAR_DOUBLE},
    {"flow_control_sent", WSREP_VAR_INT64},
    {"flow_control_recv", WSREP_VAR_INT64},
    {"flow_control_active", WSREP_VAR_STRING},
    {"flow_control_requested", WSREP_VAR_STRING},
    {"cert_deps_distance", WSREP_VAR_DOUBLE},
    {"apply_oooe", WSREP_VAR_DOUBLE},
    {"apply_oool", WSREP_VAR_DOUBLE},
    {"apply_window", WSREP_VAR_DOUBLE},
    {"apply_waits", WSREP_VAR_INT64},
    {"commit_oooe", WSREP_VAR_DOUBLE},
    {"commit_oool", WSREP_VAR_DOUBLE},
    {"commit_window", WSREP_VAR_DOUBLE},
    {"local_state", WSREP_VAR_INT64},
    {"local_state_comment", WSREP_VAR_STRING},
    {"cert_index_size", WSREP_VAR_INT64},
    {"causal_reads", WSREP_VAR_INT64},
    {"cert_interval", WSREP_VAR_DOUBLE},
    {"open_transactions", WSREP_VAR_INT64},
    {"open_connections", WSREP_VAR_INT64},
    {"incoming_addresses", WSREP_VAR_STRING},
};

enum { VARIABLES = sizeof variables / sizeof *variables };

// Everything that one stats_get hands out; freed as one piece of memory plus its text.
struct snapshot {
    struct wsrep_stats_var vars[VARIABLES + EXTRA_MAX + 1];
    char *texts[VARIABLES + EXTRA_MAX];
    char *names[EXTRA_MAX];
    int extra;
};

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

static int find(const char *name) {
    for (int i = 0; i < VARIABLES; i++) {
        if (strcmp(variables[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static void set_int(struct snapshot *s, const char *name, int64_t value) { s->vars[find(name)].value._int64 = value; }

static void set_double(struct snapshot *s, const char *name, double value) { s->vars[find(name)].value._double = value; }

static void set_text_at(struct snapshot *s, int at, char *text) {
    free(s->texts[at]);
    s->texts[at] = text;
    s->vars[at].value._string = text ? text : "";
}

static void set_text(struct snapshot *s, const char *name, char *text) { set_text_at(s, find(name), text); }

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
    for (int i = 0; text && i < count; i++) {
        if (i) {
            strcat(text, ",");
        }
        strcat(text, view->members[i].incoming);
    }
    return text;
}

static double ratio(int64_t part, int64_t whole) { return whole > 0 ? (double)part / (double)whole : 0; }

static void fill_own(struct provider *p, struct snapshot *s) {
    struct counters *c = &p->counters;
    wsrep_uuid_t group;
    provider_group(p, &group);
    static const wsrep_uuid_t none;
    const wsrep_uuid_t *known = uuid_equal(&group, &none) ? &p->start.uuid : &group;
    set_text(s, "local_state_uuid", uuid_equal(known, &none) ? NULL : uuid_text(known));
    set_int(s, "last_committed", horizon_reached(&p->apply));
    set_int(s, "replicated", atomic_load(&c->replicated));
    set_int(s, "replicated_bytes", atomic_load(&c->replicated_bytes));
    set_int(s, "repl_keys", atomic_load(&c->repl_keys));
    set_int(s, "repl_keys_bytes", atomic_load(&c->repl_keys_bytes));
    set_int(s, "repl_data_bytes", atomic_load(&c->repl_data_bytes));
    set_int(s, "repl_other_bytes", atomic_load(&c->repl_other_bytes));
    set_int(s, "received", atomic_load(&c->received));
    set_int(s, "received_bytes", atomic_load(&c->received_bytes));
    set_int(s, "local_commits", atomic_load(&c->local_commits));
    set_int(s, "local_cert_failures", atomic_load(&c->local_cert_failures));
    set_int(s, "local_replays", atomic_load(&c->local_replays));
    set_int(s, "causal_reads", atomic_load(&c->causal_reads));
    set_int(s, "open_transactions", atomic_load(&p->trxs.count));
    set_double(s, "cert_deps_distance", ratio(atomic_load(&c->deps_distance), atomic_load(&c->certified)));
    const int64_t applied = (int64_t)atomic_load(&p->apply.leaves);
    set_double(s, "apply_oool", ratio((int64_t)atomic_load(&p->apply.out_of_order), applied));
    set_int(s, "apply_waits", (int64_t)atomic_load(&p->apply.waits));
    const int64_t begun = (int64_t)atomic_load(&p->apply.entries);
    set_double(s, "apply_oooe", ratio((int64_t)atomic_load(&p->apply.entered_early), begun));
    set_double(s, "apply_window", ratio((int64_t)atomic_load(&p->apply.window_sum), begun));
    // Nobody enters the commit order before all others have left, nor leaves out of order: oooe and oool are 0.
    set_double(s, "commit_window", ratio((int64_t)atomic_load(&p->commit.window_sum), (int64_t)atomic_load(&p->commit.entries)));
    pthread_mutex_lock(&p->feed.lock);
    set_int(s, "local_recv_queue", p->feed.length);
    set_int(s, "local_recv_queue_max", p->feed.length_max);
    set_int(s, "local_recv_queue_min", p->feed.length_min);
    set_double(s, "local_recv_queue_avg", ratio((int64_t)p->feed.length_sum, (int64_t)p->feed.length_samples));
    pthread_mutex_unlock(&p->feed.lock);
    pthread_mutex_lock(&p->lock);
    char *addresses = incoming_addresses(p->view);
    set_int(s, "protocol_application", p->view ? p->view->proto_ver : -1);
    pthread_mutex_unlock(&p->lock);
    set_text(s, "incoming_addresses", addresses);
    pthread_mutex_lock(&p->status.lock);
    set_int(s, "local_state", p->status.node_state);
    set_text(s, "local_state_comment", strdup(p->status.node_comment));
    pthread_mutex_unlock(&p->status.lock);
}

static struct wsrep_stats_var *slot_for(struct snapshot *s, char *name, int *at) {
    *at = find(name);
    if (*at >= 0) {
        free(name);
        return &s->vars[*at];
    }
    if (s->extra == EXTRA_MAX) {
        free(name);
        return NULL;
    }
    *at = VARIABLES + s->extra;
    s->names[s->extra++] = name;
    s->vars[*at].name = name;
    return &s->vars[*at];
}

static void fill_from_reply(struct provider *p, struct snapshot *s) {
    pthread_mutex_lock(&p->status.lock);
    struct frame_in in = {.at = p->status.reply, .end = p->status.reply + p->status.reply_length};
    const uint32_t count = p->status.reply ? frame_get_u32(&in) : 0;
    for (uint32_t i = 0; i < count && !in.failed; i++) {
        char *name = frame_get_text(&in);
        const uint8_t type = frame_get_u8(&in);
        char *text = type == WSREP_VAR_STRING ? frame_get_text(&in) : NULL;
        const uint64_t bits = type == WSREP_VAR_STRING ? 0 : frame_get_u64(&in);
        int at = 0;
        struct wsrep_stats_var *var = in.failed || type > WSREP_VAR_DOUBLE ? NULL : slot_for(s, name, &at);
        if (!var) {
            free(text);
            if (in.failed) {
                free(name);
            }
            continue;
        }
        var->type = (wsrep_var_type_t)type;
        if (type == WSREP_VAR_STRING) {
            set_text_at(s, at, text);
        } else {
            memcpy(&var->value, &bits, sizeof bits);
        }
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
    struct snapshot *s = calloc(1, sizeof *s);
    if (!s) {
        return NULL;
    }
    refresh(p);
    for (int i = 0; i < VARIABLES; i++) {
        s->vars[i].name = variables[i].name;
        s->vars[i].type = variables[i].type;
        if (variables[i].type == WSREP_VAR_STRING) {
            s->vars[i].value._string = "";
        }
    }
    set_int(s, "protocol_version", -1);
    set_int(s, "protocol_replicator", -1);
    set_int(s, "protocol_GCS", -1);
    set_text(s, "flow_control_active", strdup("false"));
    set_text(s, "flow_control_requested", strdup("false"));
    fill_own(p, s);
    fill_from_reply(p, s);
    return s->vars;
}

void provider_stats_free(wsrep_t *w, struct wsrep_stats_var *vars) {
    (void)w;
    struct snapshot *s = (struct snapshot *)vars;
    if (!s) {
        return;
    }
    for (int i = 0; i < VARIABLES + EXTRA_MAX; i++) {
        free(s->texts[i]);
    }
    for (int i = 0; i < s->extra; i++) {
        free(s->names[i]);
    }
    free(s);
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
}

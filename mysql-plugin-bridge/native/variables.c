// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "variables.h"

#include <stdlib.h>
#include <string.h>

enum { EXTRA_MAX = 64 };

static const struct {
    const char *name;
    wsrep_var_type_t type;
} variable_table[] = {
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

enum { VARIABLES = sizeof variable_table / sizeof *variable_table };

// Freed as one piece of memory plus its text.
struct variables {
    struct wsrep_stats_var array[VARIABLES + EXTRA_MAX + 1];
    char *texts[VARIABLES + EXTRA_MAX];
    char *names[EXTRA_MAX];
    int extra;
};

static int find(const char *name) {
    for (int i = 0; i < VARIABLES; i++) {
        if (strcmp(variable_table[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static void set_text(struct variables *variables, int at, char *text) {
    free(variables->texts[at]);
    variables->texts[at] = text;
    variables->array[at].value._string = text ? text : "";
}

struct variables *variables_new(void) {
    struct variables *variables = calloc(1, sizeof *variables);
    for (int i = 0; variables && i < VARIABLES; i++) {
        variables->array[i].name = variable_table[i].name;
        variables->array[i].type = variable_table[i].type;
        if (variable_table[i].type == WSREP_VAR_STRING) {
            set_text(variables, i, NULL);
        }
    }
    return variables;
}

void variables_free(struct variables *variables) {
    if (!variables) {
        return;
    }
    for (int i = 0; i < VARIABLES + EXTRA_MAX; i++) {
        free(variables->texts[i]);
    }
    for (int i = 0; i < variables->extra; i++) {
        free(variables->names[i]);
    }
    free(variables);
}

struct wsrep_stats_var *variables_array(struct variables *variables) { return variables->array; }

struct variables *variables_of(struct wsrep_stats_var *array) { return (struct variables *)array; }

void variables_int(struct variables *variables, const char *name, int64_t value) {
    variables->array[find(name)].value._int64 = value;
}

void variables_double(struct variables *variables, const char *name, double value) {
    variables->array[find(name)].value._double = value;
}

void variables_text(struct variables *variables, const char *name, char *text) { set_text(variables, find(name), text); }

void variables_any(struct variables *variables, char *name, wsrep_var_type_t type, char *text, uint64_t bits) {
    int at = find(name);
    if (at < 0 && variables->extra < EXTRA_MAX) {
        at = VARIABLES + variables->extra;
        variables->names[variables->extra++] = name;
        variables->array[at].name = name;
    } else {
        free(name);
    }
    if (at < 0) {
        free(text);
        return;
    }
    variables->array[at].type = type;
    if (type == WSREP_VAR_STRING) {
        set_text(variables, at, text);
    } else {
        memcpy(&variables->array[at].value, &bits, sizeof bits);
    }
}

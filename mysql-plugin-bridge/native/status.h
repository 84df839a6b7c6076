// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Status variables.
#ifndef CARILLON_STATUS_H
#define CARILLON_STATUS_H

#include "wsrep_abi.h"

#include <pthread.h>
#include <stdatomic.h>

struct provider;

struct counters {
    _Atomic int64_t replicated;
    _Atomic int64_t replicated_bytes;
    _Atomic int64_t repl_keys;
    _Atomic int64_t repl_keys_bytes;
    _Atomic int64_t repl_data_bytes;
    _Atomic int64_t repl_other_bytes;
    _Atomic int64_t received;
    _Atomic int64_t received_bytes;
    _Atomic int64_t local_commits;
    _Atomic int64_t local_cert_failures;
    _Atomic int64_t local_replays;
    _Atomic int64_t causal_reads;
    _Atomic int64_t certified;
    _Atomic int64_t deps_distance;
    _Atomic int64_t cert_interval;
};

struct status {
    pthread_mutex_t lock;
    uint8_t *reply; // body of the latest STATUS_REPLY
    size_t reply_length;
    int node_state;
    char *node_comment;
};

bool status_init(struct status *status);
void status_destroy(struct status *status);
struct variables;
struct frame_in;

// Reads the body of a STATUS_REPLY, into `s` if it is given; false: malformed.
bool status_read(struct frame_in *in, struct variables *s);
void status_keep_reply(struct provider *p, const uint8_t *body, size_t length);
// There is no sidecar to say anything: what Galera shows of a node that is not in the primary component.
void status_forget(struct provider *p);
void status_set_state(struct provider *p, int state, const char *comment, size_t length);
struct wsrep_stats_var *provider_stats_get(wsrep_t *w);
void provider_stats_free(wsrep_t *w, struct wsrep_stats_var *vars);
void provider_stats_reset(wsrep_t *w);

#endif

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Provider options: the text of all, and the few that the provider needs itself.
#ifndef CARILLON_OPTIONS_H
#define CARILLON_OPTIONS_H

#include "wsrep_abi.h"

#include <pthread.h>
#include <stdatomic.h>

struct options {
    pthread_mutex_t lock;
    char *text;
    _Atomic int64_t causal_read_timeout; // nanoseconds
    _Atomic int64_t max_ws_size;
    int64_t sidecar_grace;
    int64_t fate_timeout; // 0: none
    char *sidecar;
    char *dir;
};

bool options_init(struct options *options, const char *text);
void options_destroy(struct options *options);
void options_keep(struct options *options, const char *text, size_t length);
// The value of `name` in "a=b; c=d" text, from malloc, or NULL.
char *options_find(const char *text, const char *name);
// ISO-8601 duration or plain seconds; -1 if it is neither.
int64_t options_duration(const char *text);
char *provider_options_get(wsrep_t *w);
wsrep_status_t provider_options_set(wsrep_t *w, const char *text);

#endif

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Services that the server offers to its provider, or asks of it, before init().
#include "provider.h"

#include <stdio.h>
#include <stdlib.h>

static wsrep_allowlist_service_v1_t allowlist;
static wsrep_event_service_v1_t events;

// Peers are checked by the sidecar, by cluster name and keys; the server's list is kept for the day that it asks.
EXPORT int wsrep_init_allowlist_service_v1(const wsrep_allowlist_service_v1_t *service);
EXPORT int wsrep_init_allowlist_service_v1(const wsrep_allowlist_service_v1_t *service) {
    allowlist = *service;
    return 0;
}

EXPORT void wsrep_deinit_allowlist_service_v1(void);
EXPORT void wsrep_deinit_allowlist_service_v1(void) { allowlist = (wsrep_allowlist_service_v1_t){0}; }

EXPORT int wsrep_init_event_service_v1(const wsrep_event_service_v1_t *service);
EXPORT int wsrep_init_event_service_v1(const wsrep_event_service_v1_t *service) {
    events = *service;
    return 0;
}

EXPORT void wsrep_deinit_event_service_v1(void);
EXPORT void wsrep_deinit_event_service_v1(void) { events = (wsrep_event_service_v1_t){0}; }

// Every option as text: what a server of series 11 makes system variables of.
static wsrep_status_t get_parameters(wsrep_t *w, wsrep_status_t (*cb)(const wsrep_parameter *, void *), void *ctx) {
    if (!provider_of(w)) {
        return WSREP_NODE_FAIL;
    }
    char *text = provider_options_get(w);
    wsrep_status_t status = text ? WSREP_OK : WSREP_NODE_FAIL;
    char *rest = NULL;
    for (char *pair = text ? strtok_r(text, ";", &rest) : NULL; pair && status == WSREP_OK; pair = strtok_r(NULL, ";", &rest)) {
        char *value = strchr(pair, '=');
        if (!value) {
            continue;
        }
        *value++ = 0;
        char *name_rest = NULL;
        const char *name = strtok_r(pair, " ", &name_rest);
        while (*value == ' ') {
            value++;
        }
        if (name) {
            const wsrep_parameter parameter = {.flags = 0, .name = name, .value.as_string = value};
            status = cb(&parameter, ctx);
        }
    }
    free(text);
    return status;
}

EXPORT int wsrep_init_config_service_v1(wsrep_config_service_v1_t *service);
EXPORT int wsrep_init_config_service_v1(wsrep_config_service_v1_t *service) {
    service->get_parameters = get_parameters;
    return 0;
}

EXPORT void wsrep_deinit_config_service_v1(void);
EXPORT void wsrep_deinit_config_service_v1(void) {}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Services that the server offers to its provider, or asks of it, before init().
#include "provider.h"

#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t allowlist_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t allowlist_idle = PTHREAD_COND_INITIALIZER;
static wsrep_allowlist_service_v1_t allowlist; // under allowlist_lock
static int allowlist_asking;                   // under allowlist_lock: calls under way
static wsrep_event_service_v1_t events;        // kept for the day that there is something to tell

bool allowlist_admits(const struct provider *p, const char *ip) {
    pthread_mutex_lock(&allowlist_lock);
    const wsrep_allowlist_service_v1_t service = allowlist;
    allowlist_asking++;
    pthread_mutex_unlock(&allowlist_lock);
    const wsrep_buf_t value = {.ptr = ip, .len = strlen(ip)};
    const wsrep_status_t status = service.allowlist_cb ? service.allowlist_cb(service.context, WSREP_ALLOWLIST_IP, &value) : WSREP_OK;
    pthread_mutex_lock(&allowlist_lock);
    if (--allowlist_asking == 0) {
        pthread_cond_broadcast(&allowlist_idle);
    }
    pthread_mutex_unlock(&allowlist_lock);
    if (status == WSREP_NOT_ALLOWED) {
        provider_log(p, WSREP_LOG_WARN, "Connection not allowed, IP %s not found in allowlist.", ip);
    } else if (status != WSREP_OK) {
        provider_log(p, WSREP_LOG_WARN, "Connection not allowed: the server's allow list has no answer for IP %s (%d)", ip, (int)status);
    }
    return status == WSREP_OK;
}

EXPORT int wsrep_init_allowlist_service_v1(const wsrep_allowlist_service_v1_t *service);
EXPORT int wsrep_init_allowlist_service_v1(const wsrep_allowlist_service_v1_t *service) {
    pthread_mutex_lock(&allowlist_lock);
    allowlist = *service;
    pthread_mutex_unlock(&allowlist_lock);
    return 0;
}

EXPORT void wsrep_deinit_allowlist_service_v1(void);
EXPORT void wsrep_deinit_allowlist_service_v1(void) {
    pthread_mutex_lock(&allowlist_lock);
    allowlist = (wsrep_allowlist_service_v1_t){0};
    while (allowlist_asking > 0) {
        pthread_cond_wait(&allowlist_idle, &allowlist_lock);
    }
    pthread_mutex_unlock(&allowlist_lock);
}

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

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Options are the sidecar's; the provider keeps their text, and reads the few that it needs itself.
#include "provider.h"

#include <ctype.h>
#include <stdlib.h>

#define CAUSAL_READ_TIMEOUT (30 * SECOND)
#define SIDECAR_GRACE (3 * SECOND)
#define FATE_TIMEOUT 0
#define REFRESH_TIMEOUT (200 * MS)

static char *copy_trimmed(const char *from, const char *to) {
    while (from < to && isspace((unsigned char)*from)) {
        from++;
    }
    while (from < to && isspace((unsigned char)to[-1])) {
        to--;
    }
    return strndup(from, (size_t)(to - from));
}

char *options_find(const char *text, const char *name) {
    char *found = NULL;
    while (text && *text) {
        const char *end = strchr(text, ';');
        const char *stop = end ? end : text + strlen(text);
        const char *equals = memchr(text, '=', (size_t)(stop - text));
        if (equals) {
            char *key = copy_trimmed(text, equals);
            if (key && strcmp(key, name) == 0) {
                free(found); // the last one counts
                found = copy_trimmed(equals + 1, stop);
            }
            free(key);
        }
        text = end ? end + 1 : NULL;
    }
    return found;
}

int64_t options_duration(const char *text) {
    char *end;
    if (text[0] != 'P') {
        const double seconds = strtod(text, &end);
        return end == text || *end || !(seconds >= 0) || seconds > 1e9 ? -1 : (int64_t)(seconds * SECOND);
    }
    double total = 0;
    bool time = false;
    const char *at = text + 1;
    if (!*at) {
        return -1;
    }
    while (*at) {
        if (*at == 'T') {
            time = true;
            at++;
            continue;
        }
        const double value = strtod(at, &end);
        if (end == at || !(value >= 0)) {
            return -1;
        }
        switch (*end) {
        case 'D': total += time ? -1e18 : value * 86400; break;
        case 'H': total += time ? value * 3600 : -1e18; break;
        case 'M': total += time ? value * 60 : -1e18; break;
        case 'S': total += time ? value : -1e18; break;
        default: return -1;
        }
        at = end + 1;
    }
    return total < 0 || total > 1e9 ? -1 : (int64_t)(total * SECOND);
}

static int64_t duration_option(const char *text, const char *name, int64_t standard) {
    char *value = options_find(text, name);
    const int64_t duration = value ? options_duration(value) : -1;
    free(value);
    return duration < 0 ? standard : duration;
}

static int64_t size_option(const char *text, const char *name, int64_t standard) {
    char *value = options_find(text, name);
    if (!value) {
        return standard;
    }
    char *end;
    const int64_t number = strtoll(value, &end, 0);
    int shift = 0;
    switch (toupper((unsigned char)*end)) {
    case 'T': shift += 10; // fall through
    case 'G': shift += 10; // fall through
    case 'M': shift += 10; // fall through
    case 'K': shift += 10; break;
    default: break;
    }
    free(value);
    return number > 0 && number <= INT64_MAX >> shift ? number << shift : standard;
}

bool options_init(struct options *options, const char *text) {
    memset(options, 0, sizeof *options);
    pthread_mutex_init(&options->lock, NULL);
    options->sidecar = options_find(text, "carillon.sidecar");
    options->dir = options_find(text, "carillon.dir");
    options->sidecar_grace = duration_option(text, "carillon.sidecar_grace", SIDECAR_GRACE);
    options->fate_timeout = duration_option(text, "carillon.fate_timeout", FATE_TIMEOUT);
    options_keep(options, text, strlen(text));
    return options->text != NULL;
}

void options_destroy(struct options *options) {
    free(options->text);
    free(options->sidecar);
    free(options->dir);
    pthread_mutex_destroy(&options->lock);
}

void options_keep(struct options *options, const char *text, size_t length) {
    char *copy = strndup(text, length);
    if (!copy) {
        return;
    }
    atomic_store(&options->causal_read_timeout, duration_option(copy, "repl.causal_read_timeout", CAUSAL_READ_TIMEOUT));
    atomic_store(&options->max_ws_size, size_option(copy, "repl.max_ws_size", INT32_MAX));
    pthread_mutex_lock(&options->lock);
    free(options->text);
    options->text = copy;
    pthread_mutex_unlock(&options->lock);
}

// What has no value of its own gets one when the node connects, so the sidecar is asked. Without one: the text of last time.
static void refresh(struct provider *p) {
    if (atomic_load(&p->session.fd) < 0) {
        return;
    }
    struct frame_out out;
    frame_begin(&out, FRAME_OPTION_SET, 0);
    frame_put_text(&out, "");
    struct call call = {0};
    if (session_call(p, &out, &call, now_ns() + REFRESH_TIMEOUT) == WSREP_OK && call.text && *call.text) {
        options_keep(&p->options, call.text, strlen(call.text));
    }
    call_clear(&call);
    frame_out_free(&out);
}

char *provider_options_get(wsrep_t *w) {
    struct options *options = &provider_of(w)->options;
    refresh(provider_of(w));
    pthread_mutex_lock(&options->lock);
    char *copy = strdup(options->text);
    pthread_mutex_unlock(&options->lock);
    return copy;
}

wsrep_status_t provider_options_set(wsrep_t *w, const char *text) {
    struct provider *p = provider_of(w);
    struct frame_out out;
    frame_begin(&out, FRAME_OPTION_SET, 0);
    frame_put_text(&out, text);
    struct call call = {0};
    wsrep_status_t status = session_call(p, &out, &call, PARK_FOREVER);
    if (status == WSREP_OK && call.text) {
        options_keep(&p->options, call.text, strlen(call.text));
    } else if (status != WSREP_OK) {
        provider_log(p, WSREP_LOG_WARN, "%s", call.text ? call.text : "No option was set: there is no sidecar");
        status = WSREP_NODE_FAIL; // as Galera has it for every refusal; the server only tells its client
    }
    call_clear(&call);
    frame_out_free(&out);
    return status;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// A provider from init() to free(), and its group from connect() to disconnect().
#include "provider.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void provider_log(const struct provider *p, wsrep_log_level_t level, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (p->args.logger_cb) {
        p->args.logger_cb(level, text);
    } else {
        fprintf(stderr, "carillon: %s\n", text);
    }
}

void provider_group(struct provider *p, wsrep_uuid_t *uuid) {
    pthread_mutex_lock(&p->lock);
    *uuid = p->group;
    pthread_mutex_unlock(&p->lock);
}

// RFC 9562, version 7: grows with time. Views list members by id, so whoever came first is first.
static void make_session_id(wsrep_uuid_t *id) {
    if (getrandom(id->data, sizeof id->data, 0) != (ssize_t)sizeof id->data) {
        const uint64_t seed[2] = {(uint64_t)now_ns(), (uint64_t)getpid()};
        memcpy(id->data, seed, sizeof id->data);
    }
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    const uint64_t wall_ms = (uint64_t)wall.tv_sec * 1000 + (uint64_t)wall.tv_nsec / 1000000;
    for (int i = 0; i < 6; i++) {
        id->data[i] = (uint8_t)(wall_ms >> (40 - 8 * i));
    }
    id->data[6] = (uint8_t)((id->data[6] & 0x0f) | 0x70);
    id->data[8] = (uint8_t)((id->data[8] & 0x3f) | 0x80);
}

static char *copy(const char *text) { return strdup(text ? text : ""); }

void provider_destroy(struct provider *p) {
    votes_forget(p);
    pthread_mutex_destroy(&p->vote_lock);
    feed_destroy(&p->feed);
    trx_table_destroy(&p->trxs);
    peers_destroy(&p->peers);
    calls_free_orphans(&p->calls);
    calls_destroy(&p->calls);
    horizon_destroy(&p->apply);
    horizon_destroy(&p->commit);
    horizon_destroy(&p->tickets);
    options_destroy(&p->options);
    status_destroy(&p->status);
    free((char *)p->args.node_name);
    free((char *)p->args.node_address);
    free((char *)p->args.node_incoming);
    free((char *)p->args.data_dir);
    free(p->options_text);
    free(p->view);
    free(p->cluster_name);
    free(p->cluster_url);
    free(p->donor);
    pthread_mutex_destroy(&p->lock);
    pthread_mutex_destroy(&p->ticket_lock);
    free(p);
}

// What init() is given is valid only while it runs.
struct provider *provider_create(const struct wsrep_init_args *args) {
    struct provider *p = calloc(1, sizeof *p);
    if (!p) {
        return NULL;
    }
    p->args = *args;
    p->args.node_name = copy(args->node_name);
    p->args.node_address = copy(args->node_address);
    p->args.node_incoming = copy(args->node_incoming);
    p->args.data_dir = copy(args->data_dir);
    p->options_text = copy(args->options);
    p->args.options = p->options_text;
    p->start.seqno = WSREP_SEQNO_UNDEFINED;
    if (args->state_id) {
        p->start = *args->state_id;
    }
    p->args.state_id = NULL;
    p->args.state = NULL;
    pthread_mutex_init(&p->lock, NULL);
    pthread_mutex_init(&p->ticket_lock, NULL);
    pthread_mutex_init(&p->vote_lock, NULL);
    trx_table_init(&p->trxs);
    peers_init(&p->peers);
    make_session_id(&p->session.id);
    p->stats_since = now_ns();
    p->spills.limit = SPILL_LIMIT;
    p->spills.provider = p;
    atomic_store(&p->shield.until, WSREP_SEQNO_UNDEFINED);
    const bool ok = p->args.node_name && p->args.node_address && p->args.node_incoming && p->args.data_dir && p->options_text &&
                    options_init(&p->options, p->options_text ? p->options_text : "") & calls_init(&p->calls, &p->session.id) &
                        feed_init(&p->feed) & status_init(&p->status) & horizon_init(&p->apply) & horizon_init(&p->commit) &
                        horizon_init(&p->tickets);
    if (!ok) {
        provider_destroy(p);
        return NULL;
    }
    return p;
}

wsrep_status_t provider_init(wsrep_t *w, const struct wsrep_init_args *args) {
    struct provider *p = provider_create(args);
    w->ctx = p;
    if (!p) {
        return WSREP_NODE_FAIL;
    }
    const wsrep_status_t status = session_start(p);
    if (status != WSREP_OK) {
        w->ctx = NULL;
        session_stop(p);
        provider_destroy(p);
    }
    return status;
}

// Called twice at the end.
void provider_free(wsrep_t *w) {
    struct provider *p = provider_of(w);
    w->ctx = NULL;
    if (p) {
        atomic_store(&p->closing, true);
        session_stop(p);
        provider_destroy(p);
    }
}

static void keep_connect(struct provider *p, const char *name, const char *url, const char *donor) {
    pthread_mutex_lock(&p->lock);
    free(p->cluster_name);
    free(p->cluster_url);
    free(p->donor);
    p->cluster_name = copy(name);
    p->cluster_url = copy(url);
    p->donor = copy(donor);
    pthread_mutex_unlock(&p->lock);
}

static void set_connected(struct provider *p, bool connected) {
    pthread_mutex_lock(&p->lock);
    p->connected = connected;
    pthread_mutex_unlock(&p->lock);
}

static void send_disconnect(struct provider *p, int64_t deadline) {
    struct call call = {0};
    const wsrep_status_t status = session_leave(p, &call, deadline);
    if (status != WSREP_OK) {
        provider_log(p, WSREP_LOG_INFO, "This node did not leave its group in order: %s", call.text
            && *call.text ? call.text : "there is no sidecar, or it does not answer");
    }
    call_clear(&call);
}

wsrep_status_t provider_connect(wsrep_t *w, const char *name, const char *url, const char *donor, wsrep_bool_t bootstrap) {
    struct provider *p = provider_of(w);
    keep_connect(p, name, url, donor);
    if (atomic_load(&p->inconsistent)) {
        send_disconnect(p, PARK_FOREVER); // the feed is still closed: with the answer, all of the old connection is read and dropped
    }
    atomic_store(&p->closing, false);
    atomic_store(&p->inconsistent, false);
    pthread_mutex_lock(&p->feed.lock);
    p->feed.closed = false;
    p->feed.final_queued = false;
    pthread_mutex_unlock(&p->feed.lock);
    struct frame_out out;
    frame_begin(&out, FRAME_CONNECT, 0);
    frame_put_text(&out, name);
    frame_put_text(&out, url);
    frame_put_text(&out, donor);
    frame_put_u8(&out, bootstrap);
    struct call call = {0};
    wsrep_status_t status = session_call(p, &out, &call, PARK_FOREVER);
    if (status == WSREP_OK) {
        set_connected(p, true);
    } else {
        provider_log(p, WSREP_LOG_ERROR, "Failed to open channel '%s' at '%s': %s", name, url,
                     call.text && *call.text ? call.text : "there is no sidecar");
        status = WSREP_NODE_FAIL;
        pthread_mutex_lock(&p->feed.lock);
        p->feed.closed = p->feed.head == NULL;
        pthread_mutex_unlock(&p->feed.lock);
    }
    call_clear(&call);
    frame_out_free(&out);
    if (status != WSREP_OK) {
        peers_settle(p);
    }
    return status;
}

wsrep_status_t provider_disconnect(wsrep_t *w) {
    struct provider *p = provider_of(w);
    pthread_mutex_lock(&p->feed.lock);
    const bool closed = p->feed.closed;
    pthread_mutex_unlock(&p->feed.lock);
    set_connected(p, false);
    session_drop_posts(p); // the others roll back by themselves what this node leaves behind
    if (closed) {
        return WSREP_OK;
    }
    // Whose fate is open goes without it from now on.
    atomic_store(&p->closing, true);
    calls_kick_all(&p->calls);
    send_disconnect(p, now_ns() + p->session.leave_timeout);
    peers_settle(p); // nobody can connect any more
    feed_push_final(p); // if the sidecar's own did not come
    return WSREP_OK;
}

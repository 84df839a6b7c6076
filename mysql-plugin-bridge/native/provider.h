// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The provider's parts and how they hang together. Lock order, outermost first: vote lock, write lock, calls, handle shard,
// transaction, feed, horizon, posts.
// No lock is held across a call into the server.
#ifndef CARILLON_PROVIDER_H
#define CARILLON_PROVIDER_H

#include "feed.h"
#include "options.h"
#include "peers.h"
#include "session.h"
#include "shield.h"
#include "status.h"
#include "trx.h"

#define CARILLON_VERSION "0.1"
#define PROVIDER_VERSION "26.4.23(rcarillon-" CARILLON_VERSION ")"

#define MS 1000000LL
#define SECOND 1000000000LL

// ---- views.c

void views_read(struct provider *p, const struct event *event);
wsrep_status_t views_handle(struct provider *p, struct event *event, void *recv_ctx);
// The sidecar is gone: the server is told that it is alone.
void views_lost(struct provider *p);
// `seqno`: the last one that the server has; undefined where its state is not the group's any more.
wsrep_status_t views_final(struct provider *p, void *recv_ctx, int64_t seqno);

// ---- sst.c

wsrep_status_t sst_request(struct provider *p, struct event *event);
// The server is to be asked for its request. False: it was asked by an earlier sidecar, and this one has the answer or gets it.
bool sst_ask(struct provider *p);
bool sst_is_asked(struct provider *p);
void sst_donation_asked(struct provider *p);
// Its sidecar answered the server's call of `type`.
void sst_answered(struct provider *p, uint16_t type, int32_t status);
void sst_donate(struct provider *p, struct event *event, void *recv_ctx);
wsrep_status_t provider_sst_sent(wsrep_t *w, const wsrep_gtid_t *gtid, int rcode);
wsrep_status_t provider_sst_received(wsrep_t *w, const wsrep_gtid_t *gtid, const wsrep_buf_t *state, int rcode);

// ---- order.c: reading, waiting for and stopping the order

// Stops the order at a seqno, which is returned: everything up to it is done, nothing behind it changes data until order_go_on().
int64_t order_hold(struct provider *p);
void order_go_on(struct provider *p);
wsrep_status_t provider_sync_wait(wsrep_t *w, wsrep_gtid_t *upto, int timeout, wsrep_gtid_t *out);
wsrep_status_t provider_last_committed_id(wsrep_t *w, wsrep_gtid_t *out);
wsrep_seqno_t provider_pause(wsrep_t *w);
wsrep_status_t provider_resume(wsrep_t *w);
wsrep_status_t provider_desync(wsrep_t *w);
wsrep_status_t provider_resync(wsrep_t *w);

// ---- isolation.c: exported, called from signal handlers too

int isolation_add(struct provider *p);
void isolation_remove(int slot);
void isolation_fd(int slot, int fd);
bool isolation_active(void);

// ---- votes.c

enum { VOTES_KEPT = 16 };

struct vote {
    int64_t seqno;
    uint64_t hash; // 0: none
    char *error;
    size_t length;
};

void vote(struct provider *p, int64_t seqno, const void *error, size_t length);
// There is a primary component again.
void votes_again(struct provider *p);
void votes_forget(struct provider *p);

// ---- provider.c

struct provider {
    struct wsrep_init_args args; // strings are copies
    wsrep_gtid_t start;
    char *options_text;
    struct options options;
    struct session session;
    struct calls calls;
    struct peers peers;
    struct spill_place spills;
    struct feed feed;
    struct trx_table trxs;
    struct horizon apply;
    struct horizon commit;
    struct shield shield;
    struct counters counters;
    struct status status;

    pthread_mutex_t lock; // what follows, up to the next comment
    wsrep_uuid_t group;
    wsrep_view_info_t *view; // latest one read
    bool connected;          // between connect and disconnect
    char *cluster_name;
    char *cluster_url;
    char *donor;
    struct toi *tois;
    int64_t stats_since;

    pthread_mutex_t vote_lock; // outermost but for those of the server
    struct vote votes[VOTES_KEPT];
    uint64_t votes_cast;

    _Atomic bool primary;
    _Atomic bool closing;
    _Atomic bool inconsistent;

    // wsrep_certify_v1: call-backs in the order of the verdicts
    pthread_mutex_t ticket_lock;
    uint64_t tickets_given;
    struct horizon tickets;
    _Atomic bool tickets_used;
};

// A provider without a session; NULL: memory ran out.
struct provider *provider_create(const struct wsrep_init_args *args);
void provider_destroy(struct provider *p);
wsrep_status_t provider_init(wsrep_t *w, const struct wsrep_init_args *args);
void provider_free(wsrep_t *w);
wsrep_status_t provider_connect(wsrep_t *w, const char *name, const char *url, const char *donor, wsrep_bool_t bootstrap);
wsrep_status_t provider_disconnect(wsrep_t *w);

static inline struct provider *provider_of(wsrep_t *w) { return w->ctx; }

void provider_log(const struct provider *p, wsrep_log_level_t level, const char *format, ...) __attribute__((format(printf, 3, 4)));
void provider_group(struct provider *p, wsrep_uuid_t *uuid);

static inline bool uuid_equal(const wsrep_uuid_t *a, const wsrep_uuid_t *b) { return memcmp(a->data, b->data, sizeof a->data) == 0; }

static inline bool error_given(const wsrep_buf_t *error) { return error && error->ptr && error->len; }

#define EXPORT __attribute__((visibility("default")))

#endif

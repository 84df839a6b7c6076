// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The provider's parts and how they hang together. Lock order, outermost first: write lock, calls, handle shard, transaction, feed, horizon.
// No lock is held across a call into the server.
#ifndef CARILLON_PROVIDER_H
#define CARILLON_PROVIDER_H

#include "frames.h"
#include "monitors.h"
#include "park.h"
#include "write_set.h"
#include "wsrep_abi.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <sys/uio.h>

#define CARILLON_VERSION "0.1"
#define PROVIDER_VERSION "26.4.23(rcarillon-" CARILLON_VERSION ")"

#define MS 1000000LL
#define SECOND 1000000000LL

struct provider;
struct trx;

// ---- calls.c: what waits for an answer of the sidecar

enum { CALL_PENDING = 0, CALL_KICKED, CALL_DONE };

struct call {
    uint64_t id; // 0: not registered
    _Atomic uint32_t state;
    bool sent;                     // CERTIFY: it may have been ordered; under calls.lock
    bool abandoned;                // part of a struct orphan
    struct trx *trx;               // CERTIFY: marked when the verdict is read, before the feed goes on
    const struct frame_out *frame; // sent again to a new sidecar; NULL: never
    _Atomic uint32_t fragments_done;
    int32_t status;
    int64_t value;
    int64_t seqno;
    int64_t depends_on;
    bool conflict;
    char *text;
    uint8_t *reply; // body of a STATUS_REPLY
    size_t reply_length;
};

// A write set whose client went away before its fate was known. If it is ordered after all, this node applies it like a remote one.
struct orphan {
    struct call call;
    struct write_set ws;
    uint32_t flags;
    uint64_t trx_id;
    uint64_t connection_id;
};

struct calls {
    pthread_mutex_t lock;
    struct call **slots;
    uint32_t *free_slots;
    uint32_t free_count;
    uint32_t capacity;
    uint64_t generation;
};

bool calls_init(struct calls *calls);
void calls_destroy(struct calls *calls);
bool calls_register(struct calls *calls, struct call *call);
// Takes the call out of the table; NULL if there is none of that number.
struct call *calls_take(struct calls *calls, uint64_t id);
// Takes it out before its answer; false: the answer is on its way, CALL_DONE follows.
bool calls_withdraw(struct calls *calls, struct call *call);
// Puts `orphan` in its place; false as above.
bool calls_abandon(struct calls *calls, struct call *call, struct orphan *orphan);
void calls_kick_all(struct calls *calls);
void call_kick(struct call *call);
void call_done(struct call *call);
void call_clear(struct call *call);
// Waits for the answer; false: `deadline` passed and the call was taken back.
bool call_await(struct provider *p, struct call *call, int64_t deadline);
void calls_fragment_done(struct calls *calls, uint64_t id);
void calls_free_orphans(struct calls *calls);

// ---- session.c, dispatch.c: the connection to the sidecar

enum session_state { SESSION_DOWN = 0, SESSION_UP, SESSION_REFUSED, SESSION_STOPPED };

struct session {
    pthread_mutex_t write_lock;
    _Atomic int fd; // -1: down; written under write_lock
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum session_state state; // under lock
    int64_t down_since;       // under lock
    char *failure;            // why it was refused; under lock
    bool ever_up;
    _Atomic bool stop;
    int wake[2]; // pipe: ends the reader's sleep
    pthread_t reader;
    bool reader_started;
    uint8_t *buffer;
    _Atomic int64_t received; // written by the reader
    int64_t released_sent;    // under write_lock
    uint64_t consumed_sent;   // under write_lock
    struct event *partial;    // reader: a write set whose parts are still coming
    uint64_t partial_at;
    bool lost_reported; // the server was told that the primary is gone
    wsrep_uuid_t id;
    // child.c
    bool external;
    char *socket_path;
    char *socket_dir; // made for the socket alone
    char *launcher;
    char *state_dir;
    pid_t child;
    int64_t child_started;
    int isolation_slot;
};

wsrep_status_t session_start(struct provider *p);
void session_stop(struct provider *p);
// Waits until the session is up, as long as calls are held. False: it is not.
bool session_await(struct provider *p);
enum send_result { SEND_OK, SEND_DOWN, SEND_BROKEN };
// `call`, if given, counts as sent from the first byte on.
enum send_result session_send(struct provider *p, struct iovec *iov, int count, struct call *call);
enum send_result session_send_frame(struct provider *p, struct frame_out *frame);
// Builds nothing new: sends the frame, waits for its RESULT, sends it again to a new sidecar. Status of the answer, or CONN_FAIL.
wsrep_status_t session_call(struct provider *p, struct frame_out *frame, struct call *call, int64_t deadline);
// Tells how far this node is where that is worth a frame. Never blocks.
void session_progress(struct provider *p, bool always);
// Acts upon a whole frame; false: the session must end, `reason` says why.
bool dispatch(struct provider *p, const uint8_t *frame, size_t length, char *reason, size_t reason_size);

// ---- child.c

bool child_prepare(struct provider *p, char *reason, size_t size);
bool child_spawn(struct provider *p, char *reason, size_t size);
// True if it ended (and is reaped now); `status` as of waitpid.
bool child_ended(struct provider *p, int *status);
void child_stop(struct provider *p);
void child_cleanup(struct provider *p);

// ---- feed.c: what the recv threads work on

enum event_type { EVENT_WRITE_SET, EVENT_VIEW, EVENT_STATE_REQUEST, EVENT_DONATE, EVENT_SYNCED, EVENT_FINAL, EVENT_INCONSISTENT };

struct event {
    struct event *next;
    enum event_type type;
    uint64_t bytes; // of the feed, of connection `epoch`
    uint64_t epoch;
    int64_t after; // everything up to it came before this event
    int64_t seqno;
    bool ordered; // takes the place `seqno`
    int64_t depends_on;
    uint32_t flags;
    bool certified;
    bool owned; // `data` is its own piece of memory
    wsrep_stid_t stid;
    uint64_t data_length;
    uint8_t *data;
    wsrep_view_info_t *view;
    uint32_t view_flags;
    wsrep_gtid_t gtid;
    bool bypass;
    char *text;
    size_t text_length;
};

struct feed {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct event *head;
    struct event *tail;
    uint32_t length;
    uint32_t receivers;
    uint32_t idle;
    bool exclusive; // an event that nothing may overtake is being worked on
    bool paused;
    bool closed;
    bool final_queued;
    bool inconsistent;
    int64_t popped; // last seqno handed to a thread
    uint64_t consumed;
    uint64_t epoch;
    uint32_t length_told; // to the sidecar, whose flow control goes by it
    bool sst_waiting;
    bool sst_done;
    int sst_code;
    uint32_t length_max;
    uint32_t length_min;
    uint64_t length_sum;
    uint64_t length_samples;
};

bool feed_init(struct feed *feed);
void feed_destroy(struct feed *feed);
struct event *event_new(enum event_type type, size_t inline_data);
void event_free(struct event *event);
void feed_push(struct provider *p, struct event *event);
void feed_push_view_lost(struct provider *p);
void feed_push_final(struct provider *p);
void feed_consumed(struct provider *p, uint64_t bytes, uint64_t epoch);
void feed_fail(struct provider *p, const char *reason);
wsrep_status_t provider_recv(wsrep_t *w, void *recv_ctx);

// ---- views.c

void views_read(struct provider *p, const struct event *event);
wsrep_status_t views_handle(struct provider *p, struct event *event, void *recv_ctx);
wsrep_status_t views_final(struct provider *p, void *recv_ctx);

// ---- sst.c

wsrep_status_t sst_request(struct provider *p, struct event *event);
void sst_donate(struct provider *p, struct event *event, void *recv_ctx);
wsrep_status_t provider_sst_sent(wsrep_t *w, const wsrep_gtid_t *gtid, int rcode);
wsrep_status_t provider_sst_received(wsrep_t *w, const wsrep_gtid_t *gtid, const wsrep_buf_t *state, int rcode);

// ---- trx.c, certify.c, replay.c

enum { HANDLE_LOCAL = 0x4c, HANDLE_REMOTE = 0x52 };

enum trx_state {
    TRX_EXECUTING = 0,
    TRX_REPLICATING,    // sent, or about to be; no verdict read yet
    TRX_CERTIFIED,      // ordered, to be committed
    TRX_FAILED,         // ordered, not to be committed: it only passes the order
    TRX_MUST_REPLAY,    // ordered and certified, but rolled back by brute force
    TRX_REPLAYING,
    TRX_COMMITTING,     // has entered the commit order
    TRX_ORDERED_COMMIT, // has left it
    TRX_ABORTING        // not ordered and never will be
};

struct trx {
    uint32_t kind;
    enum trx_state state;
    pthread_mutex_t lock;
    uint64_t id;
    uint64_t connection_id;
    bool listed;
    bool must_abort;
    bool commit_left; // this write set's place in the commit order is given back
    bool apply_left;
    bool ticketed;
    uint32_t flags;
    int64_t seqno;
    int64_t depends_on;
    int64_t previous_seqno; // of the fragment before
    uint64_t ticket;
    struct call call;
    struct waiter commit_waiter;
    struct write_set ws;
    struct trx *next;
};

// What apply_cb gets as a handle for a write set of another node.
struct remote {
    uint32_t kind;
    int64_t seqno;
    bool commit_left;
};

enum { TRX_SHARDS = 64, TRX_BUCKETS = 64, TRX_POOL_MAX = 16 };

struct trx_shard {
    pthread_mutex_t lock;
    struct trx *buckets[TRX_BUCKETS];
    struct trx *pool;
    uint32_t pooled;
    _Alignas(64) char pad[1];
};

struct trx_table {
    struct trx_shard shards[TRX_SHARDS];
    _Atomic int64_t count;
};

void trx_table_init(struct trx_table *table);
void trx_table_destroy(struct trx_table *table);
struct trx *trx_new(struct provider *p, uint64_t id, bool listed);
void trx_release(struct provider *p, struct trx *trx);
struct trx *trx_of(struct provider *p, const wsrep_ws_handle_t *handle);
void trx_leave_order(struct provider *p, struct trx *trx);
// The verdict was read: the transaction is ordered from now on. Called with calls.lock given back, before anything later is read.
void trx_verdict(struct provider *p, struct trx *trx, int64_t seqno, int64_t depends_on, bool conflict);
void orphan_verdict(struct provider *p, struct orphan *orphan, int64_t seqno, int64_t depends_on, bool conflict);
void trx_meta(struct provider *p, const struct trx *trx, wsrep_trx_meta_t *meta);
void meta_undefined(wsrep_trx_meta_t *meta);

wsrep_status_t provider_append_key(wsrep_t *w, wsrep_ws_handle_t *handle, const wsrep_key_t *keys, size_t count, wsrep_key_type_t type,
                                   wsrep_bool_t copy);
wsrep_status_t provider_append_data(wsrep_t *w, wsrep_ws_handle_t *handle, const wsrep_buf_t *data, size_t count, wsrep_data_type_t type,
                                    wsrep_bool_t copy);
wsrep_status_t provider_certify(wsrep_t *w, wsrep_conn_id_t connection, wsrep_ws_handle_t *handle, uint32_t flags, wsrep_trx_meta_t *meta);
wsrep_status_t provider_commit_order_enter(wsrep_t *w, const wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta);
wsrep_status_t provider_commit_order_leave(wsrep_t *w, const wsrep_ws_handle_t *handle, const wsrep_trx_meta_t *meta,
                                           const wsrep_buf_t *error);
wsrep_status_t provider_release(wsrep_t *w, wsrep_ws_handle_t *handle);
wsrep_status_t provider_replay_trx(wsrep_t *w, const wsrep_ws_handle_t *handle, void *trx_ctx);
wsrep_status_t provider_abort_certification(wsrep_t *w, wsrep_seqno_t bf_seqno, wsrep_trx_id_t victim, wsrep_seqno_t *victim_seqno);
wsrep_status_t provider_rollback(wsrep_t *w, wsrep_trx_id_t id, const wsrep_buf_t *data);
wsrep_status_t provider_preordered_collect(wsrep_t *w, wsrep_po_handle_t *handle, const wsrep_buf_t *data, size_t count, wsrep_bool_t copy);
wsrep_status_t provider_preordered_commit(wsrep_t *w, wsrep_po_handle_t *handle, const wsrep_uuid_t *source, uint32_t flags, int pa_range,
                                          wsrep_bool_t commit);

// Sends the write set of `trx` and waits for its fate. OK: trx->call holds a verdict; else what certify returns, not ordered.
wsrep_status_t certify_send(struct provider *p, struct trx *trx, uint32_t flags);
void post_rollback(struct provider *p, uint64_t trx_id, int64_t previous_seqno, wsrep_status_t *status);
void vote(struct provider *p, int64_t seqno, const void *error, size_t length);

// ---- toi.c

struct toi {
    struct toi *next;
    uint64_t connection_id;
    struct trx *trx;
};

wsrep_status_t provider_to_execute_start(wsrep_t *w, wsrep_conn_id_t connection, const wsrep_key_t *keys, size_t keys_num,
                                         const wsrep_buf_t *action, size_t count, uint32_t flags, wsrep_trx_meta_t *meta);
wsrep_status_t provider_to_execute_end(wsrep_t *w, wsrep_conn_id_t connection, const wsrep_buf_t *error);

// ---- order.c: reading, waiting for and stopping the order

wsrep_status_t provider_sync_wait(wsrep_t *w, wsrep_gtid_t *upto, int timeout, wsrep_gtid_t *out);
wsrep_status_t provider_last_committed_id(wsrep_t *w, wsrep_gtid_t *out);
wsrep_seqno_t provider_pause(wsrep_t *w);
wsrep_status_t provider_resume(wsrep_t *w);
wsrep_status_t provider_desync(wsrep_t *w);
wsrep_status_t provider_resync(wsrep_t *w);

// ---- status.c

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
void status_keep_reply(struct provider *p, const uint8_t *body, size_t length);
void status_set_state(struct provider *p, int state, const char *comment, size_t length);
struct wsrep_stats_var *provider_stats_get(wsrep_t *w);
void provider_stats_free(wsrep_t *w, struct wsrep_stats_var *vars);
void provider_stats_reset(wsrep_t *w);

// ---- options.c

struct options {
    pthread_mutex_t lock;
    char *text;
    _Atomic int64_t causal_read_timeout; // nanoseconds
    _Atomic int64_t max_ws_size;
    int64_t sidecar_grace;
    int64_t fate_timeout;
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

// ---- isolation.c: exported, called from signal handlers too

int isolation_add(struct provider *p);
void isolation_remove(int slot);
void isolation_fd(int slot, int fd);
bool isolation_active(void);

// ---- provider.c

struct provider {
    struct wsrep_init_args args; // strings are copies
    wsrep_gtid_t start;
    char *options_text;
    struct options options;
    struct session session;
    struct calls calls;
    struct feed feed;
    struct trx_table trxs;
    struct horizon apply;
    struct horizon commit;
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
    int desync_count;
    int64_t stats_since;

    _Atomic bool primary;
    _Atomic bool closing;
    _Atomic bool inconsistent;

    // wsrep_certify_v1: call-backs in the order of the verdicts
    pthread_mutex_t ticket_lock;
    uint64_t tickets_given;
    struct horizon tickets;
    _Atomic bool tickets_used;
};

static inline struct provider *provider_of(wsrep_t *w) { return w->ctx; }

void provider_log(const struct provider *p, wsrep_log_level_t level, const char *format, ...) __attribute__((format(printf, 3, 4)));
void provider_group(struct provider *p, wsrep_uuid_t *uuid);

static inline bool uuid_equal(const wsrep_uuid_t *a, const wsrep_uuid_t *b) { return memcmp(a->data, b->data, sizeof a->data) == 0; }

static inline bool error_given(const wsrep_buf_t *error) { return error && error->ptr && error->len; }

#define EXPORT __attribute__((visibility("default")))

#endif

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The binary interface between a server and its replication provider ("wsrep API" version 26), as far as a provider needs it.
#ifndef CARILLON_WSREP_ABI_H
#define CARILLON_WSREP_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WSREP_INTERFACE_VERSION "26"
#define WSREP_SEQNO_UNDEFINED (-1)
#define WSREP_MEMBER_NAME_LEN 32
#define WSREP_INCOMING_LEN 256

typedef int64_t wsrep_seqno_t;
typedef uint64_t wsrep_trx_id_t;
typedef uint64_t wsrep_conn_id_t;
typedef uint32_t wsrep_cap_t;
typedef bool wsrep_bool_t;

typedef enum {
    WSREP_OK = 0,
    WSREP_WARNING = 1,
    WSREP_TRX_MISSING = 2,
    WSREP_TRX_FAIL = 3,
    WSREP_BF_ABORT = 4,
    WSREP_SIZE_EXCEEDED = 5,
    WSREP_CONN_FAIL = 6,
    WSREP_NODE_FAIL = 7,
    WSREP_FATAL = 8,
    WSREP_NOT_IMPLEMENTED = 9,
    WSREP_NOT_ALLOWED = 10
} wsrep_status_t;

typedef enum { WSREP_CB_SUCCESS = 0, WSREP_CB_FAILURE = 1 } wsrep_cb_status_t;

typedef enum { WSREP_LOG_FATAL = 0, WSREP_LOG_ERROR, WSREP_LOG_WARN, WSREP_LOG_INFO, WSREP_LOG_DEBUG } wsrep_log_level_t;

typedef enum {
    WSREP_MEMBER_UNDEFINED = 0,
    WSREP_MEMBER_JOINER,
    WSREP_MEMBER_DONOR,
    WSREP_MEMBER_JOINED,
    WSREP_MEMBER_SYNCED,
    WSREP_MEMBER_ERROR
} wsrep_member_status_t;

typedef enum { WSREP_VIEW_PRIMARY = 0, WSREP_VIEW_NON_PRIMARY, WSREP_VIEW_DISCONNECTED } wsrep_view_status_t;

typedef enum { WSREP_KEY_SHARED = 0, WSREP_KEY_REFERENCE, WSREP_KEY_UPDATE, WSREP_KEY_EXCLUSIVE } wsrep_key_type_t;

typedef enum { WSREP_DATA_ORDERED = 0, WSREP_DATA_UNORDERED, WSREP_DATA_ANNOTATION } wsrep_data_type_t;

typedef enum { WSREP_VAR_STRING = 0, WSREP_VAR_INT64, WSREP_VAR_DOUBLE } wsrep_var_type_t;

enum {
    WSREP_FLAG_TRX_END = 1 << 0,
    WSREP_FLAG_ROLLBACK = 1 << 1,
    WSREP_FLAG_ISOLATION = 1 << 2,
    WSREP_FLAG_PA_UNSAFE = 1 << 3,
    WSREP_FLAG_COMMUTATIVE = 1 << 4,
    WSREP_FLAG_NATIVE = 1 << 5,
    WSREP_FLAG_TRX_START = 1 << 6,
    WSREP_FLAG_TRX_PREPARE = 1 << 7,
    WSREP_FLAG_SNAPSHOT = 1 << 8,
    WSREP_FLAG_IMPLICIT_DEPS = 1 << 9,
    WSREP_FLAGS_MASK = (1 << 10) - 1
};

// Capabilities announced: bits 0 to 6 (multi-master, certification, parallel apply, replay, isolation, pause, causal reads), 8 (incremental
// write sets), 12 (unordered), 14 (preordered), 15 (streaming), 17 (non-blocking operations): what tools expect of release 26.4.23.
#define WSREP_CAPABILITIES 0x2d17fu

typedef union {
    uint8_t data[16];
    size_t alignment;
} wsrep_uuid_t;

typedef struct {
    wsrep_uuid_t uuid;
    wsrep_seqno_t seqno;
} wsrep_gtid_t;

typedef struct {
    wsrep_uuid_t node;
    wsrep_trx_id_t trx;
    wsrep_conn_id_t conn;
} wsrep_stid_t;

typedef struct {
    wsrep_gtid_t gtid;
    wsrep_stid_t stid;
    wsrep_seqno_t depends_on;
} wsrep_trx_meta_t;

typedef struct {
    const void *ptr;
    size_t len;
} wsrep_buf_t;

typedef wsrep_buf_t wsrep_enc_key_t;

typedef struct {
    wsrep_trx_id_t trx_id;
    void *opaque;
} wsrep_ws_handle_t;

typedef struct {
    void *opaque;
} wsrep_po_handle_t;

typedef struct {
    const wsrep_buf_t *key_parts;
    size_t key_parts_num;
} wsrep_key_t;

typedef struct {
    wsrep_uuid_t id;
    char name[WSREP_MEMBER_NAME_LEN];
    char incoming[WSREP_INCOMING_LEN];
} wsrep_member_info_t;

typedef struct {
    wsrep_gtid_t state_id;
    wsrep_seqno_t view;
    wsrep_view_status_t status;
    wsrep_cap_t capabilities;
    int my_idx;
    int memb_num;
    int proto_ver;
    wsrep_member_info_t members[1];
} wsrep_view_info_t;

struct wsrep_stats_var {
    const char *name;
    wsrep_var_type_t type;
    union {
        int64_t _int64;
        double _double;
        const char *_string;
    } value;
};

typedef struct {
    void *ctx;
    void (*fn)(void *ctx);
} wsrep_seq_cb_t;

typedef struct {
    const wsrep_enc_key_t *key;
    const char (*iv)[32];
    void *ctx;
} wsrep_enc_ctx_t;

typedef void (*wsrep_log_cb_t)(wsrep_log_level_t, const char *);
typedef wsrep_cb_status_t (*wsrep_connected_cb_t)(void *app_ctx, const wsrep_view_info_t *);
typedef wsrep_cb_status_t (*wsrep_view_cb_t)(void *app_ctx, void *recv_ctx, const wsrep_view_info_t *, const char *state, size_t len);
typedef wsrep_cb_status_t (*wsrep_sst_request_cb_t)(void *app_ctx, void **request, size_t *len);
typedef int (*wsrep_encrypt_cb_t)(void *app_ctx, wsrep_enc_ctx_t *, const wsrep_buf_t *in, void *out, int direction, bool last);
typedef wsrep_cb_status_t (*wsrep_apply_cb_t)(void *recv_ctx, const wsrep_ws_handle_t *, uint32_t flags, const wsrep_buf_t *,
                                              const wsrep_trx_meta_t *, wsrep_bool_t *exit_loop);
typedef wsrep_cb_status_t (*wsrep_unordered_cb_t)(void *recv_ctx, const wsrep_buf_t *);
typedef wsrep_cb_status_t (*wsrep_sst_donate_cb_t)(void *app_ctx, void *recv_ctx, const wsrep_buf_t *request, const wsrep_gtid_t *state_id,
                                                   const wsrep_buf_t *state, wsrep_bool_t bypass);
typedef wsrep_cb_status_t (*wsrep_synced_cb_t)(void *app_ctx);

struct wsrep_init_args {
    void *app_ctx;
    const char *node_name;
    const char *node_address;
    const char *node_incoming;
    const char *data_dir;
    const char *options;
    int proto_ver;
    const wsrep_gtid_t *state_id;
    const wsrep_buf_t *state;
    wsrep_log_cb_t logger_cb;
    wsrep_connected_cb_t connected_cb;
    wsrep_view_cb_t view_cb;
    wsrep_sst_request_cb_t sst_request_cb;
    wsrep_encrypt_cb_t encrypt_cb;
    wsrep_apply_cb_t apply_cb;
    wsrep_unordered_cb_t unordered_cb;
    wsrep_sst_donate_cb_t sst_donate_cb;
    wsrep_synced_cb_t synced_cb;
};

typedef struct wsrep_st wsrep_t;

struct wsrep_st {
    const char *version;
    wsrep_status_t (*init)(wsrep_t *, const struct wsrep_init_args *);
    wsrep_cap_t (*capabilities)(wsrep_t *);
    wsrep_status_t (*options_set)(wsrep_t *, const char *conf);
    char *(*options_get)(wsrep_t *);
    wsrep_status_t (*enc_set_key)(wsrep_t *, const wsrep_enc_key_t *);
    wsrep_status_t (*connect)(wsrep_t *, const char *name, const char *url, const char *donor, wsrep_bool_t bootstrap);
    wsrep_status_t (*disconnect)(wsrep_t *);
    wsrep_status_t (*recv)(wsrep_t *, void *recv_ctx);
    wsrep_status_t (*assign_read_view)(wsrep_t *, wsrep_ws_handle_t *, const wsrep_gtid_t *);
    wsrep_status_t (*certify)(wsrep_t *, wsrep_conn_id_t, wsrep_ws_handle_t *, uint32_t flags, wsrep_trx_meta_t *);
    wsrep_status_t (*commit_order_enter)(wsrep_t *, const wsrep_ws_handle_t *, const wsrep_trx_meta_t *);
    wsrep_status_t (*commit_order_leave)(wsrep_t *, const wsrep_ws_handle_t *, const wsrep_trx_meta_t *, const wsrep_buf_t *error);
    wsrep_status_t (*release)(wsrep_t *, wsrep_ws_handle_t *);
    wsrep_status_t (*replay_trx)(wsrep_t *, const wsrep_ws_handle_t *, void *trx_ctx);
    wsrep_status_t (*abort_certification)(wsrep_t *, wsrep_seqno_t bf_seqno, wsrep_trx_id_t victim, wsrep_seqno_t *victim_seqno);
    wsrep_status_t (*rollback)(wsrep_t *, wsrep_trx_id_t, const wsrep_buf_t *);
    wsrep_status_t (*append_key)(wsrep_t *, wsrep_ws_handle_t *, const wsrep_key_t *, size_t count, wsrep_key_type_t, wsrep_bool_t copy);
    wsrep_status_t (*append_data)(wsrep_t *, wsrep_ws_handle_t *, const wsrep_buf_t *, size_t count, wsrep_data_type_t, wsrep_bool_t copy);
    wsrep_status_t (*sync_wait)(wsrep_t *, wsrep_gtid_t *upto, int tout, wsrep_gtid_t *out);
    wsrep_status_t (*last_committed_id)(wsrep_t *, wsrep_gtid_t *out);
    wsrep_status_t (*free_connection)(wsrep_t *, wsrep_conn_id_t);
    wsrep_status_t (*to_execute_start)(wsrep_t *, wsrep_conn_id_t, const wsrep_key_t *, size_t keys_num, const wsrep_buf_t *action,
                                       size_t count, uint32_t flags, wsrep_trx_meta_t *);
    wsrep_status_t (*to_execute_end)(wsrep_t *, wsrep_conn_id_t, const wsrep_buf_t *error);
    wsrep_status_t (*preordered_collect)(wsrep_t *, wsrep_po_handle_t *, const wsrep_buf_t *, size_t count, wsrep_bool_t copy);
    wsrep_status_t (*preordered_commit)(wsrep_t *, wsrep_po_handle_t *, const wsrep_uuid_t *source, uint32_t flags, int pa_range,
                                        wsrep_bool_t commit);
    wsrep_status_t (*sst_sent)(wsrep_t *, const wsrep_gtid_t *, int rcode);
    wsrep_status_t (*sst_received)(wsrep_t *, const wsrep_gtid_t *, const wsrep_buf_t *state, int rcode);
    wsrep_status_t (*snapshot)(wsrep_t *, const wsrep_buf_t *msg, const char *donor_spec);
    struct wsrep_stats_var *(*stats_get)(wsrep_t *);
    void (*stats_free)(wsrep_t *, struct wsrep_stats_var *);
    void (*stats_reset)(wsrep_t *);
    wsrep_seqno_t (*pause)(wsrep_t *);
    wsrep_status_t (*resume)(wsrep_t *);
    wsrep_status_t (*desync)(wsrep_t *);
    wsrep_status_t (*resync)(wsrep_t *);
    wsrep_status_t (*lock)(wsrep_t *, const char *name, wsrep_bool_t shared, uint64_t owner, int64_t tout);
    wsrep_status_t (*unlock)(wsrep_t *, const char *name, uint64_t owner);
    wsrep_bool_t (*is_locked)(wsrep_t *, const char *name, uint64_t *conn, wsrep_uuid_t *node);
    const char *provider_name;
    const char *provider_version;
    const char *provider_vendor;
    void (*free)(wsrep_t *);
    void *dlh;
    void *ctx;
};

// Services beside the table of functions.
enum { WSREP_ALLOWLIST_IP = 0, WSREP_ALLOWLIST_SSL = 1 };

typedef struct {
    wsrep_status_t (*allowlist_cb)(void *context, int key, const wsrep_buf_t *value);
    void *context;
} wsrep_allowlist_service_v1_t;

typedef struct {
    void (*event_cb)(void *context, const char *name, const char *value);
    void *context;
} wsrep_event_service_v1_t;

typedef struct {
    int flags;
    const char *name;
    union {
        bool as_bool;
        int64_t as_integer;
        double as_double;
        const char *as_string;
    } value;
} wsrep_parameter;

enum {
    WSREP_PARAM_DEPRECATED = 1,
    WSREP_PARAM_READONLY = 2,
    WSREP_PARAM_BOOL = 4,
    WSREP_PARAM_INTEGER = 8,
    WSREP_PARAM_DOUBLE = 16
};

typedef struct {
    wsrep_status_t (*get_parameters)(wsrep_t *, wsrep_status_t (*cb)(const wsrep_parameter *, void *), void *ctx);
} wsrep_config_service_v1_t;

enum wsrep_node_isolation_mode { WSREP_NOT_ISOLATED = 0, WSREP_ISOLATED = 1, WSREP_FORCE_DISCONNECT = 2 };
enum wsrep_node_isolation_result { WSREP_ISOLATION_SUCCESS = 0, WSREP_ISOLATION_INVALID_VALUE = 1 };

_Static_assert(sizeof(wsrep_uuid_t) == 16 && _Alignof(wsrep_uuid_t) == 8, "uuid");
_Static_assert(sizeof(wsrep_gtid_t) == 24 && offsetof(wsrep_gtid_t, seqno) == 16, "gtid");
_Static_assert(sizeof(wsrep_stid_t) == 32 && offsetof(wsrep_stid_t, conn) == 24, "stid");
_Static_assert(sizeof(wsrep_trx_meta_t) == 64 && offsetof(wsrep_trx_meta_t, stid) == 24, "trx meta");
_Static_assert(offsetof(wsrep_trx_meta_t, depends_on) == 56, "trx meta");
_Static_assert(sizeof(wsrep_buf_t) == 16 && sizeof(wsrep_ws_handle_t) == 16 && sizeof(wsrep_key_t) == 16, "buffers");
_Static_assert(sizeof(wsrep_member_info_t) == 304 && offsetof(wsrep_member_info_t, incoming) == 48, "member");
_Static_assert(sizeof(wsrep_view_info_t) == 360 && offsetof(wsrep_view_info_t, members) == 56, "view");
_Static_assert(offsetof(wsrep_view_info_t, my_idx) == 40 && offsetof(wsrep_view_info_t, proto_ver) == 48, "view");
_Static_assert(sizeof(struct wsrep_stats_var) == 24 && offsetof(struct wsrep_stats_var, value) == 16, "stats");
_Static_assert(sizeof(struct wsrep_init_args) == 144 && offsetof(struct wsrep_init_args, state_id) == 56, "init args");
_Static_assert(offsetof(struct wsrep_init_args, apply_cb) == 112 && offsetof(struct wsrep_init_args, synced_cb) == 136, "init args");
_Static_assert(sizeof(wsrep_seq_cb_t) == 16 && sizeof(wsrep_parameter) == 24, "services");
_Static_assert(sizeof(wsrep_t) == 360 && offsetof(wsrep_t, certify) == 80 && offsetof(wsrep_t, to_execute_start) == 176, "table");
_Static_assert(offsetof(wsrep_t, stats_get) == 232 && offsetof(wsrep_t, provider_name) == 312 && offsetof(wsrep_t, ctx) == 352, "table");

#endif

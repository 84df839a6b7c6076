// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The table of functions that the server calls, and those of them that answer without the sidecar or do nothing.
#include "provider.h"

// Read by the server's tools as data: the version of the interface.
EXPORT extern const char *wsrep_interface_version;
const char *wsrep_interface_version = WSREP_INTERFACE_VERSION;

static wsrep_cap_t provider_capabilities(wsrep_t *w) {
    (void)w;
    return WSREP_CAPABILITIES;
}

// What follows is never called by the servers that we know, or nothing is to be done.

static wsrep_status_t provider_enc_set_key(wsrep_t *w, const wsrep_enc_key_t *key) {
    (void)w;
    (void)key;
    return WSREP_NOT_IMPLEMENTED;
}

static wsrep_status_t provider_assign_read_view(wsrep_t *w, wsrep_ws_handle_t *handle, const wsrep_gtid_t *gtid) {
    (void)w;
    (void)handle;
    (void)gtid;
    return WSREP_NOT_IMPLEMENTED;
}

static wsrep_status_t provider_free_connection(wsrep_t *w, wsrep_conn_id_t connection) {
    (void)w;
    (void)connection;
    return WSREP_OK;
}

static wsrep_status_t provider_snapshot(wsrep_t *w, const wsrep_buf_t *message, const char *donor) {
    (void)w;
    (void)message;
    (void)donor;
    return WSREP_NOT_IMPLEMENTED;
}

static wsrep_status_t provider_lock(wsrep_t *w, const char *name, wsrep_bool_t shared, uint64_t owner, int64_t timeout) {
    (void)w;
    (void)name;
    (void)shared;
    (void)owner;
    (void)timeout;
    return WSREP_NOT_IMPLEMENTED;
}

static wsrep_status_t provider_unlock(wsrep_t *w, const char *name, uint64_t owner) {
    (void)w;
    (void)name;
    (void)owner;
    return WSREP_OK;
}

static wsrep_bool_t provider_is_locked(wsrep_t *w, const char *name, uint64_t *connection, wsrep_uuid_t *node) {
    (void)w;
    (void)name;
    (void)connection;
    (void)node;
    return false;
}

EXPORT int wsrep_loader(wsrep_t *w) {
    *w = (wsrep_t){
        .version = WSREP_INTERFACE_VERSION,
        .init = provider_init,
        .capabilities = provider_capabilities,
        .options_set = provider_options_set,
        .options_get = provider_options_get,
        .enc_set_key = provider_enc_set_key,
        .connect = provider_connect,
        .disconnect = provider_disconnect,
        .recv = provider_recv,
        .assign_read_view = provider_assign_read_view,
        .certify = provider_certify,
        .commit_order_enter = provider_commit_order_enter,
        .commit_order_leave = provider_commit_order_leave,
        .release = provider_release,
        .replay_trx = provider_replay_trx,
        .abort_certification = provider_abort_certification,
        .rollback = provider_rollback,
        .append_key = provider_append_key,
        .append_data = provider_append_data,
        .sync_wait = provider_sync_wait,
        .last_committed_id = provider_last_committed_id,
        .free_connection = provider_free_connection,
        .to_execute_start = provider_to_execute_start,
        .to_execute_end = provider_to_execute_end,
        .preordered_collect = provider_preordered_collect,
        .preordered_commit = provider_preordered_commit,
        .sst_sent = provider_sst_sent,
        .sst_received = provider_sst_received,
        .snapshot = provider_snapshot,
        .stats_get = provider_stats_get,
        .stats_free = provider_stats_free,
        .stats_reset = provider_stats_reset,
        .pause = provider_pause,
        .resume = provider_resume,
        .desync = provider_desync,
        .resync = provider_resync,
        .lock = provider_lock,
        .unlock = provider_unlock,
        .is_locked = provider_is_locked,
        .provider_name = "Carillon",
        .provider_version = PROVIDER_VERSION,
        .provider_vendor = "The Carillon authors",
        .free = provider_free,
        .dlh = w->dlh,
    };
    return 0;
}

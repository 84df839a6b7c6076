// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Questions of the sidecar to the server's allow list.
#ifndef CARILLON_PEERS_H
#define CARILLON_PEERS_H

#include "wsrep_abi.h"

#include <pthread.h>

struct provider;
struct question;

struct peers {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct question *first;
    struct question *last;
    pthread_t thread;
    bool started;
    bool stop;
    bool asking; // a call of the server is under way
    pthread_cond_t idle;
};

void peers_init(struct peers *peers);
// After peers_stop.
void peers_destroy(struct peers *peers);
// Has the server asked about `ip` (from malloc, taken over); the sidecar gets the answer under `id`. Never blocks.
void peers_ask(struct provider *p, uint64_t id, char *ip);
// What was not asked yet is dropped; waits for the answer that the server is thinking about. After that it is left alone: it may end.
void peers_settle(struct provider *p);
// The same, for good.
void peers_stop(struct provider *p);

// ---- services.c

// What the server's allow list says; true if it has none.
bool allowlist_admits(const struct provider *p, const char *ip);

#endif

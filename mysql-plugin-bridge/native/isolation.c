// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The server's crash handler cuts the node off from its group: only atomics and shutdown(2) here.
#include "provider.h"

#include <errno.h>
#include <sys/socket.h>

enum { SLOTS = 64 };

static _Atomic int mode;
static _Atomic int fds[SLOTS];   // descriptor + 1; 0: none
static _Atomic int taken[SLOTS]; // providers of this process

int isolation_add(struct provider *p) {
    (void)p;
    for (int i = 0; i < SLOTS; i++) {
        int free_slot = 0;
        if (atomic_compare_exchange_strong(&taken[i], &free_slot, 1)) {
            return i;
        }
    }
    return -1;
}

void isolation_remove(int slot) {
    if (slot >= 0) {
        atomic_store(&fds[slot], 0);
        atomic_store(&taken[slot], 0);
    }
}

void isolation_fd(int slot, int fd) {
    if (slot >= 0) {
        atomic_store(&fds[slot], fd + 1);
        if (fd >= 0 && isolation_active()) {
            shutdown(fd, SHUT_RDWR);
        }
    }
}

bool isolation_active(void) { return atomic_load(&mode) != WSREP_NOT_ISOLATED; }

EXPORT enum wsrep_node_isolation_result wsrep_node_isolation_mode_set_v1(enum wsrep_node_isolation_mode wanted) {
    if (wanted != WSREP_NOT_ISOLATED && wanted != WSREP_ISOLATED && wanted != WSREP_FORCE_DISCONNECT) {
        return WSREP_ISOLATION_INVALID_VALUE;
    }
    const int saved = errno;
    atomic_store(&mode, (int)wanted);
    if (wanted != WSREP_NOT_ISOLATED) {
        for (int i = 0; i < SLOTS; i++) {
            const int fd = atomic_load(&fds[i]) - 1;
            if (fd >= 0) {
                shutdown(fd, SHUT_RDWR);
            }
        }
    }
    errno = saved;
    return WSREP_ISOLATION_SUCCESS;
}

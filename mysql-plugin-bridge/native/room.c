// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Whether a sidecar can keep its state. It is asked before one is started: on a full disk it would enter the group, and leave it with the
// first thing that it is given, again and again.
#include "provider.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

enum { ROOM_MIN_MB = 16 }; // as in NodeDirectory.java

// A file system that the kernel made read-only after an error need not say so before something is written.
static bool can_write(const char *dir) {
    char *path = NULL;
    if (asprintf(&path, "%s/probe", dir) < 0) {
        errno = ENOMEM;
        return false;
    }
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const bool ok = fd >= 0 && unlink(path) == 0;
    const int saved = errno;
    if (fd >= 0) {
        close(fd);
    }
    free(path);
    errno = saved;
    return ok;
}

bool room_for_state(const char *dir, char *reason, size_t size) {
    struct statvfs info;
    if (statvfs(dir, &info) != 0) {
        snprintf(reason, size, "no place for the node's state in %s: %s", dir, strerror(errno));
        return false;
    }
    const unsigned long long free_mb = (unsigned long long)info.f_bavail * info.f_frsize >> 20;
    if (free_mb < ROOM_MIN_MB) {
        snprintf(reason, size, "no place for the node's state in %s: %s: %llu MB are free, a node begins with %d at least. Make room there",
                 dir, strerror(ENOSPC), free_mb, ROOM_MIN_MB);
        return false;
    }
    if (!can_write(dir)) {
        snprintf(reason, size, "no place for the node's state in %s: %s. Make it writable again", dir, strerror(errno));
        return false;
    }
    return true;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Files are written with system calls, which report a full disk, and mapped only to be read: a store into a mapping beyond what the disk
// can hold would kill the server with SIGBUS.
#include "provider.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { HEAP_FIRST = 512 };

void spill_place_choose(struct provider *p) {
    const char *data_dir = p->args.data_dir && *p->args.data_dir ? p->args.data_dir : ".";
    // Who runs his sidecar himself may have given no directory for state. What has no name disturbs no snapshot of the data directory.
    p->spills.dir = p->session.state_dir ? p->session.state_dir : p->options.dir ? p->options.dir : data_dir;
}

static int open_nameless(const char *dir) {
    const int file = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) {
        return file;
    }
    char *path = NULL; // a file system without such files
    if (asprintf(&path, "%s/write-set.XXXXXX", dir) < 0) {
        errno = ENOMEM;
        return -1;
    }
    const int named = mkostemp(path, O_CLOEXEC);
    if (named >= 0) {
        unlink(path);
    }
    const int error = errno;
    free(path);
    errno = error;
    return named;
}

static bool write_at(int file, const uint8_t *bytes, size_t length, size_t offset) {
    while (length) {
        const ssize_t n = pwrite(file, bytes, length, (off_t)offset);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n < 0 ? errno : ENOSPC;
            return false;
        }
        bytes += n;
        offset += (size_t)n;
        length -= (size_t)n;
    }
    return true;
}

static bool read_whole(int file, uint8_t *bytes, size_t length) {
    for (size_t offset = 0; offset < length;) {
        const ssize_t n = pread(file, bytes + offset, length - offset, (off_t)offset);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n < 0 ? errno : EIO;
            return false;
        }
        offset += (size_t)n;
    }
    return true;
}

static void refuse(const struct spill_place *place, struct spill *spill, const char *what) {
    spill->refused = true;
    provider_log(place->provider, WSREP_LOG_WARN,
                 "A write set larger than %zu bytes is kept in the server's memory: a file for it in %s could not be %s (%s). Make room "
                 "there, or name another directory with the option carillon.dir", place->limit, place->dir, what, strerror(errno));
}

static bool heap_grow(struct spill *spill, size_t more) {
    if (more > SIZE_MAX / 2 - spill->length) {
        return false;
    }
    const size_t wanted = spill->length + more;
    if (wanted <= spill->capacity) {
        return true;
    }
    size_t capacity = spill->capacity ? spill->capacity * 2 : HEAP_FIRST;
    capacity = capacity < wanted ? wanted : capacity;
    uint8_t *at = realloc(spill->at, capacity);
    if (!at) {
        return false;
    }
    spill->at = at;
    spill->capacity = capacity;
    return true;
}

static void close_file(struct spill *spill) {
    if (spill->mapped) {
        munmap(spill->at, spill->mapped);
    }
    if (spill->file) {
        close(spill->file - 1);
        spill->at = NULL;
    }
    spill->mapped = 0;
    spill->file = 0;
}

// What was on the heap goes into a file; if that fails, it stays where it is.
static void to_file(const struct spill_place *place, struct spill *spill) {
    const int file = open_nameless(place->dir);
    if (file < 0) {
        refuse(place, spill, "made");
        return;
    }
    if (!write_at(file, spill->at, spill->length, 0)) {
        refuse(place, spill, "written");
        close(file);
        return;
    }
    free(spill->at);
    spill->at = NULL;
    spill->capacity = 0;
    spill->file = file + 1;
}

static bool to_heap(const struct spill_place *place, struct spill *spill, const char *what, size_t more) {
    refuse(place, spill, what);
    struct spill heap = {.refused = true};
    if (!heap_grow(&heap, spill->length + more)) {
        return false;
    }
    if (!read_whole(spill->file - 1, heap.at, spill->length)) {
        provider_log(place->provider, WSREP_LOG_ERROR, "A write set of %zu bytes in a file in %s could not be read back (%s): look after "
                     "that disk", spill->length, place->dir, strerror(errno));
        free(heap.at);
        return false;
    }
    heap.length = spill->length;
    close_file(spill);
    *spill = heap;
    return true;
}

static bool beyond(const struct spill_place *place, const struct spill *spill, uint64_t length) {
    return place->dir && !spill->refused && !spill->file && length > place->limit;
}

void spill_expect(const struct spill_place *place, struct spill *spill, uint64_t length) {
    if (beyond(place, spill, length)) {
        to_file(place, spill);
    }
}

bool spill_append(const struct spill_place *place, struct spill *spill, const void *bytes, size_t length) {
    if (!length) {
        return true;
    }
    if (beyond(place, spill, (uint64_t)spill->length + length)) {
        to_file(place, spill);
    }
    if (spill->file && !write_at(spill->file - 1, bytes, length, spill->length) && !to_heap(place, spill, "written", length)) {
        return false;
    }
    if (!spill->file) {
        if (!heap_grow(spill, length)) {
            return false;
        }
        memcpy(spill->at + spill->length, bytes, length);
    }
    spill->length += length;
    return true;
}

bool spill_map(const struct spill_place *place, struct spill *spill) {
    if (!spill->file || spill->mapped == spill->length) {
        return true;
    }
    // Writable, since the server may mark in place what it read.
    void *at = mmap(NULL, spill->length, PROT_READ | PROT_WRITE, MAP_SHARED, spill->file - 1, 0);
    if (at == MAP_FAILED) {
        return to_heap(place, spill, "mapped", 0);
    }
    if (spill->mapped) {
        munmap(spill->at, spill->mapped);
    }
    spill->at = at;
    spill->mapped = spill->length;
    return true;
}

void spill_clear(struct spill *spill, size_t keep) {
    if (spill->file || spill->capacity > keep) {
        spill_free(spill);
    }
    spill->length = 0;
    spill->refused = false;
}

void spill_free(struct spill *spill) {
    if (spill->file) {
        close_file(spill);
    } else {
        free(spill->at);
    }
    *spill = (struct spill){0};
}

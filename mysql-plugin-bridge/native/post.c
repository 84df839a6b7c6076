// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Frames of threads that hold locks of the server: they wait neither for the socket nor for whoever waits for it.
#include "provider.h"

#include <stdlib.h>
#include <sys/socket.h>

enum { POSTS_MAX = 1 << 20, POSTS_STEP = 4096 };

static bool keep(struct posts *posts, const uint8_t *frame, size_t length) {
    const size_t wanted = posts->length + length;
    if (wanted > POSTS_MAX) {
        return false;
    }
    if (wanted > posts->capacity) {
        const size_t capacity = (wanted + POSTS_STEP - 1) / POSTS_STEP * POSTS_STEP;
        uint8_t *bytes = realloc(posts->bytes, capacity);
        if (!bytes) {
            return false;
        }
        posts->bytes = bytes;
        posts->capacity = capacity;
    }
    memcpy(posts->bytes + posts->length, frame, length);
    posts->length = wanted;
    atomic_store(&posts->present, true);
    return true;
}

// Under write_lock: as many whole frames as the socket takes at once. It takes a short message whole or not at all.
static void flush(struct session *s) {
    struct posts *posts = &s->posts;
    const int fd = atomic_load_explicit(&s->fd, memory_order_relaxed);
    pthread_mutex_lock(&posts->lock);
    size_t at = 0;
    while (fd >= 0 && at < posts->length) {
        const size_t length = get_u32(posts->bytes + at);
        if (send(fd, posts->bytes + at, length, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)length) {
            break;
        }
        at += length;
    }
    posts->length -= at;
    if (at && posts->length) {
        memmove(posts->bytes, posts->bytes + at, posts->length);
    }
    atomic_store(&posts->present, posts->length > 0);
    pthread_mutex_unlock(&posts->lock);
}

void session_flush_posts(struct provider *p) {
    struct session *s = &p->session;
    if (atomic_load(&s->posts.present) && pthread_mutex_trylock(&s->write_lock) == 0) {
        flush(s);
        pthread_mutex_unlock(&s->write_lock);
    }
}

bool session_post(struct provider *p, const uint8_t *frame, size_t length) {
    struct session *s = &p->session;
    if (atomic_load(&s->fd) < 0) {
        return false;
    }
    pthread_mutex_lock(&s->posts.lock);
    const bool kept = keep(&s->posts, frame, length);
    pthread_mutex_unlock(&s->posts.lock);
    session_flush_posts(p);
    if (kept && atomic_load(&s->posts.present)) {
        (void)!write(s->wake[1], "", 1); // the reader tries again, soon and often
    }
    return kept;
}

void session_drop_posts(struct provider *p) {
    struct posts *posts = &p->session.posts;
    pthread_mutex_lock(&posts->lock);
    posts->length = 0;
    atomic_store(&posts->present, false);
    pthread_mutex_unlock(&posts->lock);
}

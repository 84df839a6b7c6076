// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

#include "fake_sidecar.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

static bool read_all(int fd, uint8_t *at, size_t length) {
    while (length) {
        const ssize_t n = recv(fd, at, length, 0);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        at += n;
        length -= (size_t)n;
    }
    return true;
}

static void serve(struct fake *f, int fd, uint8_t *buffer) {
    while (read_all(fd, buffer, FRAME_HEADER_LENGTH)) {
        const uint32_t length = get_u32(buffer);
        CHECK(length >= FRAME_HEADER_LENGTH && length <= FRAME_LENGTH_MAX);
        if (!read_all(fd, buffer + FRAME_HEADER_LENGTH, length - FRAME_HEADER_LENGTH)) {
            break;
        }
        pthread_mutex_lock(&f->lock);
        while (f->hangs && !f->stop) {
            pthread_cond_wait(&f->changed, &f->lock);
        }
        fake_on_frame(f, buffer, length);
        pthread_mutex_unlock(&f->lock);
    }
}

static void *fake_main(void *arg) {
    struct fake *f = arg;
    uint8_t *buffer = malloc(FRAME_LENGTH_MAX);
    for (;;) {
        const int fd = accept(f->listener, NULL, NULL);
        pthread_mutex_lock(&f->lock);
        while (!f->accept && !f->stop) {
            pthread_cond_wait(&f->changed, &f->lock);
        }
        const bool stop = f->stop;
        f->fd = stop ? -1 : fd;
        pthread_mutex_unlock(&f->lock);
        if (stop || fd < 0) {
            if (fd >= 0) {
                close(fd);
            }
            break;
        }
        serve(f, fd, buffer);
        pthread_mutex_lock(&f->lock);
        f->fd = -1;
        close(fd);
        pthread_cond_broadcast(&f->changed);
        pthread_mutex_unlock(&f->lock);
    }
    free(buffer);
    return NULL;
}

void scratch_directory(char path[SCRATCH_LENGTH]) {
    snprintf(path, SCRATCH_LENGTH, "/tmp/carillon-test-XXXXXX"); // the X are mkdtemp's to replace
    CHECK(mkdtemp(path));
}

void fake_start(struct fake *f) {
    memset(f, 0, sizeof *f);
    scratch_directory(f->dir);
    snprintf(f->path, sizeof f->path, "%s/s", f->dir);
    f->fd = -1;
    f->accept = true;
    f->seqno = 100;
    memset(f->group.data, 0xab, sizeof f->group.data);
    f->last_ws = malloc(LAST_WS_MAX);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, f->path);
    f->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(bind(f->listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(f->listener, 4) == 0);
    CHECK(pthread_create(&f->thread, NULL, fake_main, f) == 0);
}

void fake_stop(struct fake *f) {
    pthread_mutex_lock(&f->lock);
    f->stop = true;
    if (f->fd >= 0) {
        shutdown(f->fd, SHUT_RDWR);
    }
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    shutdown(f->listener, SHUT_RDWR);
    pthread_join(f->thread, NULL);
    close(f->listener);
    unlink(f->path);
    rmdir(f->dir);
    free(f->last_ws);
}

void fake_drop(struct fake *f, bool accept_again) {
    pthread_mutex_lock(&f->lock);
    f->accept = accept_again;
    CHECK(f->fd >= 0);
    shutdown(f->fd, SHUT_RDWR);
    pthread_mutex_unlock(&f->lock);
}

void fake_accept(struct fake *f) {
    pthread_mutex_lock(&f->lock);
    f->accept = true;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

void fake_hang(struct fake *f, bool hangs) {
    pthread_mutex_lock(&f->lock);
    f->hangs = hangs;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

void fake_await_count(struct fake *f, int type, int count) {
    pthread_mutex_lock(&f->lock);
    while (f->counts[type] < count) {
        pthread_cond_wait(&f->changed, &f->lock);
    }
    pthread_mutex_unlock(&f->lock);
}

void fake_await_sessions(struct fake *f, int count) {
    pthread_mutex_lock(&f->lock);
    while (f->sessions < count) {
        pthread_cond_wait(&f->changed, &f->lock);
    }
    pthread_mutex_unlock(&f->lock);
}

void fake_await_held(struct fake *f, int count) {
    pthread_mutex_lock(&f->lock);
    while (f->held_count < count) {
        pthread_cond_wait(&f->changed, &f->lock);
    }
    pthread_mutex_unlock(&f->lock);
}

int64_t fake_verdict(struct fake *f, uint64_t id, bool conflict) {
    pthread_mutex_lock(&f->lock);
    const int64_t seqno = fake_send_verdict(f, id, conflict);
    pthread_mutex_unlock(&f->lock);
    return seqno;
}

void fake_reject(struct fake *f, uint64_t id, int status) {
    pthread_mutex_lock(&f->lock);
    struct frame_out out;
    frame_begin(&out, FRAME_REJECTED, id);
    frame_put_u32(&out, (uint32_t)status);
    frame_put_text(&out, "test");
    fake_send_frame(f, &out, 0);
    pthread_mutex_unlock(&f->lock);
}

int64_t fake_write_set(struct fake *f, int64_t depends_on, uint32_t flags, bool certified, uint64_t trx, const void *data, size_t length) {
    pthread_mutex_lock(&f->lock);
    const int64_t seqno = ++f->seqno;
    const size_t first = length < FRAME_PART_LENGTH_MAX ? length : FRAME_PART_LENGTH_MAX;
    struct frame_out out;
    frame_begin(&out, FRAME_WRITE_SET, 0);
    frame_put_u64(&out, (uint64_t)seqno);
    frame_put_u64(&out, (uint64_t)(depends_on < 0 ? seqno - 1 : depends_on));
    frame_put_u32(&out, flags);
    frame_put_u32(&out, certified);
    const uint8_t origin[16] = {9};
    frame_put(&out, origin, sizeof origin);
    frame_put_u64(&out, trx);
    frame_put_u64(&out, 77);
    frame_put_u64(&out, length);
    frame_put(&out, data, first);
    fake_send_frame(f, &out, 0);
    for (size_t at = first; at < length;) {
        const size_t part = length - at < FRAME_PART_LENGTH_MAX ? length - at : FRAME_PART_LENGTH_MAX;
        frame_begin(&out, FRAME_WRITE_SET_PART, 0);
        frame_put(&out, (const char *)data + at, part);
        fake_send_frame(f, &out, 0);
        at += part;
    }
    pthread_mutex_unlock(&f->lock);
    return seqno;
}

int64_t fake_write_set_ahead(struct fake *f, uint64_t stream, uint64_t position, size_t length) {
    pthread_mutex_lock(&f->lock);
    const int64_t seqno = ++f->seqno;
    struct frame_out out;
    frame_begin(&out, FRAME_WRITE_SET, 0);
    frame_put_u64(&out, (uint64_t)seqno);
    frame_put_u64(&out, (uint64_t)(seqno - 1));
    frame_put_u32(&out, WSREP_FLAG_TRX_START | WSREP_FLAG_TRX_END);
    frame_put_u32(&out, 1);
    const uint8_t origin[16] = {9};
    frame_put(&out, origin, sizeof origin);
    frame_put_u64(&out, 1);
    frame_put_u64(&out, 77);
    frame_put_u64(&out, length);
    frame_put_u64(&out, stream);
    frame_put_u64(&out, position);
    fake_send_frame(f, &out, FRAME_WRITE_SET_AHEAD);
    pthread_mutex_unlock(&f->lock);
    return seqno;
}

void fake_ahead(struct fake *f, uint64_t stream, const void *bytes, size_t length) {
    pthread_mutex_lock(&f->lock);
    struct frame_out out;
    frame_begin(&out, bytes ? FRAME_AHEAD : FRAME_AHEAD_DROPPED, stream);
    frame_put(&out, bytes, length);
    fake_send_frame(f, &out, 0);
    pthread_mutex_unlock(&f->lock);
}

void fake_view(struct fake *f, int status, int flags, int64_t seqno) {
    pthread_mutex_lock(&f->lock);
    fake_send_view(f, status, flags, seqno);
    pthread_mutex_unlock(&f->lock);
}

void fake_event(struct fake *f, uint16_t type, const void *body, size_t length) {
    pthread_mutex_lock(&f->lock);
    fake_send_event(f, type, body, length);
    pthread_mutex_unlock(&f->lock);
}

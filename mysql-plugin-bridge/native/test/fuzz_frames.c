// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// Garbage from the sidecar's socket: half of it valid frames with errors in them, half random. Whatever comes, the connection is given up
// or goes on: nothing is read that is not there, nothing is kept, nobody waits for ever, and the server hears of nothing half decoded.
// fuzz_frames [FRAMES [SEED]]: the same frames for the same seed.
#include "connection.h"
#include "fuzz.h"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FRAMES = 100000, FEED_FRAMES = 100, SOCKET_EVERY = 64, FEEDS_PER_PROVIDER = 1000, SECONDS_MAX = 60, SOCKET_BYTES_MAX = 100000 };

#define HEAP_MAX (8 << 20)

// Of the sanitizers' library; its headers are no part of every gcc.
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t), void (*on_free)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *at);
void __sanitizer_set_death_callback(void (*callback)(void));

static struct fuzz fuzz;
static uint64_t seed = 20261121;
static const uint8_t *at_hand;
static size_t at_hand_length;
static _Atomic int64_t heap;

static void on_malloc(const volatile void *at, size_t size) {
    (void)size;
    atomic_fetch_add_explicit(&heap, (int64_t)__sanitizer_get_allocated_size(at), memory_order_relaxed);
}

static void on_free(const volatile void *at) {
    if (at) {
        atomic_fetch_sub_explicit(&heap, (int64_t)__sanitizer_get_allocated_size(at), memory_order_relaxed);
    }
}

static void tell_where(void) {
    fprintf(stderr, "seed %llu, frame %llu, %zu bytes:", (unsigned long long)seed, (unsigned long long)fuzz.frames, at_hand_length);
    for (size_t i = 0; i < at_hand_length && i < 256; i++) {
        fprintf(stderr, " %02x", at_hand[i]);
    }
    fputc('\n', stderr);
}

static void on_signal(int signal_number) {
    if (signal_number == SIGALRM) {
        fputs("this does not end\n", stderr);
    }
    tell_where();
    _exit(1);
}

static void next_frame(struct fuzz *f) {
    if (fuzz_below(f, 2)) {
        fuzz_sample_any(f);
        fuzz_mutate(f);
    } else {
        fuzz_noise(f);
    }
    f->frames++;
    f->offered += f->out.length;
}

// To the decoder, in memory that ends where the frame ends.
static bool give(struct fuzz *f) {
    char reason[512] = "";
    uint8_t *frame = malloc(f->out.length);
    memcpy(frame, f->out.bytes, f->out.length);
    put_u32(frame, (uint32_t)f->out.length);
    at_hand = frame;
    at_hand_length = f->out.length;
    const bool taken = dispatch(f->p, frame, at_hand_length, reason, sizeof reason);
    at_hand_length = 0;
    CHECK(taken == !*reason); // who gives up says why
    free(frame);
    f->taken += taken;
    return taken;
}

static void give_up(struct fuzz *f) {
    struct session *s = &f->p->session;
    f->connections++;
    if (s->partial) {
        event_free(s->partial);
        s->partial = NULL;
    }
}

static void feed_decoder(struct fuzz *f) {
    for (uint64_t left = 1 + fuzz_below(f, FEED_FRAMES); left; left--) {
        next_frame(f);
        const bool taken = give(f);
        frame_out_free(&f->out);
        if (!taken) {
            give_up(f);
        }
    }
    give_up(f);
}

static void send_out(struct fuzz *f, int fd) {
    CHECK(send(fd, f->out.bytes, f->out.length, MSG_NOSIGNAL) == (ssize_t)f->out.length);
    frame_out_free(&f->out);
}

// The same through a connection, with lengths that may be wrong, too: from its welcome to its end.
static void feed_connection(struct fuzz *f) {
    int fds[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    fuzz_welcome(f);
    if (fuzz_below(f, 4) == 0) {
        fuzz_mutate(f);
    }
    send_out(f, fds[1]);
    size_t bytes = 0;
    for (uint64_t left = 1 + fuzz_below(f, FEED_FRAMES); left && bytes < SOCKET_BYTES_MAX; left--) {
        next_frame(f);
        if (fuzz_below(f, 16)) {
            put_u32(f->out.bytes, (uint32_t)f->out.length);
        }
        if (f->out.length > SOCKET_BYTES_MAX / 2) {
            f->out.length = SOCKET_BYTES_MAX / 2;
        }
        bytes += f->out.length;
        send_out(f, fds[1]);
    }
    shutdown(fds[1], SHUT_WR);
    char reason[512] = "";
    size_t filled = 0;
    if (session_greet(f->p, fds[0], &filled, reason, sizeof reason) == GREET_OK) {
        session_read(f->p, fds[0], filled, reason, sizeof reason);
        session_went_down(f->p, fds[0]);
        CHECK(f->p->session.fd == -1 && !f->p->session.partial);
    } else {
        f->refused++;
        close(fds[0]);
    }
    CHECK(*reason);
    f->connections++;
    close(fds[1]);
}

static void run(struct fuzz *f, uint64_t frames) {
    while (f->frames < frames) {
        fuzz_provider_begin(f);
        for (int i = 0; i < FEEDS_PER_PROVIDER && f->frames < frames; i++) {
            alarm(SECONDS_MAX);
            fuzz_feed_begin(f);
            fuzz_below(f, SOCKET_EVERY) ? feed_decoder(f) : feed_connection(f);
            fuzz_feed_end(f);
        }
        fuzz_provider_end(f);
        CHECK(atomic_load(&heap) < HEAP_MAX);
    }
}

int main(int argc, char **argv) {
    const uint64_t frames = argc > 1 ? strtoull(argv[1], NULL, 10) : FRAMES;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : seed;
    __sanitizer_set_death_callback(tell_where);
    signal(SIGABRT, on_signal);
    signal(SIGALRM, on_signal);
    signal(SIGPIPE, SIG_IGN);
    fuzz.random = seed;
    alarm(SECONDS_MAX);
    fuzz_regressions(&fuzz);
    run(&fuzz, 2000 < frames ? 2000 : frames); // what the C library keeps from its first use
    CHECK(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free));
    run(&fuzz, frames);
    CHECK(atomic_load(&heap) == 0);
    printf("%llu frames, %llu taken, %llu connections, %llu of them refused at their welcome\n", (unsigned long long)fuzz.frames,
           (unsigned long long)fuzz.taken, (unsigned long long)fuzz.connections, (unsigned long long)fuzz.refused);
    printf("server: %llu write sets, %llu views, %llu donations, %llu requests, %llu peers, %llu log lines; heap as before\n",
           (unsigned long long)told.applied, (unsigned long long)told.views, (unsigned long long)told.donated,
           (unsigned long long)told.requested, (unsigned long long)told.peers, (unsigned long long)told.log_lines);
    // Garbage that is all refused at once would show nothing.
    CHECK(fuzz.taken > fuzz.frames / 10);
    CHECK(told.applied > fuzz.frames / 1000 && told.views > told.final_views && told.peers && told.donated);
    puts("fuzz: ok");
    return 0;
}

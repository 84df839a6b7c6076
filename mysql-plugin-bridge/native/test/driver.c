// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// driver SECONDS CLIENTS REJOIN DIRECTORY:PORT...: clients on several providers of one process, each with a real sidecar
// that listens at DIRECTORY/sidecar.sock. Every REJOIN seconds (0: never) the last node leaves and comes back. At the end
// all nodes must have the same history. test/with-sidecars starts the sidecars, and kills some if it is told to.
#include "toy_server.h"

enum { CLIENTS_MAX = 64, LARGE = 600 << 10, LARGE_EVERY = 2000, STATEMENT_EVERY = 500, CAUSAL_EVERY = 50 };

static int nodes;
static int64_t ends;
static _Atomic bool stop;
static char url[128];

static void *client(void *arg) {
    const uint64_t number = (uintptr_t)arg;
    struct toy *s = &toys[number % (uint64_t)nodes];
    uint64_t random = 0x9E3779B97F4A7C15ULL * (number + 1);
    while (!atomic_load(&stop)) {
        const uint64_t choice = next_random(&random);
        if (choice % STATEMENT_EVERY == 0) {
            toy_statement(s, number);
        } else if (choice % CAUSAL_EVERY == 0) {
            const wsrep_status_t status = s->w.sync_wait(&s->w, NULL, 60, NULL);
            CHECK(status == WSREP_OK || status == WSREP_TRX_FAIL);
        } else {
            toy_transaction(s, &random, choice % LARGE_EVERY == 1 ? LARGE : 0);
        }
    }
    return NULL;
}

static void await_all_synced(void) {
    for (int i = 0; i < nodes; i++) {
        toy_await_synced(&toys[i]);
    }
}

// Leaves under load and comes back.
static void *rejoin(void *arg) {
    const int64_t every = *(const int64_t *)arg * SECOND;
    struct toy *s = &toys[nodes - 1];
    for (int64_t next = now_ns() + every; next < ends; next += every) {
        while (now_ns() < next) {
            const struct timespec pause = {.tv_nsec = 10 * MS};
            nanosleep(&pause, NULL);
        }
        await_all_synced();
        toy_disconnect(s);
        pthread_mutex_lock(&s->lock);
        s->synced = false;
        pthread_mutex_unlock(&s->lock);
        toy_connect(s, url, false);
    }
    return NULL;
}

static void *observe(void *arg) {
    (void)arg;
    for (int round = 0; !atomic_load(&stop); round++) {
        struct toy *s = &toys[round % nodes];
        s->w.stats_free(&s->w, s->w.stats_get(&s->w));
        free(s->w.options_get(&s->w));
        if (round % 20 == 0 && nodes > 1) {
            // As a backup stops the server.
            s = &toys[0];
            const bool desynced = s->w.desync(&s->w) == WSREP_OK;
            toy_pause(s);
            CHECK(!desynced || s->w.resync(&s->w) == WSREP_OK || !atomic_load(&((struct provider *)s->w.ctx)->primary));
        }
        const struct timespec pause = {.tv_nsec = 20 * MS};
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void start_nodes(int count, char **places) {
    for (int i = 0; i < count; i++) {
        char socket[128];
        char options[160];
        char *colon = strrchr(places[i], ':');
        CHECK(colon);
        *colon = 0;
        snprintf(socket, sizeof socket, "%s/sidecar.sock", places[i]);
        snprintf(options, sizeof options, "gmcast.listen_addr=tcp://127.0.0.1:%s", colon + 1);
        if (i == 0) {
            snprintf(url, sizeof url, "gcomm://127.0.0.1:%s", colon + 1);
        }
        toy_init(&toys[i], i, socket, places[i], options);
        toy_connect(&toys[i], i == 0 ? "gcomm://" : url, i == 0);
        toy_await_synced(&toys[i]);
    }
    nodes = count;
}

// For with-sidecars: kills are for a group that is there.
static void say_load(bool on) {
    char path[160];
    snprintf(path, sizeof path, "%s/load", toys[0].data_dir);
    FILE *file = on ? fopen(path, "w") : NULL;
    CHECK(on ? file && fclose(file) == 0 : remove(path) == 0);
}

static void compare_nodes(void) {
    await_all_synced();
    for (int i = 0; i < nodes; i++) {
        while (toys[i].w.sync_wait(&toys[i].w, NULL, 60, NULL) != WSREP_OK) {
            await_all_synced(); // a view change came in between
        }
    }
    for (int i = 0; i < nodes; i++) {
        toy_disconnect(&toys[i]);
    }
    const struct toy *first = &toys[0];
    for (int i = 1; i < nodes; i++) {
        const struct toy *other = &toys[i];
        CHECK(other->history == first->history);
        for (int row = 0; row < TOY_ROWS; row++) {
            CHECK(other->versions[row] == first->versions[row]);
        }
    }
}

int main(int count, char **args) {
    if (count < 5 || count - 4 > TOY_NODES_MAX) {
        fprintf(stderr, "usage: driver SECONDS CLIENTS REJOIN DIRECTORY:PORT...\n");
        return 2;
    }
    const int64_t seconds = atoll(args[1]);
    const uintptr_t clients = (uintptr_t)atoi(args[2]);
    int64_t rejoin_every = atoll(args[3]);
    CHECK(seconds > 0 && clients > 0 && clients <= CLIENTS_MAX);
    start_nodes(count - 4, args + 4);
    ends = now_ns() + seconds * SECOND;
    say_load(true);
    pthread_t threads[CLIENTS_MAX];
    pthread_t observer;
    pthread_t rejoiner;
    for (uintptr_t i = 0; i < clients; i++) {
        CHECK(pthread_create(&threads[i], NULL, client, (void *)i) == 0);
    }
    CHECK(pthread_create(&observer, NULL, observe, NULL) == 0);
    if (rejoin_every) {
        CHECK(pthread_create(&rejoiner, NULL, rejoin, &rejoin_every) == 0);
    }
    while (now_ns() < ends) {
        const struct timespec pause = {.tv_nsec = 50 * MS};
        nanosleep(&pause, NULL);
    }
    atomic_store(&stop, true);
    for (uintptr_t i = 0; i < clients; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_join(observer, NULL);
    if (rejoin_every) {
        pthread_join(rejoiner, NULL);
    }
    say_load(false);
    compare_nodes();
    int64_t snapshots = 0;
    for (int i = 0; i < nodes; i++) {
        struct toy_counts *c = &toys[i].counts;
        snapshots += c->snapshots;
        printf("n%d: %lld committed, %lld replayed, %lld failed, %lld aborted, %lld refused, %lld unknown, %lld applied, %lld statements, "
               "%lld pauses, %lld snapshots given\n",
               i, (long long)c->committed, (long long)c->replayed, (long long)c->failed, (long long)c->aborted, (long long)c->refused,
               (long long)c->unknown, (long long)c->applied, (long long)c->statements, (long long)c->pauses, (long long)c->snapshots);
        CHECK(c->committed > 0);
        toys[i].w.free(&toys[i].w);
        toys[i].w.free(&toys[i].w);
    }
    // What the run is said to have been under, it was under.
    CHECK(snapshots >= nodes - 1 && (nodes == 1 || toys[0].counts.pauses > 0));
    printf("driver: ok, history %016llx at %lld\n", (unsigned long long)toys[0].history, (long long)toys[0].position.seqno);
    return 0;
}

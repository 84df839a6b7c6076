// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The server looks into a table to answer, and may take its time for it. So a thread of its own asks, never the feed's reader.
#include "provider.h"

#include <signal.h>
#include <stdlib.h>

struct question {
    struct question *next;
    uint64_t id;
    char *ip;
};

void peers_init(struct peers *peers) {
    pthread_mutex_init(&peers->lock, NULL);
    pthread_cond_init(&peers->wake, NULL);
    pthread_cond_init(&peers->idle, NULL);
}

void peers_destroy(struct peers *peers) {
    pthread_cond_destroy(&peers->wake);
    pthread_cond_destroy(&peers->idle);
    pthread_mutex_destroy(&peers->lock);
}

static void question_free(struct question *question) {
    free(question->ip);
    free(question);
}

static void answer(struct provider *p, const struct question *question) {
    struct frame_out out;
    frame_begin(&out, FRAME_PEER_ANSWER, question->id);
    frame_put_u8(&out, allowlist_admits(p, question->ip));
    session_send_frame(p, &out);
    frame_out_free(&out);
}

static void *peers_main(void *argument) {
    struct provider *p = argument;
    struct peers *peers = &p->peers;
    pthread_mutex_lock(&peers->lock);
    for (;;) {
        while (!peers->first && !peers->stop) {
            pthread_cond_wait(&peers->wake, &peers->lock);
        }
        if (peers->stop) {
            break;
        }
        struct question *question = peers->first;
        peers->first = question->next;
        if (!peers->first) {
            peers->last = NULL;
        }
        peers->asking = true;
        pthread_mutex_unlock(&peers->lock);
        answer(p, question);
        question_free(question);
        pthread_mutex_lock(&peers->lock);
        peers->asking = false;
        pthread_cond_broadcast(&peers->idle);
    }
    pthread_mutex_unlock(&peers->lock);
    return NULL;
}

// Most servers are never asked: the thread begins with the first question.
static bool start(struct provider *p) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&p->peers.thread, NULL, peers_main, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        provider_log(p, WSREP_LOG_ERROR, "No thread to ask the server's allow list: nobody new can connect (%s)", strerror(failed));
    }
    return !failed;
}

void peers_ask(struct provider *p, uint64_t id, char *ip) {
    struct peers *peers = &p->peers;
    struct question *question = calloc(1, sizeof *question);
    pthread_mutex_lock(&peers->lock);
    peers->started = peers->started || start(p);
    const bool asked = question && peers->started;
    if (asked) {
        *question = (struct question){.id = id, .ip = ip};
        *(peers->last ? &peers->last->next : &peers->first) = question;
        peers->last = question;
    }
    pthread_mutex_unlock(&peers->lock);
    pthread_cond_signal(&peers->wake);
    if (!asked) {
        free(ip);
        free(question);
    }
}

void peers_settle(struct provider *p) {
    struct peers *peers = &p->peers;
    pthread_mutex_lock(&peers->lock);
    while (peers->first) {
        struct question *question = peers->first;
        peers->first = question->next;
        question_free(question);
    }
    peers->last = NULL;
    while (peers->asking) {
        pthread_cond_wait(&peers->idle, &peers->lock);
    }
    pthread_mutex_unlock(&peers->lock);
}

void peers_stop(struct provider *p) {
    struct peers *peers = &p->peers;
    peers_settle(p);
    pthread_mutex_lock(&peers->lock);
    peers->stop = true;
    pthread_mutex_unlock(&peers->lock);
    pthread_cond_signal(&peers->wake);
    if (peers->started) {
        pthread_join(peers->thread, NULL);
        peers->started = false;
    }
}

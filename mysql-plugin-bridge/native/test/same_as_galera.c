// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// same_as_galera PROVIDER GALERA DIRECTORY: names, order and types of status variables, options with their values, and capabilities of
// both libraries: before they connect, in a group of one, and after it.
#include "../wsrep_abi.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SIDES = 2, FIRST_PORT = 24960, PORT_STEP = 10, TEXT_LENGTH = 32768 };

static const char *const side_names[SIDES] = {"Carillon", "Galera"};

struct side {
    wsrep_t w;
    pthread_t applier;
    char directory[512];
    char options[128];
    char text[TEXT_LENGTH]; // of the stage at hand: one thing a line
};

static void log_line(wsrep_log_level_t level, const char *text) {
    if (level <= WSREP_LOG_ERROR) {
        fprintf(stderr, "%s\n", text);
    }
}

static wsrep_cb_status_t on_connected(void *app, const wsrep_view_info_t *view) {
    (void)app;
    (void)view;
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t on_view(void *app, void *recv, const wsrep_view_info_t *view, const char *state, size_t length) {
    (void)app;
    (void)recv;
    (void)view;
    (void)state;
    (void)length;
    return WSREP_CB_SUCCESS;
}

static wsrep_cb_status_t on_synced(void *app) {
    (void)app;
    return WSREP_CB_SUCCESS;
}

static void *apply(void *context) {
    struct side *side = context;
    side->w.recv(&side->w, side);
    return NULL;
}

static void require(bool ok, const struct side *side, const char *what) {
    if (!ok) {
        fprintf(stderr, "%s: %s\n", side->directory, what);
        exit(1);
    }
}

static void load(struct side *side, const char *library) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    require(handle, side, "cannot be loaded");
    int (*loader)(wsrep_t *) = (int (*)(wsrep_t *))dlsym(handle, "wsrep_loader");
    require(loader && loader(&side->w) == 0, side, "does not load");
    wsrep_gtid_t nowhere = {.seqno = WSREP_SEQNO_UNDEFINED};
    const struct wsrep_init_args args = {.node_name = "node", .node_address = "127.0.0.1", .node_incoming = "", .data_dir = side->directory,
                                         .options = side->options, .proto_ver = 4, .state_id = &nowhere, .logger_cb = log_line,
                                         .connected_cb = on_connected, .view_cb = on_view, .synced_cb = on_synced};
    require(side->w.init(&side->w, &args) == WSREP_OK, side, "init failed");
}

// Options with their values; of those that are a path or a port of the node's own, the name.
static void describe(struct side *side) {
    int at = snprintf(side->text, TEXT_LENGTH, "capabilities %x\n", side->w.capabilities(&side->w));
    struct wsrep_stats_var *variables = side->w.stats_get(&side->w);
    for (struct wsrep_stats_var *v = variables; v->name; v++) {
        at += snprintf(side->text + at, TEXT_LENGTH - (size_t)at, "status %s %d\n", v->name, (int)v->type);
    }
    side->w.stats_free(&side->w, variables);
    char *options = side->w.options_get(&side->w);
    char *rest = NULL;
    for (char *pair = strtok_r(options, ";", &rest); pair; pair = strtok_r(NULL, ";", &rest)) {
        const bool own = strstr(pair, side->directory) || strstr(pair, "port") || strstr(pair, "listen_addr");
        const size_t length = own ? strcspn(pair, "=") : strlen(pair);
        at += snprintf(side->text + at, TEXT_LENGTH - (size_t)at, "option %.*s\n", (int)length, pair);
    }
    free(options);
}

static int compare(struct side *sides, const char *stage) {
    for (int i = 0; i < SIDES; i++) {
        describe(&sides[i]);
    }
    if (strcmp(sides[0].text, sides[1].text) == 0) {
        return 0;
    }
    char *rests[SIDES] = {NULL};
    char *lines[SIDES];
    for (int i = 0; i < SIDES; i++) {
        lines[i] = strtok_r(sides[i].text, "\n", &rests[i]);
    }
    while (lines[0] && lines[1] && strcmp(lines[0], lines[1]) == 0) {
        for (int i = 0; i < SIDES; i++) {
            lines[i] = strtok_r(NULL, "\n", &rests[i]);
        }
    }
    for (int i = 0; i < SIDES; i++) {
        fprintf(stderr, "%s, first difference: %s has '%s'\n", stage, side_names[i], lines[i] ? lines[i] : "no more");
    }
    return 1;
}

int main(int count, char **arguments) {
    if (count != SIDES + 2) {
        fprintf(stderr, "usage: %s PROVIDER GALERA DIRECTORY\n", arguments[0]);
        return 2;
    }
    struct side *sides = calloc(SIDES, sizeof *sides);
    for (int i = 0; i < SIDES; i++) {
        snprintf(sides[i].directory, sizeof sides[i].directory, "%s/%s", arguments[SIDES + 1], side_names[i]);
        mkdir(sides[i].directory, 0700);
        snprintf(sides[i].options, sizeof sides[i].options, "gmcast.listen_addr=tcp://127.0.0.1:%d", FIRST_PORT + PORT_STEP * i);
        load(&sides[i], arguments[i + 1]);
    }
    int differences = compare(sides, "before the first connect");
    for (int i = 0; i < SIDES; i++) {
        require(sides[i].w.connect(&sides[i].w, "group", "gcomm://", "", true) == WSREP_OK, &sides[i], "connect failed");
        pthread_create(&sides[i].applier, NULL, apply, &sides[i]);
    }
    differences += compare(sides, "connected");
    for (int i = 0; i < SIDES; i++) {
        require(sides[i].w.disconnect(&sides[i].w) == WSREP_OK, &sides[i], "disconnect failed");
        pthread_join(sides[i].applier, NULL);
    }
    differences += compare(sides, "after the disconnect");
    for (int i = 0; i < SIDES; i++) {
        sides[i].w.free(&sides[i].w);
    }
    printf(differences ? "%d of 3 stages differ\n" : "the same in all 3 stages\n", differences);
    free(sides);
    return differences ? 1 : 0;
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The connection to the sidecar, and the process of the sidecar where it is a child.
#ifndef CARILLON_SESSION_H
#define CARILLON_SESSION_H

#include "ahead.h"
#include "calls.h"
#include "reconnect.h"

#include <sys/types.h>
#include <sys/uio.h>

struct provider;
struct event;

// Frames that nobody waits for, made by threads that may not wait for the socket either.
struct posts {
    pthread_mutex_t lock; // innermost
    uint8_t *bytes;
    size_t length;
    size_t capacity;
    _Atomic bool present;
};

enum session_state { SESSION_DOWN = 0, SESSION_UP, SESSION_REFUSED, SESSION_STOPPED };

struct session {
    pthread_mutex_t write_lock;
    _Atomic int fd; // -1: down; written under write_lock
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum session_state state; // under lock
    int64_t down_since;       // under lock
    char *failure;            // why it was refused; under lock
    bool ever_up;
    _Atomic bool stop;
    int64_t leave_timeout;
    _Atomic int64_t leave_by; // when a leave that is under way ends, answered or not; else PARK_FOREVER
    int wake[2]; // pipe: ends the reader's sleep
    pthread_t reader;
    bool reader_started;
    uint8_t *buffer;
    _Atomic int64_t received; // written by the reader
    int64_t released_sent;    // under write_lock
    uint64_t consumed_sent;   // under write_lock
    struct posts posts;
    int64_t progress_at;      // under write_lock: when PROGRESS was sent
    struct event *partial;    // reader: a write set whose parts are still coming
    struct ahead ahead;       // reader
    bool waiting_said;  // external, before the first connection
    bool no_welcome_said;
    bool no_room_said;
    struct reconnect reconnect; // reader
    bool lost_reported; // the server was told that the primary is gone
    wsrep_uuid_t id;
    // child.c
    bool external;
    char *socket_path;
    char *socket_address;     // the same, or a short name of it
    int state_fd;             // state directory, where the path is too long for a socket; else -1
    char *launcher;
    char *state_dir;
    pid_t child;
    int64_t child_started;
    int64_t respawn_pause;    // between two starts
    int isolation_slot;
};

// All that a connection needs, but nobody who makes it.
bool session_prepare(struct provider *p, char *reason, size_t reason_size);
wsrep_status_t session_start(struct provider *p);
void session_stop(struct provider *p);
// Waits until the session is up, as long as calls are held. False: it is not.
bool session_await(struct provider *p);
enum send_result { SEND_OK, SEND_DOWN, SEND_BROKEN };
// `call`, if given, counts as sent from the first byte on.
enum send_result session_send(struct provider *p, struct iovec *iov, int count, struct call *call);
// Sends now if the socket takes it, else as soon as it does, also on the next connection. Never blocks. The frame is a short one. False:
// there is no connection, or too much waits.
bool session_post(struct provider *p, const uint8_t *frame, size_t length);
void session_flush_posts(struct provider *p);
void session_drop_posts(struct provider *p);
enum send_result session_send_frame(struct provider *p, struct frame_out *frame);
// Builds nothing new: sends the frame, waits for its RESULT, sends it again to a new sidecar. Status of the answer, or CONN_FAIL.
wsrep_status_t session_call(struct provider *p, struct frame_out *frame, struct call *call, int64_t deadline);
// Has the sidecar leave the group. At the deadline the connection ends (the reader makes another one), and whoever waits for room in its
// socket gives up.
wsrep_status_t session_leave(struct provider *p, struct call *call, int64_t deadline);
// Tells how far this node is where that is worth a frame. Never blocks.
void session_progress(struct provider *p, bool always);
// Acts upon a whole frame; false: the session must end, `reason` says why.
bool dispatch(struct provider *p, const uint8_t *frame, size_t length, char *reason, size_t reason_size);

// ---- child.c

bool child_prepare(struct provider *p, char *reason, size_t size);
bool child_spawn(struct provider *p, char *reason, size_t size);
// True if it ended (and is reaped now); `status` as of waitpid.
bool child_ended(struct provider *p, int *status);
void child_stop(struct provider *p);
void child_cleanup(struct provider *p);

// ---- room.c

// False: the state directory takes nothing, and `reason` says why.
bool room_for_state(const char *dir, char *reason, size_t size);

#endif

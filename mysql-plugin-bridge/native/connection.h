// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The inside of the session: what session.c, reader.c and greet.c share.
#ifndef CARILLON_CONNECTION_H
#define CARILLON_CONNECTION_H

#include "provider.h"

enum { SESSION_BUFFER_LENGTH = FRAME_LENGTH_MAX + (256 << 10) };

enum greet_result { GREET_OK, GREET_AGAIN, GREET_REFUSED };

void *session_main(void *provider);
void session_set_state(struct session *s, enum session_state state, const char *failure);
// Waits until all of it is in the socket. False: the connection broke, or a leave has taken too long.
bool session_write(struct session *s, int fd, struct iovec *iov, int count);
void session_fail_calls(struct provider *p);
// Sleeps until `fd` can be read, the session shall stop, or the time is over. 1: readable, 0: time, -1: stop.
int session_sleep(struct session *s, int fd, int ms);
// While it is down: after the time that calls are held, the server is told that the primary is lost.
void session_report_lost(struct provider *p);
// Reads and acts until the connection ends; the reason says why. `filled` bytes are in the buffer already.
void session_read(struct provider *p, int fd, size_t filled, char *reason, size_t reason_size);
// Closes the connection.
void session_went_down(struct provider *p, int fd);
// Greets. On success the session is up, and `filled` bytes of what followed WELCOME are at the start of the buffer.
enum greet_result session_greet(struct provider *p, int fd, size_t *filled, char *reason, size_t reason_size);

#endif

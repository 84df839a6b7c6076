// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** Protocol events that the black box keeps and the simulator reads. */
public enum TraceEvent {
    GATHER, COMMIT, PROMISED, INSTALL, RECOVERY, OPERATIONAL, NOT_PRIMARY, TOKEN_SENT, TOKEN_HELD, TOKEN_REPEATED,
    PULLED, TRUNCATED, RESET, RESENT,
    SUSPECTED, PAUSE_SEEN,
    /** Type; the peer's handle, or the complement of its slot; length, or what was wrong. */
    PACKET_DROPPED,
    /** A member of the ring being installed: slot, both halves of its id. */
    MEMBER,
    /** Somebody else holds the token: epoch, tokenSeq, slot. */
    TOKEN_SEEN,
    /** A suspected peer spoke: handle, silence in ns. */
    HEARD_AGAIN,
    TOKEN_PARKED, TOKEN_WOKEN, WAKE_REPEATED, TOKEN_DUPLICATE, WINDOW_FULL, RELEASED_EARLY, TOKEN_MODE_REFUSED
}

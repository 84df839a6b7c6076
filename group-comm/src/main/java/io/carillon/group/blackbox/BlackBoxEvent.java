// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.blackbox;

import io.carillon.group.ring.TraceEvent;

/**
 * Records of the black box beside those of the ring itself ({@link TraceEvent}). A dump holds the names, so a reader of another version
 * knows those that it shares with the writer.
 */
enum BlackBoxEvent {
    /** A membership began: epoch promised, log end, stable index. */
    STARTED,
    /** It ended. */
    ENDED,
    /** Linked, or not any more: member. */
    PEER_UP, PEER_DOWN,
    /** Packets from or to a member since the last such record: member, count and bytes; logged; horizon. */
    PACKETS_IN, PACKETS_OUT,
    /** One packet of the ring's normal life: member, length and type; its number; logged. */
    PACKET_IN, PACKET_OUT,
    /** One packet of a change of ring: member, type, length. */
    CONTROL_IN, CONTROL_OUT,
    /** Log end, logged and stable index, where they changed. */
    HORIZONS,
    /** Records that were left out, since many of their kind came at once: code, count. */
    MORE,
    /** A timer ran so many nanoseconds late. */
    TIMER_LATE,
    /** Writing the log took so many nanoseconds. */
    LOG_SLOW,
    /** An own offer was rejected: originSeq, reason. */
    REJECTED,
    /** A view that is not primary was reported: epoch, members. */
    VIEW_NOT_PRIMARY,
    /** A primary view is stable: epoch, seqno, members. */
    VIEW_PRIMARY;

    /** Codes of the ring's events begin here. */
    private static final int RING = 64;
    /** As many as there can be. */
    static final int CODES = 256;

    private static final BlackBoxEvent[] OWN = values();
    private static final TraceEvent[] RINGS = TraceEvent.values();

    static int code(final TraceEvent event) {
        return RING + event.ordinal();
    }

    /** Name of what has this code, or null. */
    static String name(final int code) {
        if (code < OWN.length) {
            return OWN[code].name();
        }
        return code >= RING && code < RING + RINGS.length ? RINGS[code - RING].name() : null;
    }
}

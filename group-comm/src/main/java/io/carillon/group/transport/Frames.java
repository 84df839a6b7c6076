// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

/**
 * Frames on a connection: a little-endian u32 whose low 24 bits are the length of what follows and whose high 8 bits
 * are the kind. A packet of the ring has kind 0, so
 * that its header is its length.
 */
public final class Frames {
    /** Of each frame, bytes. */
    public static final int HEADER_LENGTH = 4;
    static final int LENGTH_MAX = (1 << 24) - 1;

    /** A packet of the ring. */
    public static final int PACKET = 0;
    /** Who I am and whom I know: {@link Hello}. */
    public static final int HELLO = 1;
    /** The initiator wants this connection to be the link's: i64 order. */
    public static final int CONFIRM = 2;
    /** The acceptor agrees: i64 order. */
    public static final int ESTABLISHED = 3;
    /** u16 code of {@link Refusal}, text. */
    public static final int REFUSE = 4;
    /** i64 of the sender, to be given back. */
    public static final int PING = 5;
    /** What a PING said. */
    public static final int PONG = 6;
    /** Members and addresses that the sender is linked to. */
    public static final int PEERS = 7;
    /** Where the sender is found on each network. */
    public static final int ADDRESSES = 8;
    /** i64 number, packet: the same may come on another link. */
    public static final int NUMBERED = 9;
    /** How many kinds there are. */
    public static final int KINDS = 10;

    /** Largest frame before a connection is established. */
    public static final int HANDSHAKE_LENGTH_MAX = 16 << 10;

    private Frames() {
    }

    /**
     * Tells whether a stream's first three bytes, as the low ones of {@code header}, begin a TLS handshake: 22, 3, and a minor version.
     * No frame before a link is established can, since the third would make it longer than is allowed.
     */
    public static boolean isTls(final int header) {
        final int minor = header >>> 16 & 0xff;
        return (header & 0xffff) == 0x0316 && minor >= 1 && minor <= 4;
    }

    /** First four bytes of a frame. */
    public static int header(final int kind, final int length) {
        return kind << 24 | length;
    }

    /** Kind of the frame with this header. */
    public static int kind(final int header) {
        return header >>> 24;
    }

    /** Bytes that follow this header. */
    public static int length(final int header) {
        return header & LENGTH_MAX;
    }
}

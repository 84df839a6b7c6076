// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.wire;

/** First byte of every packet of the ring; the second is the version. */
public final class PacketType {
    public static final int VERSION = 1;

    public static final byte DATA = 1;
    public static final byte ORDER = 2;
    public static final byte ACK = 3;
    public static final byte TOKEN = 4;
    public static final byte PULL = 5;
    public static final byte ENTRIES = 6;
    public static final byte BARRIER_REQUEST = 7;
    public static final byte BARRIER_REPLY = 8;
    public static final byte REQUEST = 9;
    /** All header: the sender has something to number, and a token that goes round is parked. */
    public static final byte WAKE = 10;

    public static final byte JOIN = 16;
    public static final byte COMMIT = 17;
    public static final byte STATE = 18;
    public static final byte INSTALL = 19;

    private PacketType() {
    }

    /** Tells whether {@link ControlCodec} reads it. */
    public static boolean isControl(final int type) {
        return type >= JOIN && type <= INSTALL;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What the replicator puts behind every write set that it has ordered (docs/write-set.md): session of the origin's
 * application, and its call number. It rides in each entry, not in the view, because a
 * joiner's log may begin in the middle of a view.
 */
final class Origin {
    static final int LENGTH = 24;

    private static final int SESSION_MSB_OFFSET = 0;
    private static final int SESSION_LSB_OFFSET = 8;
    private static final int CALL_OFFSET = 16;

    long sessionMsb;
    long sessionLsb;
    long call;

    static void put(final MutableDirectBuffer buffer, final int offset, final long sessionMsb, final long sessionLsb, final long call) {
        buffer.putLong(offset + SESSION_MSB_OFFSET, sessionMsb, LITTLE_ENDIAN);
        buffer.putLong(offset + SESSION_LSB_OFFSET, sessionLsb, LITTLE_ENDIAN);
        buffer.putLong(offset + CALL_OFFSET, call, LITTLE_ENDIAN);
    }

    /** Reads the end of a WRITE_SET payload. False when that is too short. */
    boolean read(final DirectBuffer payload) {
        final int offset = payload.capacity() - LENGTH;
        if (offset < 0) {
            return false;
        }
        sessionMsb = payload.getLong(offset + SESSION_MSB_OFFSET, LITTLE_ENDIAN);
        sessionLsb = payload.getLong(offset + SESSION_LSB_OFFSET, LITTLE_ENDIAN);
        call = payload.getLong(offset + CALL_OFFSET, LITTLE_ENDIAN);
        return true;
    }
}

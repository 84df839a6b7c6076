// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.MemberId;
import io.carillon.group.ring.RingState;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * What the file {@code node.state} says.
 *
 * @param state null when nothing of it may be relied on.
 * @param group group that the node last was in.
 * @param durability under which the node acknowledged.
 * @param boot boot of the machine in which this was written.
 * @param logId the log that belongs to it.
 * @param cleanEnd last index of the log at an orderly end, else -1.
 */
record NodeRecord(RingState state, UUID group, Durability durability, UUID boot, long logId, long cleanEnd) {
    private static final int VERSION = 1;
    private static final int LENGTH = 104;

    byte[] encode() {
        final ByteBuffer bytes = ByteBuffer.allocate(LENGTH).order(LITTLE_ENDIAN);
        final RingState kept = state == null ? RingState.fresh(MemberId.NONE) : state;
        bytes.putInt(VERSION).putInt(durability.ordinal());
        bytes.putLong(kept.self().msb()).putLong(kept.self().lsb()).putLong(kept.promisedEpoch()).putLong(kept.stableIndex());
        bytes.putLong(group.getMostSignificantBits()).putLong(group.getLeastSignificantBits());
        bytes.putLong(boot.getMostSignificantBits()).putLong(boot.getLeastSignificantBits());
        bytes.putLong(logId).putLong(cleanEnd).putInt(state == null ? 0 : 1);
        bytes.putLong(kept.givenUpEpoch());
        return bytes.array();
    }

    /** Null when it is none of ours. */
    static NodeRecord decode(final byte[] record) {
        if (record == null || record.length != LENGTH) {
            return null;
        }
        final ByteBuffer bytes = ByteBuffer.wrap(record).order(LITTLE_ENDIAN);
        final int version = bytes.getInt();
        final int durability = bytes.getInt();
        if (version != VERSION || durability < 0 || durability >= Durability.values().length) {
            return null;
        }
        final MemberId self = new MemberId(bytes.getLong(), bytes.getLong());
        final long promisedEpoch = bytes.getLong();
        final long stableIndex = bytes.getLong();
        final UUID group = new UUID(bytes.getLong(), bytes.getLong());
        final UUID boot = new UUID(bytes.getLong(), bytes.getLong());
        final long logId = bytes.getLong();
        final long cleanEnd = bytes.getLong();
        final boolean relied = bytes.getInt() == 1;
        final RingState state = new RingState(self, promisedEpoch, stableIndex, bytes.getLong());
        return new NodeRecord(relied ? state : null, group, Durability.values()[durability], boot, logId, cleanEnd);
    }
}

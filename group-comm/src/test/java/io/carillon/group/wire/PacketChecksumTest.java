// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a packet was sealed with is found on heap and direct memory alike, and no flipped bit is missed. */
class PacketChecksumTest {
    private static final int LENGTH = 20_000;

    private final PacketChecksum checksum = new PacketChecksum();

    @Test
    void theSameOnHeapAndDirectMemory() {
        final ExpandableArrayBuffer sender = new ExpandableArrayBuffer(16);
        for (int at = 0; at < LENGTH; at++) {
            sender.putByte(at, (byte) (at * 7));
        }
        final int length = checksum.seal(sender, LENGTH);
        assertEquals(LENGTH + PacketChecksum.LENGTH, length);
        final UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(length + 9));
        direct.putBytes(9, sender, 0, length);
        assertEquals(LENGTH, checksum.open(direct, 9, length));
        final UnsafeBuffer heap = new UnsafeBuffer(new byte[length + 9], 5, length + 4);
        heap.putBytes(4, sender, 0, length);
        assertEquals(LENGTH, checksum.open(heap, 4, length));
    }

    @Test
    void noDamageIsMissed() {
        final UnsafeBuffer packet = new UnsafeBuffer(new byte[104]);
        final int length = checksum.seal(packet, 100);
        final SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 10_000; round++) {
            final int bit = random.nextInt(8 * length);
            packet.putByte(bit / 8, (byte) (packet.getByte(bit / 8) ^ 1 << bit % 8));
            assertEquals(-1, checksum.open(packet, 0, length));
            packet.putByte(bit / 8, (byte) (packet.getByte(bit / 8) ^ 1 << bit % 8));
        }
        assertEquals(100, checksum.open(packet, 0, length));
        assertEquals(-1, checksum.open(packet, 0, length - 1));
        for (int tooShort = 0; tooShort < PacketChecksum.LENGTH; tooShort++) {
            assertEquals(-1, checksum.open(packet, 0, tooShort));
        }
    }
}

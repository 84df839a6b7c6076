// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import java.util.ArrayDeque;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A packet under way, pooled; a duplicate shares it. */
final class Packet {
    byte[] bytes = new byte[256];
    final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    int length;
    int from;
    int to;
    boolean bulk;
    long session;
    int references;

    /** Flips some bits. */
    void damage(final Xoshiro256 random) {
        for (int flips = 1 + random.below(4); flips > 0; flips--) {
            bytes[random.below(length)] ^= (byte) (1 << random.below(8));
        }
    }

    /** Free packets of one run. */
    static final class Pool {
        private final ArrayDeque<Packet> free = new ArrayDeque<>();

        Packet take(final DirectBuffer source, final int offset, final int length) {
            final Packet packet = free.isEmpty() ? new Packet() : free.pop();
            if (packet.bytes.length < length) {
                packet.bytes = new byte[Integer.highestOneBit(length) * 2];
                packet.buffer.wrap(packet.bytes);
            }
            source.getBytes(offset, packet.bytes, 0, length);
            packet.length = length;
            packet.references = 1;
            return packet;
        }

        /** Gives one reference back. The content is overwritten, so that a core that kept a pointer into it is found out. */
        void release(final Packet packet) {
            if (--packet.references == 0) {
                packet.buffer.setMemory(0, packet.length, (byte) 0xDB);
                free.push(packet);
            }
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.wire.ControlCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Damaged packets are dropped, whatever state the member is in. */
class PacketFuzzTest {
    private static final int ROUNDS = Integer.getInteger("carillon.fuzz.rounds", 200_000);

    @Test
    void randomBytesAreDropped() {
        final RingWorld world = new RingWorld(3);
        world.form();
        final SplittableRandom random = new SplittableRandom(1);
        for (int round = 0; round < ROUNDS; round++) {
            final byte[] bytes = new byte[random.nextInt(120)];
            random.nextBytes(bytes);
            if (bytes.length > 1) {
                bytes[0] = (byte) random.nextInt(24);
                bytes[1] = 1;
            }
            world.node(1).core.onPacket(world.nowNs, 0, new UnsafeBuffer(bytes), 0, bytes.length);
        }
        world.node(0).offer("still");
        world.run(10 * RingWorld.MS);
        assertEquals(List.of("still"), world.node(1).delivered());
    }

    @Test
    void cutShortAndExtendedPacketsAreDropped() {
        final RingWorld world = new RingWorld(3);
        final List<byte[]> seen = new ArrayList<>();
        world.tap = seen::add;
        world.form();
        for (int count = 0; count < 30; count++) {
            world.node(count % 3).offer("w" + count);
            world.run(RingWorld.MS);
        }
        world.tap = packet -> { };
        assertTrue(seen.size() > 100);
        final SplittableRandom random = new SplittableRandom(2);
        for (int round = 0; round < ROUNDS / 4; round++) {
            final byte[] whole = seen.get(random.nextInt(seen.size()));
            final byte[] bytes = java.util.Arrays.copyOf(whole, random.nextInt(whole.length + 3));
            world.node(1).core.onPacket(world.nowNs, 0, new UnsafeBuffer(bytes), 0, bytes.length);
        }
        world.run(2000 * RingWorld.MS);
        world.node(2).offer("still");
        world.run(20 * RingWorld.MS);
        assertTrue(world.node(2).delivered().contains("still"));
        assertEquals(world.node(2).delivered(), world.node(0).delivered());
    }

    @Test
    void mutatedControlMessagesDecodeOrAreRefused() {
        final RingWorld world = new RingWorld(3);
        final List<byte[]> seen = new ArrayList<>();
        world.tap = packet -> {
            if (packet[0] >= 16) {
                seen.add(packet);
            }
        };
        world.form();
        final SplittableRandom random = new SplittableRandom(3);
        int decoded = 0;
        for (int round = 0; round < ROUNDS; round++) {
            final byte[] bytes = seen.get(random.nextInt(seen.size())).clone();
            for (int flips = random.nextInt(1, 6); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            decoded += ControlCodec.decode(new UnsafeBuffer(bytes), 0, bytes.length) == null ? 0 : 1;
        }
        assertTrue(decoded > 0 && decoded < ROUNDS);
    }
}

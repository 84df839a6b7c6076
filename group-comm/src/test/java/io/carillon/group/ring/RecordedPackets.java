// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.wire.PacketType;
import java.util.ArrayList;
import java.util.List;

/** Packets of every type that a member sends, as members sent them. */
public final class RecordedPackets {
    /** Of each type. */
    private static final int SAMPLES = 50;

    private RecordedPackets() {
    }

    /** Packets of a group that nobody else knows. */
    public static List<byte[]> ofAllTypes() {
        final List<byte[]> samples = new ArrayList<>();
        formed(true, samples);
        formed(false, samples);
        return samples;
    }

    /** A group of three that has sent every kind of packet, of which {@code samples} gets some; with a token that goes round, or not. */
    static RingWorld formed(final boolean rotates, final List<byte[]> samples) {
        final RingWorld world = new RingWorld(3);
        for (final RingWorldNode node : world.nodes) {
            node.config = node.config.withRotation(rotates ? TokenRotation.rotating() : TokenRotation.PARKED);
        }
        final int[] count = new int[PacketType.INSTALL + 1];
        world.tap = packet -> {
            if (count[packet[0]]++ < SAMPLES && samples.size() < 2 * SAMPLES * count.length) {
                samples.add(packet);
            }
        };
        world.form();
        for (int offer = 0; offer < world.node(0).config.tokenPassAfter() + 10; offer++) {
            world.node(1).offer("to move the token");
            world.run(RingWorld.MS);
        }
        world.node(2).pause();
        for (int offer = 0; offer < 30; offer++) {
            world.node(offer % 2).offer("w".repeat(1 + offer * 40));
            world.run(RingWorld.MS);
        }
        world.node(2).resume();
        world.cut(0, 2);
        world.node(1).core.barrier(world.nowNs);
        world.node(1).settle();
        world.node(1).core.weight(world.nowNs, 1);
        world.run(2000 * RingWorld.MS);
        world.heal();
        world.until(20_000 * RingWorld.MS, "three", () -> world.allPrimary(3));
        world.tap = packet -> { };
        return world;
    }
}

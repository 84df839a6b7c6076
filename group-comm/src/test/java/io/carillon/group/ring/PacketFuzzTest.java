// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.Check;
import io.carillon.group.wire.ControlCodec;
import io.carillon.group.wire.PacketChecksum;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Feeds the ring's decoders with packets of which half are valid ones with changes and half are random. What is damaged
 * is dropped by its checksum; what has a good checksum all the same decodes or is refused, whatever it says. No memory
 * may stay behind. {@code -Dcarillon.fuzz.frames=10000000 -Dcarillon.fuzz.seed=...} for long runs.
 */
class PacketFuzzTest {
    private static final long FRAMES = Long.getLong("carillon.fuzz.frames", 300_000L);
    private static final long SEED = Long.getLong("carillon.fuzz.seed", 20_261_121L);
    private static final long HEAP_TOLERANCE = 4 << 20;
    private static final int LENGTH_MAX = 70_000;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final List<byte[]> samples = new ArrayList<>();
    private final UnsafeBuffer heap = new UnsafeBuffer(new byte[LENGTH_MAX]);
    private final UnsafeBuffer direct = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH_MAX));
    private final PacketChecksum checksum = new PacketChecksum();
    private RingWorld victim;
    private long decoded;

    @Test
    void nothingComesOfPacketsThatNobodySent() {
        RecordedPackets.formed(true, samples);
        final RingWorld world = RecordedPackets.formed(false, samples);
        for (int type = PacketType.DATA; type <= PacketType.INSTALL; type++) {
            final int wanted = type;
            assertTrue(samples.stream().anyMatch(sample -> sample[0] == wanted)
                || RingPacket.lengthMin(type) < 0 && !PacketType.isControl(type), "a packet of type " + type);
        }
        run(world, FRAMES / 10);
        final long heapBefore = usedHeap();
        final long directBefore = usedDirect();
        run(world, FRAMES);
        assertEquals(directBefore, usedDirect(), "direct memory, seed " + SEED);
        final long grown = usedHeap() - heapBefore;
        assertTrue(grown < HEAP_TOLERANCE, "heap grew by " + grown + " bytes, seed " + SEED);
        assertTrue(decoded > FRAMES / 100, "control messages that decoded: " + decoded);
        world.node(0).offer("still");
        world.run(10 * RingWorld.MS);
        for (int number = 0; number < 3; number++) {
            assertTrue(world.node(number).delivered().getLast().equals("still"));
        }
    }

    private void run(final RingWorld world, final long frames) {
        for (long frame = 0; frame < frames; frame++) {
            if (frame % 1000 == 0) {
                // A change may change nothing: then there are answers under way. And what is dropped is written down.
                world.run(RingWorld.MS);
                world.nodes.forEach(node -> node.trace.clear());
                if (victim != null) {
                    victim.nodes.forEach(node -> node.trace.clear());
                }
            }
            final UnsafeBuffer buffer = random.nextBoolean() ? heap : direct;
            final int length = random.nextBoolean() ? mutated(buffer) : noise(buffer);
            if (random.nextBoolean()) {
                world.node(1).core.onPacket(world.nowNs, random.nextBoolean() ? 0 : 2, buffer, 0, length);
            } else {
                sealed(buffer, checksum.seal(buffer, Math.max(0, length - PacketChecksum.LENGTH)));
            }
        }
        world.run(RingWorld.MS); // the answers under way are somebody's, too
        victim = null;
    }

    /** As no member would send it, but whole: it is taken for what it says, at worst the member that believes it stops. */
    private void sealed(final UnsafeBuffer buffer, final int length) {
        final int body = length - PacketChecksum.LENGTH;
        if (body > 1 && PacketType.isControl(buffer.getByte(0))) {
            final ControlMessage message = ControlCodec.decode(buffer, 0, body);
            if (message != null) {
                decoded++;
                assertTrue(ControlCodec.encode(message, new ExpandableArrayBuffer()) > 0);
            }
            return;
        }
        if (victim == null) {
            victim = RecordedPackets.formed(random.nextBoolean(), new ArrayList<>());
            victim.loss = (from, to, type) -> true; // its time stands still: what it answers would lie there
        }
        final RingWorldNode node = victim.node(random.nextInt(3));
        try {
            node.core.onPacket(victim.nowNs, (node.number + 1) % 3, buffer, 0, length);
        } catch (final Check.Violation | AssertionError believed) {
            // It stopped, or its world saw it believe what nobody had sent: another one.
            victim = null;
        }
    }

    private int mutated(final UnsafeBuffer buffer) {
        final byte[] sample = samples.get(random.nextInt(samples.size()));
        buffer.putBytes(0, sample);
        int length = sample.length;
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            final int at = random.nextInt(3) == 0 ? random.nextInt(Math.min(RingPacket.BODY_OFFSET, length)) : random.nextInt(length);
            switch (random.nextInt(4)) {
                case 0 -> buffer.putByte(at, (byte) random.nextInt());
                case 1 -> buffer.putLong(at, random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(-2, 1 << random.nextInt(1, 31)));
                case 2 -> length = Math.max(1, random.nextInt(4) == 0 ? at : length + random.nextInt(-2, 3));
                default -> buffer.putByte(at, (byte) (buffer.getByte(at) ^ 1 << random.nextInt(8)));
            }
        }
        return length;
    }

    private int noise(final UnsafeBuffer buffer) {
        final int length = random.nextInt(random.nextInt(50) == 0 ? 2000 : 200);
        for (int at = 0; at < length; at += Long.BYTES) {
            buffer.putLong(at, random.nextLong());
        }
        if (length > 1 && random.nextInt(8) != 0) {
            buffer.putByte(0, (byte) random.nextInt(24));
            buffer.putByte(1, (byte) PacketType.VERSION);
        }
        return length;
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static long usedDirect() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream().mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.PeerAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Feeds the frame and handshake decoders with frames of which half are valid ones with changes and half are random
 * bytes, in pieces of random size. Nothing but a closed connection
 * may come of it, and no memory may stay behind. {@code -Dcarillon.fuzz.frames=10000000 -Dcarillon.fuzz.seed=...} for long runs.
 */
class TransportFuzzTest {
    private static final long FRAMES = Long.getLong("carillon.fuzz.frames", 200_000L);
    private static final long SEED = Long.getLong("carillon.fuzz.seed", 20_261_121L);
    /** Frames that are fed at once to the loop, which is asked for an answer in time. */
    private static final long SLICE = 50_000;
    private static final long HEAP_TOLERANCE = 4 << 20;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true, 0, 1, 8192, 8, 0, 0, false);

    @Test
    void framesAndHandshakesSurviveAnything() throws Exception {
        try (MeshNode node = new MeshNode(1, "fuzzed", MeshNode.loopback())) {
            // Not started: it must not dial the addresses that the fuzzer makes up.
            node.on(() -> fuzz(node, FRAMES / 10));
            final long direct = pinned();
            final long heap = heap();
            for (long done = 0; done < FRAMES; done += SLICE) {
                node.on(() -> fuzz(node, Math.min(SLICE, FRAMES)));
            }
            assertEquals(direct, pinned(), "direct memory, seed " + SEED);
            final long grown = heap() - heap;
            assertTrue(grown < HEAP_TOLERANCE, "heap grew by " + grown + " bytes, seed " + SEED);
            assertEquals(0, node.on(node.mesh::peerCount));
        }
    }

    private long pinned() {
        return allocator.pinnedDirectMemory() + allocator.pinnedHeapMemory();
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private Object fuzz(final MeshNode node, final long frames) {
        long sent = 0;
        while (sent < frames) {
            final EmbeddedChannel channel = new EmbeddedChannel();
            channel.config().setAllocator(allocator);
            node.mesh.channels().onAccepted(channel);
            final int member = 2 + random.nextInt(40);
            final long link = random.nextLong();
            if (random.nextBoolean()) {
                feed(channel, hello(member, TrafficClass.CONTROL, link));
                if (random.nextBoolean()) {
                    feed(channel, number(Frames.CONFIRM, random.nextInt(5)));
                }
            }
            for (int i = random.nextInt(30); i >= 0 && channel.isOpen(); i--) {
                feed(channel, random.nextBoolean() ? mutated(valid(member, link)) : garbage());
                sent++;
                node.mesh.flush();
            }
            channel.finishAndReleaseAll();
            // In a socket's life this is the event loop's doing.
            channel.checkException();
            node.events.clear();
        }
        return null;
    }

    private void feed(final EmbeddedChannel channel, final ByteBuf bytes) {
        while (bytes.isReadable() && channel.isOpen()) {
            final int length = random.nextInt(4) == 0 ? 1 + random.nextInt(bytes.readableBytes()) : bytes.readableBytes();
            final ByteBuf piece = allocator.directBuffer(length);
            piece.writeBytes(bytes, length);
            channel.writeOneInbound(piece);
        }
        bytes.release();
        channel.runPendingTasks();
        ByteBuf out = channel.readOutbound();
        while (out != null) {
            out.release();
            out = channel.readOutbound();
        }
    }

    private ByteBuf valid(final int member, final long link) {
        return switch (random.nextInt(9)) {
            case 0, 1 -> hello(member, TrafficClass.CONTROL, link);
            case 2 -> hello(member, TrafficClass.BULK, link);
            case 3 -> number(Frames.CONFIRM, random.nextInt(5));
            case 4 -> number(Frames.ESTABLISHED, random.nextInt(5));
            case 5 -> number(random.nextBoolean() ? Frames.PING : Frames.PONG, random.nextLong());
            case 6 -> {
                final ByteBuf body = allocator.directBuffer(64);
                body.writeShortLE(random.nextInt(14));
                Hello.writeText(body, "because");
                yield framed(Frames.REFUSE, body);
            }
            case 7 -> {
                final ByteBuf body = allocator.directBuffer(64);
                Hello.encodeKnown(body, List.of(known(7), known(8)));
                yield framed(Frames.PEERS, body);
            }
            default -> {
                final ByteBuf body = allocator.directBuffer(64);
                body.writeZero(random.nextInt(2000));
                yield framed(Frames.PACKET, body);
            }
        };
    }

    private ByteBuf hello(final int member, final TrafficClass trafficClass, final long link) {
        final ByteBuf body = allocator.directBuffer(512);
        new Hello(1, 1, trafficClass, 0, new MemberId(0, member), member, link, "fuzzed", "fuzzer", new PeerAddress("127.0.0.1", 1),
            List.of(known(5), known(6))).encode(body);
        return framed(Frames.HELLO, body);
    }

    private static Hello.Known known(final int number) {
        return new Hello.Known(new MemberId(1, number), new PeerAddress("127.0.0." + number, 4567));
    }

    private ByteBuf number(final int kind, final long value) {
        return framed(kind, allocator.directBuffer(8).writeLongLE(value));
    }

    private ByteBuf framed(final int kind, final ByteBuf body) {
        final ByteBuf frame = allocator.directBuffer(4 + body.readableBytes());
        frame.writeIntLE(Frames.header(kind, body.readableBytes())).writeBytes(body);
        body.release();
        return frame;
    }

    private ByteBuf mutated(final ByteBuf frame) {
        for (int i = random.nextInt(4); i > 0; i--) {
            final int at = random.nextInt(frame.readableBytes());
            switch (random.nextInt(4)) {
                case 0 -> frame.setByte(at, frame.getByte(at) ^ 1 << random.nextInt(8));
                case 1 -> frame.setByte(at, random.nextInt(256));
                case 2 -> frame.setByte(0, random.nextInt(256));
                default -> frame.writerIndex(Math.max(1, at));
            }
        }
        return frame;
    }

    private ByteBuf garbage() {
        final byte[] bytes = new byte[1 + random.nextInt(random.nextInt(10) == 0 ? 3000 : 60)];
        random.nextBytes(bytes);
        final ByteBuf garbage = allocator.directBuffer(bytes.length).writeBytes(bytes);
        if (random.nextBoolean() && bytes.length >= 4) {
            // Otherwise hardly any random frame would get past its header.
            garbage.setIntLE(0, Frames.header(random.nextInt(Frames.KINDS), bytes.length - 4));
        }
        return garbage;
    }
}

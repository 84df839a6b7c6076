// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.WriteSetFlags;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes from the socket ends the session or is a call; nothing is thrown, nothing leaks. {@code
 * -Dcarillon.fuzz.frames=N} sets how many frames.
 */
final class FrameFuzzTest {
    private static final int FRAMES = Integer.getInteger("carillon.fuzz.frames", 300_000);
    private static final long SEED = Long.getLong("carillon.fuzz.seed", 20_261_121L);

    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true, 0, 1, 8192, 9, 0, 0, true);
    private final List<byte[]> samples = samples();
    private final ArrayDeque<Runnable> passEnd = new ArrayDeque<>();
    private final FakeEngineHost host = new FakeEngineHost();
    private Throwable failure;
    private int sessions;
    private EmbeddedChannel channel;

    @Test
    void nothingButTheSessionEnds() {
        final SplittableRandom random = new SplittableRandom(SEED);
        run(random, FRAMES / 10);
        final long before = usedHeap();
        final long directBefore = allocator.metric().usedDirectMemory();
        run(random, FRAMES);
        final long after = usedHeap();
        assertEquals(0, activeBuffers(), "buffers that nobody released");
        assertEquals(directBefore, allocator.metric().usedDirectMemory(), "direct memory of the pool");
        assertTrue(after - before < 4 << 20, "heap grew from " + before + " to " + after);
        assertTrue(sessions > FRAMES / 200, "only " + sessions + " sessions");
        assertTrue(host.calls > FRAMES / 100, "only " + host.calls + " calls got through");
    }

    private void run(final SplittableRandom random, final int frames) {
        for (int i = 0; i < frames; i++) {
            if (channel == null || !channel.isActive()) {
                open(random);
            }
            feed(random, random.nextBoolean() ? mutated(random) : noise(random));
        }
        channel.finishAndReleaseAll();
        channel = null;
        passEnd.clear();
    }

    private void open(final SplittableRandom random) {
        if (channel != null) {
            channel.finishAndReleaseAll();
        }
        sessions++;
        final ProviderServer server = new ProviderServer(null, ByteBufAllocator.DEFAULT, task -> () -> passEnd.add(task),
            Path.of("fuzz"), host, host);
        channel = new EmbeddedChannel();
        channel.config().setAllocator(allocator);
        channel.pipeline().addLast(server.handlerFor(channel));
        if (random.nextInt(8) != 0) {
            feed(random, samples.get(0));
        }
    }

    private void feed(final SplittableRandom random, final byte[] bytes) {
        final int cut = random.nextInt(4) == 0 && bytes.length > 0 ? random.nextInt(bytes.length) : 0;
        write(bytes, 0, cut);
        write(bytes, cut, bytes.length - cut);
        while (!passEnd.isEmpty()) {
            passEnd.poll().run();
        }
        for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            ((ByteBuf) out).release();
        }
        channel.checkException();
        if (failure != null) {
            throw new AssertionError("seed " + SEED, failure);
        }
    }

    private void write(final byte[] bytes, final int offset, final int length) {
        if (length > 0 && channel.isActive()) {
            channel.writeInbound(allocator.directBuffer(length).writeBytes(bytes, offset, length));
        }
    }

    private byte[] mutated(final SplittableRandom random) {
        final byte[] frame = samples.get(random.nextInt(samples.size())).clone();
        final int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            final int at = random.nextInt(3) == 0 ? random.nextInt(Math.min(16, frame.length)) : random.nextInt(frame.length);
            frame[at] = (byte) (random.nextBoolean() ? random.nextInt() : frame[at] ^ 1 << random.nextInt(8));
        }
        return frame;
    }

    private static byte[] noise(final SplittableRandom random) {
        final byte[] noise = new byte[random.nextInt(256)];
        random.nextBytes(noise);
        if (noise.length >= 8 && random.nextInt(4) != 0) {
            noise[0] = (byte) noise.length;
            noise[1] = 0;
            noise[2] = 0;
            noise[3] = 0;
            noise[4] = (byte) random.nextInt(70);
            noise[5] = 0;
        }
        return noise;
    }

    private long activeBuffers() {
        allocator.trimCurrentThreadCache();
        return allocator.metric().directArenas().stream().mapToLong(arena -> arena.numActiveAllocations()).sum();
    }

    private static long usedHeap() {
        System.gc();
        final Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static List<byte[]> samples() {
        final UUID group = new UUID(5, 6);
        final byte[] set = FrameBuilder.writeSet(WriteSetFlags.TRX_START | WriteSetFlags.TRX_END, 7, 3, 9, new byte[40]);
        final List<byte[]> frames = new ArrayList<>();
        frames.add(FrameBuilder.hello(new UUID(1, 1), "n0", "gcs.fc_limit = 4", group, 17, 3, 1, 2, 3).build());
        frames.add(new FrameBuilder(Frames.CONNECT, 1).str("test").str("gcomm://127.0.0.1:4567").str("").u8(1).build());
        frames.add(new FrameBuilder(Frames.DISCONNECT, 2).build());
        frames.add(new FrameBuilder(Frames.OPTION_SET, 3).str("gcs.fc_limit = 7").build());
        frames.add(new FrameBuilder(Frames.STATUS, 4).build());
        frames.add(new FrameBuilder(Frames.PROGRESS, 0).i64(3).i64(0).i32(2).build());
        frames.add(new FrameBuilder(Frames.CERTIFY, 5).i64(3).raw(set).build());
        frames.add(new FrameBuilder(Frames.WS_FRAGMENT, 6).i32(0).i32(0).raw(new byte[100]).build());
        frames.add(new FrameBuilder(Frames.POST, 0).raw(set).build());
        frames.add(new FrameBuilder(Frames.WITHDRAW, 6).build());
        frames.add(new FrameBuilder(Frames.SYNC_POINT, 7).build());
        frames.add(new FrameBuilder(Frames.SST_REQUEST, 0).i32(0).str("rsync\0x\0").uuid(group).i64(12).build());
        frames.add(new FrameBuilder(Frames.SST_RECEIVED, 8).uuid(group).i64(12).i32(0).build());
        frames.add(new FrameBuilder(Frames.SST_SENT, 9).uuid(group).i64(12).i32(-32).build());
        frames.add(new FrameBuilder(Frames.DESYNC, 10).u8(1).build());
        frames.add(new FrameBuilder(Frames.VOTE, 0).i64(3).i64(4).str("error").build());
        frames.add(new FrameBuilder(Frames.PAUSE, 0).u8(1).build());
        frames.add(new FrameBuilder(Frames.ISOLATE, 0).i32(2).build());
        frames.add(new FrameBuilder(Frames.PEER_ANSWER, 11).u8(1).build());
        return frames;
    }

    /** An engine that answers what must be answered, counts, and fails the test when it is told that something was thrown. */
    private final class FakeEngineHost extends CountingHost {
        @Override
        public void failed(final Throwable cause) {
            failure = cause;
        }
    }
}

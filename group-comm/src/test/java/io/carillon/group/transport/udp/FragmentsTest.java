// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.BadFrame;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Sender and receiver of long messages with a network between them that loses, doubles and reorders by a seed. */
class FragmentsTest {
    private static final long MS = 1_000_000L;
    private static final int WINDOW = 1 << 20;

    private final ArrayDeque<byte[]> way = new ArrayDeque<>();
    private final List<byte[]> came = new ArrayList<>();
    private final FragmentSender sender = new FragmentSender(1 << 20, 8 << 20, this::put);
    private final Reassembly receiver = new Reassembly(4 << 20, 8 << 20, (kind, buffer, offset, length) -> {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        came.add(bytes);
    });
    private long nowNs = 1000 * MS;
    private int sent;

    private void put(final long sequence, final int message, final int total, final int offset, final int kind, final byte[] bytes,
        final int length) {
        way.add(fragment(sequence, message, total, offset, bytes, length));
        sent++;
    }

    private static byte[] fragment(final long sequence, final int message, final int total, final int offset, final byte[] bytes,
        final int length) {
        final UnsafeBuffer out = new UnsafeBuffer(new byte[Datagrams.FRAGMENT_HEADER_LENGTH + length]);
        out.putLong(0, sequence, ByteOrder.LITTLE_ENDIAN);
        out.putInt(8, message, ByteOrder.LITTLE_ENDIAN);
        out.putInt(12, total, ByteOrder.LITTLE_ENDIAN);
        out.putInt(16, offset, ByteOrder.LITTLE_ENDIAN);
        out.putBytes(Datagrams.FRAGMENT_HEADER_LENGTH, bytes, offset, length);
        return out.byteArray();
    }

    private byte[] offer(final int length, final int seed) {
        final byte[] bytes = new byte[length];
        new java.util.Random(seed).nextBytes(bytes);
        assertTrue(sender.offer(0, 0, new UnsafeBuffer(bytes), 0, length, TrafficClass.BULK));
        return bytes;
    }

    /** One millisecond: what is on the way arrives or not, and is acknowledged, or that is lost. */
    private void step(final RandomGenerator random, final int lostOfThousand, final int size) throws BadFrame {
        nowNs += MS;
        if (nowNs >= sender.deadlineNs()) {
            sender.onTimer(nowNs);
        }
        sender.pump(size, nowNs);
        for (int i = way.size(); i > 0; i--) {
            final byte[] fragment = way.poll();
            if (random.nextInt(1000) < lostOfThousand) {
                continue;
            }
            if (random.nextInt(100) == 0) {
                way.add(fragment);
            }
            if (random.nextInt(100) == 0) {
                way.add(fragment); // later than the others
                continue;
            }
            receiver.onFragment(new UnsafeBuffer(fragment), 0, fragment.length, nowNs);
        }
        if (receiver.isAckDue()) {
            final UnsafeBuffer ack = new UnsafeBuffer(new byte[Reassembly.ACK_LENGTH]);
            receiver.writeAck(ack, 0, WINDOW);
            if (random.nextInt(1000) >= lostOfThousand) {
                sender.onReceived(ack, 0, Reassembly.ACK_LENGTH, nowNs);
            }
        }
        assertTrue(sender.congestion().window() <= WINDOW);
    }

    @Test
    void everyMessageArrivesWholeAndOnceWhateverIsLost() throws BadFrame {
        for (int seed = 0; seed < 20; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final int lost = seed % 4 * 80;
            came.clear();
            final List<byte[]> offered = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                offered.add(offer(1 + random.nextInt(i == 0 ? 1 << 20 : 50_000), seed * 10 + i));
            }
            for (int steps = 0; sender.unsentBytes() > 0 || came.size() < 8; steps++) {
                assertTrue(steps < 60_000, "seed " + seed + ": " + came.size() + " came");
                step(random, lost, 1000 + random.nextInt(500));
            }
            for (final byte[] message : came) {
                assertTrue(offered.removeIf(one -> java.util.Arrays.equals(one, message)), "seed " + seed);
            }
            assertEquals(0, offered.size());
            assertEquals(0, receiver.heldBytes());
            way.clear();
        }
        assertEquals(0, sender.givenUp());
    }

    @Test
    void withoutLossNothingIsSentTwice() throws BadFrame {
        final byte[] message = offer(1 << 20, 1);
        final RandomGenerator never = new RandomGenerator() {
            @Override
            public long nextLong() {
                return 0;
            }

            @Override
            public int nextInt(final int bound) {
                return bound - 1;
            }
        };
        while (came.isEmpty()) {
            step(never, 0, 1024);
        }
        assertArrayEquals(message, came.getFirst());
        assertEquals(1024, sent);
        assertEquals(0, sender.resent());
    }

    @Test
    void aPeerThatSaysNothingIsSentLessAndLessAndThenGivenUp() throws BadFrame {
        offer(1 << 20, 1);
        for (int i = 0; i < 30_000 && sender.unsentBytes() > 0; i++) {
            step(new SplittableRandom(i), 1000, 1024);
        }
        assertEquals(1, sender.givenUp());
        assertEquals(0, sender.unsentBytes());
        assertTrue(sent < 2000, sent + " fragments"); // no storm: twenty or so a try
    }

    @Test
    void whatIsHeldIsBounded() throws BadFrame {
        final byte[] bytes = new byte[1 << 20];
        for (int message = 0; message < 1000; message++) {
            for (int part = 0; part < 3; part++) {
                final byte[] fragment = fragment(message * 3L + part, message, bytes.length, part * 300_000, bytes, 1000);
                receiver.onFragment(new UnsafeBuffer(fragment), 0, fragment.length, nowNs);
                assertTrue(receiver.heldBytes() <= (8 << 20) + bytes.length);
            }
        }
        assertTrue(receiver.evicted() >= 1000 - Reassembly.MESSAGES_MAX);
        receiver.expire(nowNs + Reassembly.IDLE_NS + 1);
        assertEquals(0, receiver.heldBytes());
    }

    @Test
    void messagesArriveOnceAlsoWhenTheirNumbersBeginAnew() throws BadFrame {
        final int[] numbers = {0, (1 << 30) - 1, Integer.MAX_VALUE - 1, Integer.MAX_VALUE, 0, 1, Integer.MAX_VALUE, 1};
        for (int i = 0; i < numbers.length; i++) {
            final byte[] fragment = fragment(i, numbers[i], 1, 0, new byte[] {(byte) i}, 1);
            receiver.onFragment(new UnsafeBuffer(fragment), 0, fragment.length, nowNs);
        }
        assertEquals(List.of("[0]", "[1]", "[2]", "[3]", "[4]", "[5]"), came.stream().map(java.util.Arrays::toString).toList());
    }

    @Test
    void whatCannotBeIsRefused() {
        final byte[] bytes = new byte[2000];
        for (final byte[] wrong : List.of(new byte[3], fragment(-1, 0, 2000, 0, bytes, 10), fragment(0, -1, 2000, 0, bytes, 10),
            fragment(0, 0, 5, 0, bytes, 10), fragment(0, 0, 5 << 20, 0, bytes, 10), fragment(0, 0, 0, 0, bytes, 10),
            fragment(0, 0, 100, 95, bytes, 10), fragment(0, 0, 100, 0, bytes, 0))) {
            assertThrows(BadFrame.class, () -> receiver.onFragment(new UnsafeBuffer(wrong), 0, wrong.length, nowNs));
        }
        final UnsafeBuffer ack = new UnsafeBuffer(new byte[Reassembly.ACK_LENGTH]);
        ack.putLong(0, 7, ByteOrder.LITTLE_ENDIAN);
        assertThrows(BadFrame.class, () -> sender.onReceived(ack, 0, Reassembly.ACK_LENGTH, nowNs));
        assertThrows(BadFrame.class, () -> sender.onReceived(ack, 0, 5, nowNs));
        assertFalse(receiver.isAckDue());
    }

    @Test
    void rangesAreJoined() {
        for (int seed = 0; seed < 200; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final ReceivedRanges ranges = new ReceivedRanges();
            final boolean[] model = new boolean[200];
            while (!ranges.isWhole(model.length)) {
                final int start = random.nextInt(model.length);
                final int end = Math.min(model.length, start + 1 + random.nextInt(20));
                ranges.add(start, end);
                java.util.Arrays.fill(model, start, end, true);
                boolean whole = true;
                for (final boolean byteCame : model) {
                    whole &= byteCame;
                }
                assertEquals(whole, ranges.isWhole(model.length), "seed " + seed);
            }
        }
    }
}

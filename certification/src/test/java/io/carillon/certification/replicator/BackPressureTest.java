// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More write sets than the group takes, and than the memory holds. */
class BackPressureTest {
    private static final int MB = 1 << 20;

    private final ToyCluster cluster = new ToyCluster();

    private static List<Path> files(final Path directory) throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            return list.toList();
        }
    }

    @Test
    void callersWaitHoweverMuchWaitsAndAreAnsweredWhenThePrimaryViewIsLost(@TempDir final Path directory) {
        final ToyServer a = cluster.seed();
        a.replicator.waitingDirectory(directory);
        a.group.refuse = Integer.MAX_VALUE;
        final String row = "1".repeat(MB + MB / 4);
        final List<Long> calls = new ArrayList<>();
        for (int nth = 0; nth < 58; nth++) {
            calls.add(a.write("x" + nth, row));
        }
        for (final long call : calls) {
            assertEquals(null, a.results.get(call));
        }
        final long desync = ++a.call;
        a.replicator.desync(desync, true);
        a.group.refuse = 0;
        cluster.settle();
        assertEquals("OK", a.results.get(desync));
        for (final long call : calls) {
            assertEquals("commit", a.results.get(call));
        }
        a.group.refuse = Integer.MAX_VALUE;
        calls.clear();
        for (int nth = 0; nth < 58; nth++) {
            calls.add(a.write("x" + nth, row));
        }
        a.group.refuse = 0;
        cluster.cutOff(a.group);
        for (final long call : calls) {
            assertEquals("NOT_PRIMARY", a.results.get(call));
        }
    }

    @Test
    void whatTheMemoryDoesNotHoldWaitsInAFileThatNobodyElseSees(@TempDir final Path directory) throws IOException {
        final WaitingPayloads payloads = new WaitingPayloads(1000);
        payloads.directory(directory);
        final ArrayDeque<WaitingPayloads.Payload> waiting = new ArrayDeque<>();
        final ArrayDeque<byte[]> expected = new ArrayDeque<>();
        final Random random = new Random(7);
        int most = 0;
        for (int nth = 0; nth < 2000; nth++) {
            if (waiting.isEmpty() || random.nextInt(nth < 1000 ? 3 : 8) > 0 == nth < 1000) {
                final byte[] bytes = new byte[1 + random.nextInt(700)];
                random.nextBytes(bytes);
                final byte[] around = Arrays.copyOf(bytes, bytes.length + 10);
                waiting.add(payloads.keep(new UnsafeBuffer(around), 0, bytes.length));
                expected.add(bytes);
            } else {
                final WaitingPayloads.Payload first = waiting.poll();
                assertArrayEquals(expected.peek(), payloads.read(first));
                assertArrayEquals(expected.poll(), payloads.read(first), "read again");
                payloads.release(first);
            }
            assertTrue(payloads.memory() <= 1000, "in memory: " + payloads.memory());
            most = Math.max(most, payloads.inFile());
        }
        assertTrue(most > 200, "in the file: " + most);
        assertEquals(List.of(), files(directory));
        while (!waiting.isEmpty()) {
            assertArrayEquals(expected.poll(), payloads.read(waiting.peek()));
            payloads.release(waiting.poll());
        }
        assertEquals(0, payloads.memory());
        assertEquals(0, payloads.inFile());
    }

    /** Not a false "not primary": the disk is full, or gone. */
    @Test
    void whatCannotBeKeptIsRefusedForThatReason(@TempDir final Path directory) {
        final ToyServer a = cluster.seed();
        a.replicator.waitingDirectory(directory.resolve("is not there"));
        a.group.refuse = Integer.MAX_VALUE;
        final String row = "1".repeat(MB);
        long last = 0;
        for (int nth = 0; nth < 65; nth++) {
            last = a.write("x" + nth, row);
        }
        assertEquals("NOT_KEPT", a.results.get(last));
        assertEquals(null, a.results.get(last - 10));
    }
}

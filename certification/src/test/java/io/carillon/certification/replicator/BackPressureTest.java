// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
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

    private static List<Long> callsInOrder(final ToyServer server) {
        final List<Long> calls = new ArrayList<>();
        final LogEntry entry = new LogEntry();
        final Origin origin = new Origin();
        for (long index = 1; server.group.log.read(index, entry); index++) {
            if (entry.kind == EntryKind.WRITE_SET && origin.read(entry.payload)) {
                calls.add(origin.call);
            }
        }
        return calls;
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
        // It waits in memory like the first, and behind the last in the file.
        calls.add(a.write("short", "1"));
        final long desync = ++a.call;
        a.replicator.desync(desync, true);
        a.group.refuse = 0;
        cluster.settle();
        assertEquals("OK", a.results.get(desync));
        for (final long call : calls) {
            assertEquals("commit", a.results.get(call));
        }
        assertEquals(calls, callsInOrder(a));
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

    private static byte[] randomBytes(final Random random, final int length) {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void whatTheMemoryDoesNotHoldWaitsInAFileThatNobodyElseSees(@TempDir final Path directory) throws IOException {
        final int memoryMax = 10_000;
        final WaitingPayloads payloads = new WaitingPayloads(memoryMax);
        payloads.directory(directory);
        final ArrayDeque<WaitingPayloads.Payload> waiting = new ArrayDeque<>();
        final ArrayDeque<byte[]> expected = new ArrayDeque<>();
        final Random random = new Random(7);
        int most = 0;
        for (int nth = 0; nth < 2000; nth++) {
            if (waiting.isEmpty() || random.nextInt(nth < 1000 ? 3 : 8) > 0 == nth < 1000) {
                final byte[] bytes = randomBytes(random, WaitingPayloads.SHORT_MAX + 1 + random.nextInt(7000));
                final byte[] around = Arrays.copyOf(bytes, bytes.length + 10);
                waiting.add(payloads.keep(new UnsafeBuffer(around), 0, bytes.length));
                expected.add(bytes);
            } else {
                final WaitingPayloads.Payload first = waiting.poll();
                assertArrayEquals(expected.peek(), payloads.read(first));
                assertArrayEquals(expected.poll(), payloads.read(first), "read again");
                payloads.release(first);
            }
            assertTrue(payloads.memory() <= memoryMax, "in memory: " + payloads.memory());
            assertEquals(payloads.inFile() > 0, payloads.hasFile());
            most = Math.max(most, payloads.inFile());
        }
        assertTrue(most > 200, "in the file: " + most);
        assertEquals(List.of(), files(directory));
        while (!waiting.isEmpty()) {
            assertArrayEquals(expected.poll(), payloads.read(waiting.peek()));
            payloads.release(waiting.poll());
        }
        assertEquals(0, payloads.memory());
        assertFalse(payloads.hasFile());
    }

    @Test
    void whatIsShortStaysInMemory(@TempDir final Path directory) throws IOException {
        final WaitingPayloads payloads = new WaitingPayloads(10);
        payloads.directory(directory.resolve("is not there"));
        final UnsafeBuffer some = new UnsafeBuffer(new byte[WaitingPayloads.SHORT_MAX + 1]);
        assertFalse(payloads.keep(some, 0, WaitingPayloads.SHORT_MAX).isInFile());
        assertThrows(IOException.class, () -> payloads.keep(some, 0, WaitingPayloads.SHORT_MAX + 1));
        assertEquals(WaitingPayloads.SHORT_MAX, payloads.memory());
        assertFalse(payloads.hasFile());
    }

    /** Whoever was killed before it deleted the file's name. */
    @Test
    void theFileOfAProcessThatDiedIsTakenOver(@TempDir final Path directory) throws IOException {
        Files.write(directory.resolve("waiting"), new byte[100]);
        final WaitingPayloads payloads = new WaitingPayloads(0);
        payloads.directory(directory);
        final byte[] bytes = randomBytes(new Random(8), 2000);
        final WaitingPayloads.Payload one = payloads.keep(new UnsafeBuffer(bytes), 0, bytes.length);
        assertEquals(List.of(), files(directory));
        assertArrayEquals(bytes, payloads.read(one));
        payloads.release(one);
    }

    /** Not a false "not primary": the disk is full, or gone. */
    @Test
    void whatCannotBeKeptIsRefusedForThatReason(@TempDir final Path directory) throws IOException {
        final ToyServer a = cluster.seed();
        final Path missing = directory.resolve("is not there yet");
        a.replicator.waitingDirectory(missing);
        a.group.refuse = Integer.MAX_VALUE;
        final String row = "1".repeat(MB + MB / 4);
        final List<Long> kept = new ArrayList<>();
        for (int nth = 0; nth < 51; nth++) {
            kept.add(a.write("x" + nth, row));
        }
        assertEquals("NOT_KEPT", a.results.get(a.write("y", row)));
        final long large = a.writeLarge("z", "1".repeat(3 * MB), MB);
        assertEquals("NOT_KEPT", a.results.get(large));
        Files.createDirectory(missing);
        kept.add(a.write("y", row));
        kept.add(a.write("short", "1"));
        for (final long call : kept) {
            assertEquals(null, a.results.get(call));
        }
        a.group.refuse = 0;
        cluster.settle();
        for (final long call : kept) {
            assertEquals("commit", a.results.get(call));
        }
        assertFalse(a.rows.containsKey("z"));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A disk that is full, or fails. */
final class DiskFaultTest {
    private static final int SEGMENT_LENGTH = 16 << 20;
    private static final int PAYLOAD = 1000;
    private static final int TAIL_LENGTH = 4 << 20;

    @TempDir
    private Path path;

    private final OwnerQueue owner = new OwnerQueue();
    private final LogModel model = new LogModel();
    private NodeDirectory directory;

    @BeforeEach
    void lock() {
        directory = NodeDirectory.open(path);
    }

    @AfterEach
    void unlock() {
        directory.close();
    }

    private WriteSetLog open(final Durability durability) {
        return WriteSetLog.open(directory, new LogConfig(durability, SEGMENT_LENGTH, TAIL_LENGTH, 0), owner);
    }

    private static FaultyFile fault(final WriteSetLog log, final long room) throws IOException {
        final FaultyFile file = new FaultyFile(log.files().active().channel(), room);
        log.files().active().channel(file);
        return file;
    }

    private void append(final WriteSetLog log, final int count) {
        for (int i = 0; i < count; i++) {
            final byte[] payload = new byte[PAYLOAD];
            Arrays.fill(payload, (byte) 1);
            model.append(log, EntryKind.WRITE_SET, Math.max(1, model.endEpoch()), payload);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Durability.class, names = "MEMORY", mode = EnumSource.Mode.EXCLUDE)
    void aFullDiskIsAnErrorOfFlushAndPassesWhenThereIsRoom(final Durability durability) throws Exception {
        try (WriteSetLog log = open(durability)) {
            append(log, 10);
            log.flush();
            owner.runUntil(() -> log.loggedIndex() == 10);
            final FaultyFile file = fault(log, 2500);
            append(log, 10);
            final UncheckedIOException full = assertThrows(UncheckedIOException.class, log::flush);
            assertTrue(full.getMessage().contains(FaultyFile.FULL) && full.getMessage().contains("up to entry 20 in " + path.resolve("log"))
                && full.getMessage().contains("Make room"), full.getMessage());
            assertEquals(10, log.loggedIndex());
            model.assertSame(log);
            append(log, 1);
            assertThrows(UncheckedIOException.class, log::flush);
            file.room(Long.MAX_VALUE);
            log.flush();
            owner.runUntil(() -> log.loggedIndex() == 21);
            model.assertSame(log);
        }
        try (WriteSetLog log = open(durability)) {
            model.assertSame(log);
        }
    }

    @Test
    void aNodeDoesNotBeginOnAFullDisk() throws IOException {
        final IOException full = assertThrows(IOException.class, () -> NodeDirectory.requireRoom((16 << 20) - 1));
        assertEquals("No space left on device: 15 MB are free, a node begins with 16 at least. Make room there", full.getMessage());
        NodeDirectory.requireRoom(16 << 20);
    }

    @ParameterizedTest
    @CsvSource({"No space left on device, Make room there", "Disk quota exceeded, Make room there",
        "Read-only file system, 'Find out why that file system became read-only, and make it writable again'",
        "Input/output error, Make that place writable again"})
    void whatToDoIsSaid(final String reason, final String remedy) {
        assertEquals(reason + ". " + remedy, Remedy.of(new IOException(reason)));
        assertEquals(reason + ". " + remedy, Remedy.of(new FileSystemException("/there", null, reason)));
    }

    @Test
    void aCrashOnAFullDiskLosesNothingAcknowledged() throws IOException {
        final WriteSetLog log = open(Durability.OS);
        append(log, 10);
        log.flush();
        fault(log, 2500);
        append(log, 10);
        assertThrows(UncheckedIOException.class, log::flush);
        log.abandon();
        try (WriteSetLog recovered = open(Durability.OS)) {
            // 2,500 bytes had room: two entries and a torn one.
            assertTrue(recovered.recovery().contains("torn"), recovered.recovery());
            model.truncateAfter(12);
            model.assertSame(recovered);
        }
    }

    @Test
    void memoryIsBoundedWhileTheDiskIsFull() throws IOException {
        final WriteSetLog log = open(Durability.MEMORY);
        final FaultyFile file = fault(log, 0);
        final SplittableRandom random = new SplittableRandom(1);
        final UncheckedIOException full = assertThrows(UncheckedIOException.class, () -> {
            for (int i = 0; i < 100_000; i++) {
                model.append(log, random, 50_000);
                log.flush();
                assertEquals(i + 1, log.loggedIndex());
            }
        });
        assertTrue(full.getMessage().contains(FaultyFile.FULL), full.getMessage());
        final long held = model.entries.stream().mapToLong(e -> EntryLayout.entryLength(e.payload().length)).sum();
        assertTrue(held >= 4L * TAIL_LENGTH && held < 5L * TAIL_LENGTH, "held " + held);
        // The entry that did not fit is not in the log; the others are.
        model.truncateAfter(log.endIndex());
        file.room(Long.MAX_VALUE);
        append(log, 5);
        log.flush();
        model.assertSame(log);
        log.close();
        try (WriteSetLog recovered = open(Durability.MEMORY)) {
            model.assertSame(recovered);
        }
    }

    @Test
    void aFailedFsyncIsNeverForgotten() throws Exception {
        final WriteSetLog log = open(Durability.DISK);
        append(log, 1);
        log.flush();
        owner.runUntil(() -> log.loggedIndex() == 1);
        final FaultyFile file = fault(log, Long.MAX_VALUE);
        file.forcible(false);
        append(log, 1);
        log.flush();
        owner.takeOne();
        assertEquals(1, log.loggedIndex());
        // What the kernel dropped it dropped: a later fsync that succeeds proves nothing.
        file.forcible(true);
        append(log, 1);
        final UncheckedIOException failed = assertThrows(UncheckedIOException.class, log::flush);
        assertTrue(failed.getMessage().contains("the disk failed under the log in " + path.resolve("log")), failed.getMessage());
        assertEquals(1, log.loggedIndex());
        log.abandon();
    }
}

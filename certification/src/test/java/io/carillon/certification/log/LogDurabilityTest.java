// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** When what was appended counts as logged, by durability, and what a disk that fails leaves. */
final class LogDurabilityTest extends LogFixture {
    @Test
    void osIsLoggedWithinFlush() {
        final List<Long> reported = new ArrayList<>();
        try (WriteSetLog log = open(Durability.OS)) {
            log.onLogged(reported::add);
            final LogModel model = new LogModel();
            model.append(log, EntryKind.VIEW, 1, new byte[10]);
            model.append(log, EntryKind.WRITE_SET, 1, new byte[10]);
            assertEquals(List.of(), reported);
            log.flush();
            log.flush();
            assertEquals(List.of(2L), reported);
        }
    }

    @Test
    void diskIsLoggedOnTheOwnersThreadAndSharesFsyncs() throws Exception {
        final List<Long> reported = new ArrayList<>();
        try (WriteSetLog log = open(Durability.DISK)) {
            log.onLogged(reported::add);
            final LogModel model = new LogModel();
            for (int i = 0; i < 50; i++) {
                model.append(log, EntryKind.WRITE_SET, 1, new byte[100]);
                log.flush();
            }
            assertEquals(List.of(), reported);
            owner.runUntil(() -> log.loggedIndex() == 50);
            // The first flush had the disk to itself, all others shared the next one.
            assertEquals(List.of(1L, 50L), reported);
        }
    }

    @Test
    void anFsyncUnderWayDoesNotReportWhatWasCut() throws Exception {
        final List<Long> reported = new ArrayList<>();
        try (WriteSetLog log = open(Durability.DISK)) {
            log.onLogged(reported::add);
            final LogModel model = new LogModel();
            for (int i = 0; i < 10; i++) {
                model.append(log, EntryKind.WRITE_SET, 1, new byte[100]);
            }
            log.flush();
            log.truncateAfter(4);
            model.truncateAfter(4);
            owner.runUntil(() -> log.loggedIndex() == 4);
            assertEquals(List.of(4L), reported);
            model.append(log, EntryKind.VIEW, 3, new byte[5]);
            log.flush();
            owner.runUntil(() -> log.loggedIndex() == 5);
            model.assertSame(log);
        }
    }

    @Test
    void whatWasNotFlushedIsGoneAfterACrash() {
        final LogModel model = new LogModel();
        final Random random = new Random(2);
        final WriteSetLog crashed = open(Durability.OS);
        for (int i = 0; i < 100; i++) {
            model.append(crashed, random, 500);
        }
        crashed.flush();
        final LogModel more = new LogModel();
        more.reset(100, model.endSeqno(), model.endEpoch());
        more.append(crashed, random, 500);
        try (WriteSetLog log = open(Durability.OS)) {
            model.assertSame(log);
        }
    }

    @Test
    void aSegmentThatCannotBeMadeStopsNothingForGood() throws IOException {
        final LogModel model = new LogModel();
        try (WriteSetLog log = open(Durability.OS)) {
            for (int i = 0; i < 60; i++) {
                model.append(log, EntryKind.WRITE_SET, 1, new byte[1000]);
            }
            log.flush();
            final long logged = log.loggedIndex();
            for (int i = 0; i < 60; i++) {
                model.append(log, EntryKind.WRITE_SET, 1, new byte[1000]);
            }
            // A directory sits where the next segment's file must go.
            final Path blocked = nextSegment(model);
            Files.createDirectory(blocked);
            final UncheckedIOException failure = assertThrows(UncheckedIOException.class, log::flush);
            assertTrue(failure.getMessage().contains("up to entry 120 in " + path.resolve("log")), failure.getMessage());
            assertEquals(logged, log.loggedIndex());
            model.assertSame(log);
            Files.delete(blocked);
            log.flush();
            assertEquals(120, log.loggedIndex());
        }
        try (WriteSetLog log = open(Durability.OS)) {
            model.assertSame(log);
        }
    }

    private Path nextSegment(final LogModel model) {
        long length = Segment.HEADER_LENGTH;
        for (final LogModel.Entry entry : model.entries) {
            length += EntryLayout.entryLength(entry.payload().length);
            if (length > SEGMENT_LENGTH) {
                return path.resolve("log").resolve(String.format("%08x-%016x%s", 1, entry.index() - 1, Segment.SUFFIX));
            }
        }
        throw new AssertionError("one segment is enough");
    }

    @Test
    void memoryDurabilityStaysBoundedAndReadable() {
        final LogModel model = new LogModel();
        final LogEntry read = new LogEntry();
        try (WriteSetLog log = WriteSetLog.open(directory, new LogConfig(Durability.MEMORY, 8 << 20, 4 << 20, 0), owner)) {
            for (int i = 0; i < 400; i++) {
                model.append(log, EntryKind.WRITE_SET, 1, new byte[100_000]);
                log.flush();
                assertEquals(i + 1, log.loggedIndex());
            }
            model.assertEntry(log, model.entries.getFirst(), read);
            model.assertSame(log);
        }
        try (WriteSetLog log = open(Durability.MEMORY)) {
            assertFalse(log.recovery().contains("torn"), log.recovery());
            model.assertSame(log);
        }
    }
}

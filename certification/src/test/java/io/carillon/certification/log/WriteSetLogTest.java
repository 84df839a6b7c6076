// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WriteSetLogTest {
    private static final int SEGMENT_LENGTH = 64 << 10;

    @TempDir
    private Path path;

    private final OwnerQueue owner = new OwnerQueue();
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
        return WriteSetLog.open(directory, new LogConfig(durability, SEGMENT_LENGTH, 0, 0), owner);
    }

    @Test
    void aFreshLogIsEmpty() {
        try (WriteSetLog log = open(Durability.OS)) {
            new LogModel().assertSame(log);
            assertEquals(0, log.loggedIndex());
        }
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void whatWasFlushedIsThereAfterwards(final Durability durability) throws Exception {
        final LogModel model = new LogModel();
        final Random random = new Random(1);
        final long id;
        try (WriteSetLog log = open(durability)) {
            id = log.id();
            for (int i = 0; i < 300; i++) {
                model.append(log, random, 2000);
                if (i % 7 == 0) {
                    log.flush();
                }
            }
            log.flush();
            owner.runUntil(() -> log.loggedIndex() == 300);
            model.assertSame(log);
        }
        try (WriteSetLog log = open(durability)) {
            model.assertSame(log);
            assertEquals(300, log.loggedIndex());
            assertEquals(id, log.id());
            model.append(log, random, 2000);
            model.assertSame(log);
        }
        try (WriteSetLog log = open(durability)) {
            model.assertSame(log);
        }
    }

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

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 57, 150, 299, 300})
    void cutsAnywhereAndGoesOn(final int at) {
        final LogModel model = new LogModel();
        final Random random = new Random(at);
        try (WriteSetLog log = open(Durability.OS)) {
            for (int i = 0; i < 300; i++) {
                model.append(log, random, 2000);
                log.flush();
            }
            log.truncateAfter(at);
            model.truncateAfter(at);
            model.assertSame(log);
            assertEquals(at, log.loggedIndex());
        }
        try (WriteSetLog log = open(Durability.OS)) {
            model.assertSame(log);
            for (int i = 0; i < 300; i++) {
                model.append(log, random, 2000);
            }
            model.assertSame(log);
            log.flush();
        }
        try (WriteSetLog log = open(Durability.OS)) {
            model.assertSame(log);
        }
    }

    @Test
    void resetSetsTheBaseForGood() {
        final LogModel model = new LogModel();
        final Random random = new Random(3);
        try (WriteSetLog log = open(Durability.OS)) {
            for (int i = 0; i < 200; i++) {
                model.append(log, random, 2000);
            }
            log.flush();
            log.reset(5000, 4000, 17);
            model.reset(5000, 4000, 17);
            model.assertSame(log);
            assertEquals(5000, log.loggedIndex());
            assertEquals(4000, log.baseSeqno());
        }
        try (WriteSetLog log = open(Durability.OS)) {
            model.assertSame(log);
            for (int i = 0; i < 200; i++) {
                model.append(log, random, 2000);
            }
            log.flush();
        }
        try (WriteSetLog log = open(Durability.OS)) {
            model.assertSame(log);
        }
    }

    @Test
    void purgesWholeSegmentsUpToAnIndex() throws IOException {
        final LogModel model = new LogModel();
        final Random random = new Random(4);
        try (WriteSetLog log = open(Durability.OS)) {
            for (int i = 0; i < 500; i++) {
                model.append(log, random, 2000);
                log.flush();
            }
            log.purgeBelow(250);
            assertTrue(log.baseIndex() <= 250 && log.baseIndex() > 150, "base " + log.baseIndex());
            model.purgedTo(log.baseIndex());
            model.assertSame(log);
            log.purgeBelow(500);
            assertTrue(log.endIndex() > log.baseIndex(), "the active segment stays");
            model.purgedTo(log.baseIndex());
        }
        try (Stream<Path> files = Files.list(path.resolve("log"))) {
            assertEquals(1, files.filter(f -> f.toString().endsWith(Segment.SUFFIX)).count());
        }
        try (WriteSetLog log = open(Durability.OS)) {
            model.assertSame(log);
        }
    }

    @Test
    void retainsWhatFitsTheLength() {
        final LogModel model = new LogModel();
        try (WriteSetLog log = WriteSetLog.open(directory, new LogConfig(Durability.OS, SEGMENT_LENGTH, 0, 3 * SEGMENT_LENGTH), owner)) {
            for (int i = 0; i < 500; i++) {
                model.append(log, EntryKind.WRITE_SET, 1, new byte[1000]);
                log.flush();
                log.purge(log.endIndex());
                assertTrue(log.fileLength() <= 4 * SEGMENT_LENGTH);
                model.purgedTo(log.baseIndex());
            }
            assertTrue(log.fileLength() >= 3 * SEGMENT_LENGTH);
            model.assertSame(log);
        }
    }

    @Test
    void anEntryMayBeLargerThanASegment() {
        final LogModel model = new LogModel();
        try (WriteSetLog log = open(Durability.OS)) {
            for (int i = 0; i < 5; i++) {
                model.append(log, EntryKind.FRAGMENT, 1, new byte[1 << 20]);
                model.append(log, EntryKind.WRITE_SET, 1, new byte[64]);
            }
            log.flush();
            model.assertSame(log);
        }
        try (WriteSetLog log = open(Durability.OS)) {
            model.assertSame(log);
        }
    }

    @Test
    void refusesWhatDoesNotFollow() {
        try (WriteSetLog log = open(Durability.OS)) {
            final UnsafeBuffer payload = new UnsafeBuffer(new byte[8]);
            assertThrows(Check.Violation.class, () -> log.append(2, 1, 1, 0, 0, 1, EntryKind.WRITE_SET, payload, 0, 8));
            assertThrows(Check.Violation.class, () -> log.append(1, 2, 1, 0, 0, 1, EntryKind.WRITE_SET, payload, 0, 8));
            assertThrows(Check.Violation.class, () -> log.append(1, 1, 1, 0, 0, 1, EntryKind.CONTROL, payload, 0, 8));
            log.append(1, 1, 5, 0, 0, 1, EntryKind.WRITE_SET, payload, 0, 8);
            assertThrows(Check.Violation.class, () -> log.append(2, 2, 4, 0, 0, 1, EntryKind.WRITE_SET, payload, 0, 8));
            assertThrows(Check.Violation.class, () -> log.truncateAfter(2));
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

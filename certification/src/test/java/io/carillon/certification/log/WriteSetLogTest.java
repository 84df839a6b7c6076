// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WriteSetLogTest extends LogFixture {
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
}

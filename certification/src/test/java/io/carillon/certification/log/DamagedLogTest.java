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
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What recovery and reading make of damage that no crash does. */
final class DamagedLogTest extends CrashedLog {
    @Test
    void damageInAFullSegmentIsAnErrorWhereItIsRead() throws IOException {
        crashed(SMALL_SEGMENTS, 300, new SplittableRandom(10));
        flip(files(Segment.SUFFIX).getFirst(), Segment.HEADER_LENGTH + EntryLayout.HEADER_LENGTH - 1);
        try (WriteSetLog log = WriteSetLog.open(directory, SMALL_SEGMENTS, owner)) {
            final LogEntry entry = new LogEntry();
            final UncheckedIOException failure = assertThrows(UncheckedIOException.class, () -> log.read(1, entry));
            assertTrue(failure.getMessage().contains("damaged"), failure.getMessage());
            model.assertEntry(log, model.entries.get(299), entry);
        }
    }

    @Test
    void aFullSegmentThatIsMissingIsARefusal() throws IOException {
        crashed(SMALL_SEGMENTS, 400, new SplittableRandom(11));
        final List<Path> segments = files(Segment.SUFFIX);
        assertTrue(segments.size() > 4, "enough segments");
        Files.delete(segments.get(1));
        assertRefused("does not follow");
    }

    @Test
    void damageBeforeAFullSegmentIsARefusal() throws IOException {
        crashed(SMALL_SEGMENTS, 400, new SplittableRandom(12));
        Files.delete(files(SegmentIndex.SUFFIX).getFirst());
        flip(files(Segment.SUFFIX).getFirst(), 5000);
        assertRefused("complete segments follow");
    }

    @Test
    void aMissingIndexFileIsMadeAnew() throws IOException {
        crashed(SMALL_SEGMENTS, 400, new SplittableRandom(13));
        final int sealed = files(SegmentIndex.SUFFIX).size();
        Files.delete(files(SegmentIndex.SUFFIX).get(1));
        Files.write(files(SegmentIndex.SUFFIX).get(1), new byte[] {1, 2, 3});
        try (WriteSetLog log = WriteSetLog.open(directory, SMALL_SEGMENTS, owner)) {
            model.assertSame(log);
            assertFalse(log.recovery().contains("torn"), log.recovery());
            model.append(log, EntryKind.WRITE_SET, model.endEpoch(), new byte[10]);
            log.flush();
        }
        assertEquals(sealed, files(SegmentIndex.SUFFIX).size());
        try (WriteSetLog log = WriteSetLog.open(directory, SMALL_SEGMENTS, owner)) {
            model.assertSame(log);
        }
    }

    /** Whatever the files say: a log that answers, or a refusal that names the directory. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void randomDamageNeverDoesWorse(final int seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(seed);
        crashed(SMALL_SEGMENTS, 200, random);
        final Path saved = Files.createDirectory(path.resolve("saved"));
        for (final Path file : files("")) {
            Files.copy(file, saved.resolve(file.getFileName()));
        }
        for (int round = 0; round < 100; round++) {
            damageSomeFile(random);
            try (WriteSetLog log = WriteSetLog.open(directory, SMALL_SEGMENTS, owner)) {
                readAll(log);
            } catch (final UncheckedIOException e) {
                assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
            }
            restore(saved);
        }
    }

    private void damageSomeFile(final SplittableRandom random) throws IOException {
        final List<Path> all = files("");
        final Path victim = all.get(random.nextInt(all.size()));
        try (RandomAccessFile file = new RandomAccessFile(victim.toFile(), "rw")) {
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                file.seek(random.nextLong(Math.max(1, Math.min(file.length(), random.nextBoolean() ? 200 : file.length()))));
                file.writeInt(random.nextBoolean() ? random.nextInt() : random.nextInt(1 << 16));
            }
        }
    }

    /** What the log gives is what was put in. */
    private void readAll(final WriteSetLog log) {
        final LogEntry entry = new LogEntry();
        for (long index = log.baseIndex() + 1; index <= log.endIndex(); index++) {
            model.assertEntry(log, model.entries.get((int) index - 1), entry);
            log.epochAt(index);
        }
        log.indexOfSeqno(log.endSeqno());
    }

    private void restore(final Path saved) throws IOException {
        for (final Path file : files("")) {
            Files.delete(file);
        }
        try (Stream<Path> files = Files.list(saved)) {
            for (final Path file : files.toList()) {
                Files.copy(file, path.resolve("log").resolve(file.getFileName()));
            }
        }
    }

    private void assertRefused(final String why) {
        final UncheckedIOException refusal = assertThrows(UncheckedIOException.class, () -> WriteSetLog.open(directory,
            SMALL_SEGMENTS, owner));
        assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("remove " + path.resolve("log")), refusal.getMessage());
    }
}

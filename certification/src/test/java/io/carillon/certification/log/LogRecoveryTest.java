// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What recovery makes of a torn end. */
final class LogRecoveryTest extends CrashedLog {
    private static long usedLength(final LogModel model) {
        return Segment.HEADER_LENGTH + model.entries.stream().mapToLong(e -> EntryLayout.entryLength(e.payload().length)).sum();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void aTornTailIsCutExactlyAtTheLastWholeEntry(final int seed) throws IOException {
        final SplittableRandom random = new SplittableRandom(seed);
        crashed(ONE_SEGMENT, 60, random);
        final long length = usedLength(model);
        final long tornAt = random.nextLong(Segment.HEADER_LENGTH, length);
        try (RandomAccessFile file = new RandomAccessFile(files(Segment.SUFFIX).getFirst().toFile(), "rw")) {
            if (random.nextBoolean()) {
                file.setLength(tornAt);
            } else {
                file.seek(tornAt);
                final int old = file.read();
                file.seek(tornAt);
                file.write(old ^ 1 << random.nextInt(8));
            }
        }
        long at = Segment.HEADER_LENGTH;
        int whole = 0;
        while (at + EntryLayout.entryLength(model.entries.get(whole).payload().length) <= tornAt) {
            at += EntryLayout.entryLength(model.entries.get(whole++).payload().length);
        }
        // A flip in the padding harms nothing.
        final boolean padding = tornAt >= at + EntryLayout.HEADER_LENGTH + model.entries.get(whole).payload().length
            && Files.size(files(Segment.SUFFIX).getFirst()) > tornAt;
        final boolean cut = Files.size(files(Segment.SUFFIX).getFirst()) == tornAt;
        model.truncateAfter(padding ? 60 : whole);
        try (WriteSetLog log = WriteSetLog.open(directory, ONE_SEGMENT, owner)) {
            model.assertSame(log);
            assertEquals(!cut && !padding && whole < 59, log.lostAcknowledged(), log.recovery());
            for (int i = 0; i < 20; i++) {
                model.append(log, random, 1000);
            }
            log.flush();
        }
        try (WriteSetLog log = WriteSetLog.open(directory, ONE_SEGMENT, owner)) {
            model.assertSame(log);
        }
    }

    /** A power loss may keep what was written later and not what was written first: nobody was told of either. */
    @Test
    void whatNobodyWasToldOfIsNoLoss() throws IOException {
        final SplittableRandom random = new SplittableRandom(10);
        final WriteSetLog log = WriteSetLog.open(directory, ONE_SEGMENT, owner);
        for (int i = 0; i < 20; i++) {
            model.append(log, random, 1000);
            if (i == 9) {
                log.flush();
            }
        }
        log.flush();
        log.abandon();
        model.truncateAfter(10);
        damage(files(Segment.SUFFIX).getFirst(), usedLength(model) + EntryLayout.INDEX_OFFSET);
        try (WriteSetLog recovered = WriteSetLog.open(directory, ONE_SEGMENT, owner)) {
            model.assertSame(recovered);
            assertFalse(recovered.lostAcknowledged());
            assertTrue(recovered.recovery().contains("was torn at byte"), recovered.recovery());
        }
    }

    @Test
    void whatLaterEntriesShowToHaveBeenAcknowledgedIsALoss() throws IOException {
        crashed(ONE_SEGMENT, 20, new SplittableRandom(11));
        model.truncateAfter(10);
        damage(files(Segment.SUFFIX).getFirst(), usedLength(model) + EntryLayout.INDEX_OFFSET);
        try (WriteSetLog recovered = WriteSetLog.open(directory, ONE_SEGMENT, owner)) {
            model.assertSame(recovered);
            assertTrue(recovered.lostAcknowledged());
            assertTrue(recovered.recovery().contains("is damaged at byte"), recovered.recovery());
        }
        try (WriteSetLog again = WriteSetLog.open(directory, ONE_SEGMENT, owner)) {
            assertFalse(again.lostAcknowledged(), "the rest was cut off: what a node forgets then is in its state");
        }
    }

    @Test
    void theNextSegmentShowsALossToo() throws IOException {
        crashed(SMALL_SEGMENTS, 60, new SplittableRandom(12));
        final List<Path> segments = files(Segment.SUFFIX);
        for (final Path index : files(".idx")) {
            Files.delete(index);
        }
        // The last entry of the first segment: nothing follows in its own file.
        final int entries = Integer.parseInt(segments.get(1).getFileName().toString().substring(9, 25), 16);
        model.truncateAfter(entries - 1);
        damage(segments.getFirst(), usedLength(model) + EntryLayout.INDEX_OFFSET);
        try (WriteSetLog recovered = WriteSetLog.open(directory, SMALL_SEGMENTS, owner)) {
            model.assertSame(recovered);
            assertTrue(recovered.lostAcknowledged(), recovered.recovery());
        }
    }

    private static void damage(final Path file, final long position) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(position);
            final int old = bytes.read();
            bytes.seek(position);
            bytes.write(old ^ 4);
        }
    }

    @Test
    void entriesThatWereCutDoNotComeBackBehindNewOnes() throws IOException {
        final SplittableRandom random = new SplittableRandom(9);
        final WriteSetLog log = WriteSetLog.open(directory, ONE_SEGMENT, owner);
        for (int i = 0; i < 10; i++) {
            model.append(log, EntryKind.WRITE_SET, 1, new byte[200]);
        }
        log.flush();
        final Path file = files(Segment.SUFFIX).getFirst();
        final byte[] before = Files.readAllBytes(file);
        log.truncateAfter(5);
        model.truncateAfter(5);
        model.append(log, EntryKind.WRITE_SET, 2, new byte[200]);
        log.flush();
        log.abandon();
        // As if the disk had kept the old bytes behind the new entry: whole, of the right index, but of another past.
        final int from = Segment.HEADER_LENGTH + 6 * EntryLayout.entryLength(200);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(before, from, before.length - from), from);
        }
        try (WriteSetLog recovered = WriteSetLog.open(directory, ONE_SEGMENT, owner)) {
            model.assertSame(recovered);
            model.append(recovered, random, 100);
            model.assertSame(recovered);
        }
    }

    @Test
    void aTearReachesThroughSegmentsThatWereNotComplete() throws IOException {
        crashed(SMALL_SEGMENTS, 400, new SplittableRandom(14));
        final List<Path> indexes = files(SegmentIndex.SUFFIX);
        Files.delete(indexes.getLast());
        final Path unsealed = files(Segment.SUFFIX).get(indexes.size() - 1);
        flip(unsealed, 10_000);
        try (WriteSetLog log = WriteSetLog.open(directory, SMALL_SEGMENTS, owner)) {
            assertTrue(log.recovery().contains("torn"), log.recovery());
            assertTrue(log.endIndex() < 400);
            model.truncateAfter(log.endIndex());
            model.assertSame(log);
        }
        assertEquals(indexes.size(), files(Segment.SUFFIX).size());
    }

    @Test
    void aSegmentWithoutHeaderWasBeingMade() throws IOException {
        crashed(SMALL_SEGMENTS, 100, new SplittableRandom(15));
        Files.write(path.resolve("log").resolve("00000001-00000000ffffffff.seg"), new byte[64]);
        try (WriteSetLog log = WriteSetLog.open(directory, SMALL_SEGMENTS, owner)) {
            assertTrue(log.recovery().contains("was being made"), log.recovery());
            model.assertSame(log);
        }
    }

    @Test
    void segmentsFromBeforeAResetAreForgotten() throws IOException {
        crashed(SMALL_SEGMENTS, 200, new SplittableRandom(16));
        final List<Path> old = files(Segment.SUFFIX);
        final Path saved = Files.createDirectory(path.resolve("saved"));
        for (final Path file : old) {
            Files.copy(file, saved.resolve(file.getFileName()));
        }
        try (WriteSetLog log = WriteSetLog.open(directory, SMALL_SEGMENTS, owner)) {
            log.reset(900, 800, 70);
        }
        // As if the machine had stopped before the old ones were deleted.
        for (final Path file : old) {
            Files.copy(saved.resolve(file.getFileName()), file);
        }
        try (WriteSetLog log = WriteSetLog.open(directory, SMALL_SEGMENTS, owner)) {
            final LogModel empty = new LogModel();
            empty.reset(900, 800, 70);
            empty.assertSame(log);
        }
        assertEquals(1, files(Segment.SUFFIX).size());
    }
}

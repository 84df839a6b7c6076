// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The file beside a full segment that makes it unnecessary to read the segment at start: where its entries begin and
 * which epochs they are of. It is written after the segment is on the disk, so that its presence also says that a bad
 * checksum in there is damage and no torn write.
 *
 * <p>Layout: a head of 64 bytes, epoch runs (first index, epoch), offsets; head and runs have one checksum, the offsets
 * another.
 */
final class SegmentIndex {
    static final String SUFFIX = ".idx";

    private static final int MAGIC = 0x58444943;
    private static final int HEAD_LENGTH = 64;
    private static final int HEAD_CRC_OFFSET = 4;
    private static final int RUNS_MAX = 1 << 20;

    private SegmentIndex() {
    }

    static Path pathOf(final Segment segment) {
        return pathOf(segment.path);
    }

    static Path pathOf(final Path segment) {
        final String name = segment.getFileName().toString();
        return segment.resolveSibling(name.substring(0, name.length() - Segment.SUFFIX.length()) + SUFFIX);
    }

    /** Writes it for a segment that is complete. {@code runs} as {@link EpochTable#runs} gives them. */
    static void write(final Segment segment, final int[] offsets, final long[] runs) throws IOException {
        final int runsLength = runs.length * Long.BYTES;
        final ByteBuffer bytes = ByteBuffer.allocate(HEAD_LENGTH + runsLength + segment.count * Integer.BYTES).order(LITTLE_ENDIAN);
        bytes.putInt(0, MAGIC).putInt(8, segment.count).putInt(12, segment.end).putInt(16, segment.lastCrc).putInt(20, runs.length);
        bytes.putLong(24, segment.lastSeqno).putLong(32, segment.lastEpoch).putLong(40, segment.baseIndex).putLong(48, segment.generation);
        bytes.position(HEAD_LENGTH);
        bytes.slice(HEAD_LENGTH, runsLength).order(LITTLE_ENDIAN).asLongBuffer().put(runs);
        bytes.slice(HEAD_LENGTH + runsLength, segment.count * Integer.BYTES).order(LITTLE_ENDIAN).asIntBuffer()
            .put(offsets, 0, segment.count);
        bytes.putInt(56, crc(bytes, HEAD_LENGTH + runsLength, segment.count * Integer.BYTES));
        bytes.putInt(HEAD_CRC_OFFSET, crc(bytes, 8, HEAD_LENGTH - 8 + runsLength));
        final Path path = pathOf(segment);
        final Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
        try (FileChannel file = segment.storage.open(temporary, StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            bytes.clear();
            Segment.writeFully(file, bytes, 0);
            file.force(true);
        }
        segment.storage.move(temporary, path);
    }

    /**
     * Completes {@code segment} from its index file and adds its epochs. False when there is none that is whole and
     * fits.
     */
    static boolean readHead(final Segment segment, final EpochTable epochs) throws IOException {
        try (FileChannel file = segment.storage.open(pathOf(segment), StandardOpenOption.READ)) {
            final ByteBuffer head = ByteBuffer.allocate(HEAD_LENGTH).order(LITTLE_ENDIAN);
            Segment.readFully(file, head, 0);
            final int runsCount = head.getInt(20);
            if (head.hasRemaining() || head.getInt(0) != MAGIC || runsCount < 0 || runsCount > RUNS_MAX
                || head.getLong(40) != segment.baseIndex || head.getLong(48) != segment.generation) {
                return false;
            }
            final ByteBuffer bytes = ByteBuffer.allocate(HEAD_LENGTH + runsCount * Long.BYTES).order(LITTLE_ENDIAN);
            Segment.readFully(file, bytes, 0);
            if (bytes.hasRemaining() || crc(bytes, 8, bytes.capacity() - 8) != bytes.getInt(HEAD_CRC_OFFSET)
                || segment.storage.size(segment.path) < bytes.getInt(12)) {
                return false;
            }
            segment.count = bytes.getInt(8);
            segment.end = bytes.getInt(12);
            segment.written = segment.end;
            segment.lastCrc = bytes.getInt(16);
            segment.lastSeqno = bytes.getLong(24);
            segment.lastEpoch = bytes.getLong(32);
            segment.sealed = true;
            segment.unload();
            for (int i = 0; i < runsCount; i += 2) {
                epochs.add(bytes.getLong(HEAD_LENGTH + i * Long.BYTES), bytes.getLong(HEAD_LENGTH + (i + 1) * Long.BYTES));
            }
            return true;
        } catch (final NoSuchFileException e) {
            return false;
        }
    }

    /** The offsets of a sealed segment. */
    static int[] readOffsets(final Segment segment) throws IOException {
        final Path path = pathOf(segment);
        try (FileChannel file = segment.storage.open(path, StandardOpenOption.READ)) {
            final ByteBuffer head = ByteBuffer.allocate(HEAD_LENGTH).order(LITTLE_ENDIAN);
            Segment.readFully(file, head, 0);
            final ByteBuffer bytes = ByteBuffer.allocate(segment.count * Integer.BYTES).order(LITTLE_ENDIAN);
            Segment.readFully(file, bytes, HEAD_LENGTH + (long) head.getInt(20) * Long.BYTES);
            if (bytes.hasRemaining() || crc(bytes, 0, bytes.capacity()) != head.getInt(56)) {
                throw new IOException(path + " is damaged; delete it, it is made anew at the next start");
            }
            final int[] offsets = new int[segment.count];
            bytes.clear();
            bytes.asIntBuffer().get(offsets);
            return Arrays.copyOf(offsets, Math.max(offsets.length, 1));
        }
    }

    static void delete(final Segment segment) throws IOException {
        segment.storage.delete(pathOf(segment));
    }

    private static int crc(final ByteBuffer bytes, final int offset, final int length) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes.array(), offset, length);
        return (int) crc.getValue();
    }
}

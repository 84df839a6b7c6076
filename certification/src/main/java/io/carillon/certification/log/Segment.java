// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * One file of the log: a header of 64 bytes that says where it begins, then entries without gap. What lies behind
 * {@link #end} in the file means nothing.
 */
final class Segment {
    static final int HEADER_LENGTH = 64;
    static final String SUFFIX = ".seg";

    private static final long MAGIC = 0x474553_4C524143L;
    private static final int VERSION = 1;
    private static final int HEADER_CRC_OFFSET = 60;

    /** Log that it belongs to; another one after the directory was wiped. */
    final long logId;
    /** Counts resets of the log; only the highest counts. */
    final long generation;
    final long baseIndex;
    final long baseSeqno;
    final long baseEpoch;
    /** Checksum of the entry before the first. */
    final int baseCrc;
    final Path path;
    final Storage storage;

    int count;
    int end = HEADER_LENGTH;
    int lastCrc;
    long lastSeqno;
    long lastEpoch;

    /** Bytes up to here are in the file. */
    int written = HEADER_LENGTH;
    /** The sidecar index file is there: nothing will be appended any more. */
    boolean sealed;

    private boolean created;
    private int[] offsets = new int[64];
    private FileChannel channel;

    Segment(final Storage storage, final Path directory, final long logId, final long generation, final long baseIndex,
        final long baseSeqno, final long baseEpoch, final int baseCrc) {
        this.storage = storage;
        this.logId = logId;
        this.generation = generation;
        this.baseIndex = baseIndex;
        this.baseSeqno = baseSeqno;
        this.baseEpoch = baseEpoch;
        this.baseCrc = baseCrc;
        this.path = directory.resolve(String.format(Locale.ROOT, "%08x-%016x%s", generation, baseIndex, SUFFIX));
        lastCrc = baseCrc;
        lastSeqno = baseSeqno;
        lastEpoch = baseEpoch;
    }

    /** Reads the header of {@code path}; null when it is not whole. */
    static Segment open(final Storage storage, final Path path) throws IOException {
        final ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH).order(LITTLE_ENDIAN);
        try (FileChannel file = storage.open(path, StandardOpenOption.READ)) {
            readFully(file, header, 0);
        }
        if (header.position() < HEADER_LENGTH || header.getLong(0) != MAGIC || header.getInt(8) != VERSION
            || header.getInt(HEADER_CRC_OFFSET) != headerCrc(header)) {
            return null;
        }
        final Segment segment = new Segment(storage, path.getParent(), header.getLong(16), header.getLong(24),
            header.getLong(32), header.getLong(40), header.getLong(48), header.getInt(56));
        segment.created = true;
        return segment;
    }

    /** Makes the file, of {@code length} bytes. */
    void create(final int length) throws IOException {
        final ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH).order(LITTLE_ENDIAN);
        header.putLong(0, MAGIC).putInt(8, VERSION).putLong(16, logId).putLong(24, generation);
        header.putLong(32, baseIndex).putLong(40, baseSeqno).putLong(48, baseEpoch).putInt(56, baseCrc);
        header.putInt(HEADER_CRC_OFFSET, headerCrc(header));
        // One of an earlier file of this name may have outlived that.
        SegmentIndex.delete(this);
        final FileChannel file = storage.open(path, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            writeFully(file, header, 0);
            storage.extend(path, length);
        } catch (final IOException e) {
            file.close();
            storage.delete(path);
            throw e;
        }
        channel = file;
        created = true;
    }

    boolean isCreated() {
        return created;
    }

    /** The open file. */
    FileChannel channel() throws IOException {
        if (channel == null) {
            channel = sealed ? storage.open(path, StandardOpenOption.READ)
                : storage.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }
        return channel;
    }

    /** Puts a file in the place of the open one. For tests. */
    void channel(final FileChannel other) {
        channel = other;
    }

    void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    long lastIndex() {
        return baseIndex + count;
    }

    boolean holds(final long index) {
        return index > baseIndex && index <= baseIndex + count;
    }

    /** Where the entry {@code index} begins; {@link #end} for the one after the last. */
    int offsetOf(final long index) {
        final int i = (int) (index - baseIndex - 1);
        return i == count ? end : offsets[i];
    }

    /** Takes note of the next entry. */
    void append(final int length, final int crc, final long seqno, final long epoch) {
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, count * 2);
        }
        offsets[count++] = end;
        end += length;
        lastCrc = crc;
        lastSeqno = seqno;
        lastEpoch = epoch;
    }

    /** Forgets the entries above {@code index}, in memory. The caller gives what the last one kept says. */
    void cut(final long index, final int crc, final long seqno, final long epoch) {
        end = offsetOf(index + 1);
        count = (int) (index - baseIndex);
        written = Math.min(written, end);
        lastCrc = crc;
        lastSeqno = seqno;
        lastEpoch = epoch;
    }

    /** Makes the file end at {@link #end} and long enough again, so that nothing that was cut can be read back. */
    void cutFile(final int length) throws IOException {
        final FileChannel file = channel();
        if (file.size() > end) {
            file.truncate(end);
        }
        storage.extend(path, length);
    }

    /** Offsets are in memory. */
    boolean isLoaded() {
        return offsets != null;
    }

    int[] offsets() {
        return offsets;
    }

    void load(final int[] loaded) {
        offsets = loaded;
    }

    /** Gives back the memory and the descriptor of a sealed segment. */
    void unload() throws IOException {
        offsets = null;
        close();
    }

    private static int headerCrc(final ByteBuffer header) {
        final CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, HEADER_CRC_OFFSET);
        return (int) crc.getValue();
    }

    static void writeFully(final FileChannel file, final ByteBuffer bytes, final long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }

    /** Fills {@code bytes}, or stops at the end of the file. */
    static void readFully(final FileChannel file, final ByteBuffer bytes, final long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            final int n = file.read(bytes, at);
            if (n < 0) {
                return;
            }
            at += n;
        }
    }

    @Override
    public String toString() {
        return path.getFileName() + " (" + (baseIndex + 1) + " to " + lastIndex() + ")";
    }
}

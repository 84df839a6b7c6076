// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Reads entries back from the files, a block ahead: whoever asks for one old entry asks for the next, too. */
final class SegmentReader {
    private static final int BLOCK_LENGTH = 256 << 10;

    private final CRC32C crc = new CRC32C();
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final ByteBuffer number = ByteBuffer.allocateDirect(Long.BYTES).order(LITTLE_ENDIAN);
    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private Segment segment;
    private int start;
    private int length;

    /** Reads the entry {@code index} of {@code from}, whose offsets are loaded. Its offset in {@link #buffer}. */
    int read(final Segment from, final long index) throws IOException {
        final int position = from.offsetOf(index);
        final int entryLength = from.offsetOf(index + 1) - position;
        if (segment != from || position < start || position + entryLength > start + length) {
            fill(from, position, entryLength);
        }
        final int at = position - start;
        if (!EntryLayout.isWhole(crc, bytes, buffer, at, entryLength, index)) {
            forget();
            throw new IOException("the bytes at " + position + " are damaged");
        }
        return at;
    }

    /** Seqno of the entry {@code index} of {@code from}: only these bytes are read, and not checked. */
    long seqnoOf(final Segment from, final long index) throws IOException {
        number.clear();
        Segment.readFully(from.channel(), number, from.offsetOf(index) + EntryLayout.SEQNO_OFFSET);
        return number.getLong(0);
    }

    DirectBuffer buffer() {
        return buffer;
    }

    /** What was read ahead may no longer be what the file holds. */
    void forget() {
        segment = null;
        length = 0;
    }

    private void fill(final Segment from, final int position, final int entryLength) throws IOException {
        final int wanted = Math.max(entryLength, BLOCK_LENGTH);
        if (bytes.capacity() < wanted) {
            bytes = from.storage.allocate(Math.max(wanted, BLOCK_LENGTH));
            buffer.wrap(bytes);
        }
        forget();
        bytes.clear().limit(Math.min(wanted, from.written - position));
        Segment.readFully(from.channel(), bytes, position);
        final int got = bytes.position();
        bytes.clear();
        if (got < entryLength) {
            throw new IOException("the file ends at " + (position + got) + ", within the entry");
        }
        segment = from;
        start = position;
        length = got;
    }
}

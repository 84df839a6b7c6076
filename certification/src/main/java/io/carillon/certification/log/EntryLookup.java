// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.agrona.DirectBuffer;

/** Finds entries that the log holds, in its tail or in the segments' files. Owner's thread only. */
final class EntryLookup {
    private final SegmentFiles files;
    private final TailCache tail;
    private final SegmentReader reader = new SegmentReader();
    private DirectBuffer buffer;
    private int offset;

    EntryLookup(final SegmentFiles files, final TailCache tail) {
        this.files = files;
        this.tail = tail;
    }

    /** What holds the entry located last; valid until the next one is, or the log changes. */
    DirectBuffer buffer() {
        return buffer;
    }

    /** Where in {@link #buffer} it begins. */
    int offset() {
        return offset;
    }

    /** Sets {@link #buffer} and {@link #offset} to the bytes of an entry that is held. */
    void locate(final long index) {
        final TailCache.Chunk chunk = tail.chunkOf(index);
        final Segment segment = chunk != null ? chunk.segment : files.segmentOf(index);
        try {
            files.load(segment);
            offset = chunk != null ? chunk.offsetOf(index) : reader.read(segment, index);
            buffer = chunk != null ? chunk.buffer : reader.buffer();
        } catch (final IOException e) {
            throw cannotRead(index, segment, e);
        }
    }

    /** Index of the entry that counts as {@code seqno}, which is held. */
    long indexOfSeqno(final long seqno) {
        final Segment segment = files.segmentOfSeqno(seqno);
        long low = segment.baseIndex + 1;
        long high = segment.lastIndex();
        while (low < high) {
            final long middle = low + high >>> 1;
            if (seqnoOf(segment, middle) < seqno) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Files are cut or deleted. */
    void forget() {
        reader.forget();
    }

    /** A search asks for entries far apart: nothing is read ahead for it. */
    private long seqnoOf(final Segment segment, final long index) {
        if (tail.chunkOf(index) != null) {
            locate(index);
            return buffer.getLong(offset + EntryLayout.SEQNO_OFFSET, LITTLE_ENDIAN);
        }
        try {
            files.load(segment);
            return reader.seqnoOf(segment, index);
        } catch (final IOException e) {
            throw cannotRead(index, segment, e);
        }
    }

    private static UncheckedIOException cannotRead(final long index, final Segment segment, final IOException e) {
        return new UncheckedIOException("cannot read entry " + index + " of the log from " + segment.path + ": " + e.getMessage(), e);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The newest bytes of the log in memory, exactly as in the files, in chunks; what is not yet written lives only here.
 * Owner's thread only.
 */
final class TailCache {
    /** Above the largest entry. */
    static final int CHUNK_LENGTH = 2 << 20;

    /** A run of whole entries of one segment. */
    static final class Chunk {
        final ByteBuffer bytes;
        final UnsafeBuffer buffer;
        Segment segment;
        int fileStart;
        int length;
        long firstIndex;

        Chunk(final Storage storage) {
            bytes = storage.allocate(CHUNK_LENGTH);
            buffer = new UnsafeBuffer(bytes);
        }

        int offsetOf(final long index) {
            return segment.offsetOf(index) - fileStart;
        }

        boolean isWritten() {
            return segment.written >= fileStart + length;
        }
    }

    private final Storage storage;
    private final int chunksMax;
    private final List<Chunk> chunks = new ArrayList<>();
    private final ArrayDeque<Chunk> free = new ArrayDeque<>();

    TailCache(final Storage storage, final int length) {
        this.storage = storage;
        chunksMax = Math.max(2, length / CHUNK_LENGTH);
    }

    /** Room for an entry of {@code length} bytes at the end of {@code segment}; the entry is then noted there. */
    Chunk reserve(final Segment segment, final int length) {
        Chunk last = chunks.isEmpty() ? null : chunks.getLast();
        if (needsChunk(segment, length)) {
            evict();
            last = free.isEmpty() ? new Chunk(storage) : free.pop();
            last.segment = segment;
            last.fileStart = segment.end;
            last.length = 0;
            last.firstIndex = segment.lastIndex() + 1;
            chunks.add(last);
        }
        last.length += length;
        return last;
    }

    /** Tells whether {@link #reserve} would begin a chunk. */
    boolean needsChunk(final Segment segment, final int length) {
        if (chunks.isEmpty()) {
            return true;
        }
        final Chunk last = chunks.getLast();
        return last.segment != segment || last.fileStart + last.length != segment.end || last.length + length > CHUNK_LENGTH;
    }

    /** The chunk that holds {@code index}, which is not above the last entry; null when none does. */
    Chunk chunkOf(final long index) {
        for (int i = chunks.size() - 1; i >= 0; i--) {
            final Chunk chunk = chunks.get(i);
            if (index >= chunk.firstIndex) {
                return chunk;
            }
        }
        return null;
    }

    /** Bytes held that are not in any file. */
    long unwrittenLength() {
        long sum = 0;
        for (int i = chunks.size() - 1; i >= 0 && !chunks.get(i).isWritten(); i--) {
            final Chunk chunk = chunks.get(i);
            sum += chunk.fileStart + chunk.length - Math.max(chunk.fileStart, chunk.segment.written);
        }
        return sum;
    }

    /** Chunks that hold such bytes: with short segments they are mostly empty, and take memory all the same. */
    int unwrittenChunks() {
        int count = 0;
        while (count < chunks.size() && !chunks.get(chunks.size() - 1 - count).isWritten()) {
            count++;
        }
        return count;
    }

    /**
     * Writes what is not yet in the files, the last {@code keep} chunks excepted. What was written when it throws stays
     * noted as written.
     */
    void write(final int keep, final SegmentMaker maker) throws IOException {
        final int to = chunks.size() - keep;
        int i = to;
        while (i > 0 && !chunks.get(i - 1).isWritten()) {
            i--;
        }
        for (; i < to; i++) {
            final Chunk chunk = chunks.get(i);
            final Segment segment = chunk.segment;
            maker.ensure(segment);
            final int from = Math.max(segment.written, chunk.fileStart) - chunk.fileStart;
            chunk.bytes.limit(chunk.length).position(from);
            try {
                Segment.writeFully(segment.channel(), chunk.bytes, chunk.fileStart + from);
            } finally {
                chunk.bytes.clear();
            }
            segment.written = chunk.fileStart + chunk.length;
        }
    }

    /** Forgets what lies above {@code index}; the segments were cut already. */
    void truncateAfter(final long index) {
        while (!chunks.isEmpty() && chunks.getLast().firstIndex > index) {
            free.push(chunks.removeLast());
        }
        if (!chunks.isEmpty()) {
            final Chunk last = chunks.getLast();
            last.length = last.segment.offsetOf(index + 1) - last.fileStart;
        }
        trim();
    }

    void clear() {
        free.addAll(chunks);
        chunks.clear();
        trim();
    }

    /** Forgets the entries of {@code segment}, the oldest. */
    void forget(final Segment segment) {
        while (!chunks.isEmpty() && chunks.getFirst().segment == segment) {
            free.push(chunks.removeFirst());
        }
        trim();
    }

    int chunks() {
        return chunks.size();
    }

    int chunksMax() {
        return chunksMax;
    }

    private void evict() {
        while (chunks.size() >= chunksMax && chunks.getFirst().isWritten()) {
            free.push(chunks.removeFirst());
        }
    }

    private void trim() {
        while (free.size() > chunksMax) {
            free.pop();
        }
    }

    /** Makes sure that a segment has its file. */
    @FunctionalInterface
    interface SegmentMaker {
        void ensure(Segment segment) throws IOException;
    }
}

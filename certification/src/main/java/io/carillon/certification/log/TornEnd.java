// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What lies behind the first entry of a segment that is not whole. After a power loss that entry may be one that was never
 * acknowledged, whatever of those behind it reached the disk. But each entry says how far the log was acknowledged when
 * it was written: one that names the lost entry shows that this was no torn write.
 */
final class TornEnd {
    private static final int WINDOW_LENGTH = 4 << 20;
    private static final int ENTRY_MAX = EntryLayout.entryLength(EntryLayout.PAYLOAD_MAX);
    private static final int ALIGNMENT = Long.BYTES;

    private final Storage storage;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer window;
    private final UnsafeBuffer buffer;

    TornEnd(final Storage storage) {
        this.storage = storage;
        window = storage.allocate(WINDOW_LENGTH);
        buffer = new UnsafeBuffer(window);
    }

    /**
     * The highest entry that was acknowledged, as far as entries above {@code lastIndex} behind byte {@code from} of
     * {@code segment} tell; -1 when none does.
     */
    long provenIndex(final Path segment, final int from, final long lastIndex) throws IOException {
        long proven = -1;
        try (FileChannel file = storage.open(segment, StandardOpenOption.READ)) {
            final long highest = lastIndex + file.size() / EntryLayout.HEADER_LENGTH + 1;
            for (long start = from; start < file.size(); start += WINDOW_LENGTH - ENTRY_MAX) {
                window.clear();
                Segment.readFully(file, window, start);
                final int length = window.position();
                window.clear();
                for (int at = 0; at <= Math.min(length, WINDOW_LENGTH - ENTRY_MAX); at += ALIGNMENT) {
                    proven = Math.max(proven, provenAt(at, length - at, lastIndex, highest));
                }
            }
        }
        return proven;
    }

    private long provenAt(final int at, final int available, final long lastIndex, final long highest) {
        if (available < EntryLayout.HEADER_LENGTH) {
            return -1;
        }
        final long index = buffer.getLong(at + EntryLayout.INDEX_OFFSET, LITTLE_ENDIAN);
        return index > lastIndex && index <= highest && EntryLayout.isWhole(crc, window, buffer, at, available, index)
            ? EntryLayout.provenIndex(buffer, at) : -1;
    }
}

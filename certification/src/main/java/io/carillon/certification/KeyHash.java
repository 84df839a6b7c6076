// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteBuffer;
import net.openhft.hashing.LongHashFunction;

/** Hash of a key: XXH3-64 of its parts, each preceded by its length as u32 (docs/write-set.md). One thread. */
public final class KeyHash {
    private static final LongHashFunction XXH3 = LongHashFunction.xx3();

    private ByteBuffer bytes = ByteBuffer.allocate(256).order(LITTLE_ENDIAN);

    /** Hash of the first {@code count} of {@code parts}. */
    public long of(final byte[][] parts, final int count) {
        int length = 0;
        for (int i = 0; i < count; i++) {
            length += Integer.BYTES + parts[i].length;
        }
        if (bytes.capacity() < length) {
            bytes = ByteBuffer.allocate(Integer.highestOneBit(length) * 2).order(LITTLE_ENDIAN);
        }
        bytes.clear();
        for (int i = 0; i < count; i++) {
            bytes.putInt(parts[i].length).put(parts[i]);
        }
        return XXH3.hashBytes(bytes.array(), 0, length);
    }
}

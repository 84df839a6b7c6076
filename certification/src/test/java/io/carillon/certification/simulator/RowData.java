// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The data of a write set in a simulation: for each row written its number and the version that the writer read, which is
 * the seqno of the write set that wrote it before; then as many bytes as wanted.
 */
final class RowData {
    private static final int ROW_LENGTH = 16;
    private static final int COUNT_LENGTH = 8;

    /** Version of a row that is replaced as it is, unread. */
    static final long WHATEVER = -1;

    private RowData() {
    }

    static byte[] encode(final int[] rows, final long[] versions, final int filler) {
        final byte[] bytes = new byte[COUNT_LENGTH + rows.length * ROW_LENGTH + filler];
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        buffer.putLong(0, rows.length, LITTLE_ENDIAN);
        for (int i = 0; i < rows.length; i++) {
            buffer.putLong(COUNT_LENGTH + i * ROW_LENGTH, rows[i], LITTLE_ENDIAN);
            buffer.putLong(COUNT_LENGTH + i * ROW_LENGTH + 8, versions[i], LITTLE_ENDIAN);
        }
        return bytes;
    }

    static int count(final DirectBuffer data, final int offset) {
        return (int) data.getLong(offset, LITTLE_ENDIAN);
    }

    static int row(final DirectBuffer data, final int offset, final int i) {
        return (int) data.getLong(offset + COUNT_LENGTH + i * ROW_LENGTH, LITTLE_ENDIAN);
    }

    static long version(final DirectBuffer data, final int offset, final int i) {
        return data.getLong(offset + COUNT_LENGTH + i * ROW_LENGTH + 8, LITTLE_ENDIAN);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.agrona.DirectBuffer;

/** Reads what {@link FlatWriter} wrote, and refuses everything else with {@link Malformed}. Reused; one thread. */
final class FlatReader {
    /** The bytes are not what they should be: the same on every member. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(final String what) {
            super(what);
        }
    }

    private DirectBuffer buffer;
    private int at;
    private int end;

    FlatReader wrap(final DirectBuffer source, final int offset, final int length) {
        buffer = source;
        at = offset;
        end = offset + length;
        return this;
    }

    int u8() {
        return buffer.getByte(take(Byte.BYTES)) & 0xFF;
    }

    int i32() {
        return buffer.getInt(take(Integer.BYTES), LITTLE_ENDIAN);
    }

    long i64() {
        return buffer.getLong(take(Long.BYTES), LITTLE_ENDIAN);
    }

    UUID uuid() {
        return new UUID(i64(), i64());
    }

    byte[] bytes(final int lengthMax) {
        final int length = i32();
        if (length < 0 || length > lengthMax) {
            throw new Malformed("a field of " + length + " bytes, at most " + lengthMax);
        }
        final byte[] value = new byte[length];
        buffer.getBytes(take(length), value);
        return value;
    }

    String str(final int lengthMax) {
        return new String(bytes(lengthMax), StandardCharsets.UTF_8);
    }

    /** Nothing may follow. */
    void end() {
        if (at != end) {
            throw new Malformed((end - at) + " bytes too many");
        }
    }

    private int take(final int length) {
        if (length > end - at) {
            throw new Malformed("it ends " + (length - (end - at)) + " bytes early");
        }
        final int from = at;
        at += length;
        return from;
    }
}

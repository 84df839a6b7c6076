// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** Writes the flat, little-endian encoding of control entries and member information. Reused; one thread. */
final class FlatWriter {
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(256);
    private int length;

    FlatWriter reset() {
        length = 0;
        return this;
    }

    FlatWriter u8(final int value) {
        buffer.putByte(length, (byte) value);
        length += Byte.BYTES;
        return this;
    }

    FlatWriter i32(final int value) {
        buffer.putInt(length, value, LITTLE_ENDIAN);
        length += Integer.BYTES;
        return this;
    }

    FlatWriter i64(final long value) {
        buffer.putLong(length, value, LITTLE_ENDIAN);
        length += Long.BYTES;
        return this;
    }

    FlatWriter uuid(final UUID value) {
        return i64(value.getMostSignificantBits()).i64(value.getLeastSignificantBits());
    }

    FlatWriter bytes(final byte[] value) {
        i32(value.length);
        buffer.putBytes(length, value);
        length += value.length;
        return this;
    }

    FlatWriter str(final String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    DirectBuffer buffer() {
        return buffer;
    }

    int length() {
        return length;
    }

    byte[] copy() {
        final byte[] copy = new byte[length];
        buffer.getBytes(0, copy);
        return copy;
    }
}

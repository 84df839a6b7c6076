// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static io.carillon.wsrep.WriteSetLayout.*;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.WriteSetFlags;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a write set (docs/write-set.md), whole or the header alone when its sections travelled as fragments. Reused;
 * one thread.
 *
 * <p>Nothing but {@link #isValid} may be called on bytes that have not passed it.
 */
public final class WriteSetFlyweight {
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final InlineKeys keys = new InlineKeys();

    /** Wraps {@code length} bytes that hold a write set, or a header. */
    public WriteSetFlyweight wrap(final DirectBuffer source, final int offset, final int length) {
        buffer.wrap(source, offset, length);
        return this;
    }

    /**
     * Tells whether the bytes are a write set that can be certified: a function of the bytes alone, so that every
     * member rejects the same. That the fragments of a fragmented one fit is for {@link FragmentedWriteSet#isValid}.
     * Keys and names are not looked at: whatever they say can be certified.
     */
    public boolean isValid() {
        return WriteSetValidity.isValid(buffer, 0, buffer.capacity());
    }

    /** {@link WriteSetFlags}. */
    public int flags() {
        return buffer.getInt(FLAGS_OFFSET, LITTLE_ENDIAN);
    }

    /** Tells whether all bits of {@code mask} are set. */
    public boolean has(final int mask) {
        return (flags() & mask) == mask;
    }

    /** Tells whether it is to be applied in isolation (TOI). */
    public boolean isIsolated() {
        return has(WriteSetFlags.ISOLATION);
    }

    /** The server's transaction id. */
    public long trxId() {
        return buffer.getLong(TRX_ID_OFFSET, LITTLE_ENDIAN);
    }

    /** The server's connection id. */
    public long connectionId() {
        return buffer.getLong(CONNECTION_ID_OFFSET, LITTLE_ENDIAN);
    }

    /** Seqno up to which the origin had committed everything when it sent this. */
    public long lastSeen() {
        return buffer.getLong(LAST_SEEN_OFFSET, LITTLE_ENDIAN);
    }

    /** Seqno of the previous fragment of the same streaming transaction, or -1. */
    public long previousSeqno() {
        return buffer.getLong(PREVIOUS_SEQNO_OFFSET, LITTLE_ENDIAN);
    }

    /** Keys in the key section. */
    public int keyCount() {
        return buffer.getInt(KEY_COUNT_OFFSET, LITTLE_ENDIAN);
    }

    /** Bytes of the names section. */
    public int namesLength() {
        return buffer.getInt(NAMES_LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    /** Bytes of the data section. */
    public long dataLength() {
        return buffer.getLong(DATA_LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    /** Bytes of the annotation section. */
    public int annotationLength() {
        return buffer.getInt(ANNOTATION_LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    /** Ring entries that hold the sections; 0 when they follow the header. */
    public int fragmentCount() {
        return buffer.getInt(FRAGMENT_COUNT_OFFSET, LITTLE_ENDIAN);
    }

    /** Bytes of all sections. */
    public long sectionsLength() {
        return (long) keyCount() * KEY_LENGTH + namesLength() + dataLength() + annotationLength();
    }

    /** Where the names begin within the sections. */
    public long namesPosition() {
        return (long) keyCount() * KEY_LENGTH;
    }

    /** Where the data begins within the sections. */
    public long dataPosition() {
        return namesPosition() + namesLength();
    }

    /** Where the data begins within the wrapped bytes of an unfragmented write set. */
    public int dataOffset() {
        return (int) (HEADER_LENGTH + dataPosition());
    }

    /** The wrapped bytes. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Hash of key {@code i} of an unfragmented write set. */
    public long keyHash(final int i) {
        return buffer.getLong(HEADER_LENGTH + i * KEY_LENGTH + KEY_HASH_OFFSET, LITTLE_ENDIAN);
    }

    /** Meta word of key {@code i} of an unfragmented write set. */
    public int keyMeta(final int i) {
        return buffer.getInt(HEADER_LENGTH + i * KEY_LENGTH + KEY_META_OFFSET, LITTLE_ENDIAN);
    }

    /** Type of key {@code i} of an unfragmented write set. */
    public KeyType keyType(final int i) {
        return KeyType.of(keyMeta(i) & KEY_TYPE_MASK);
    }

    /** The keys of an unfragmented write set; reused, rewound. */
    public KeySource keys() {
        keys.rewind();
        return keys;
    }

    /**
     * Name of table {@code table} of an unfragmented write set as {@code db.table}, for people; empty when it has none.
     */
    public String tableName(final int table) {
        return tableName(buffer, (int) (HEADER_LENGTH + namesPosition()), namesLength(), table);
    }

    static String tableName(final DirectBuffer names, final int offset, final int length, final int table) {
        int at = offset;
        final int end = offset + length;
        for (int i = 0; at + Short.BYTES <= end; i++) {
            final int nameLength = names.getShort(at, LITTLE_ENDIAN) & 0xFFFF;
            at += Short.BYTES;
            if (nameLength > end - at) {
                return "";
            }
            if (i == table) {
                return names.getStringWithoutLengthUtf8(at, nameLength).replace('\0', '.');
            }
            at += nameLength;
        }
        return "";
    }

    /** The annotation of an unfragmented write set, as text; empty when it has none. */
    public String annotation() {
        final byte[] bytes = new byte[annotationLength()];
        buffer.getBytes((int) (dataOffset() + dataLength()), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private final class InlineKeys implements KeySource {
        private boolean given;

        @Override
        public void rewind() {
            given = false;
        }

        @Override
        public boolean next(final KeyBlock into) {
            final int count = keyCount();
            if (given || count == 0) {
                return false;
            }
            given = true;
            into.buffer.wrap(buffer, HEADER_LENGTH, count * KEY_LENGTH);
            into.count = count;
            return true;
        }
    }
}

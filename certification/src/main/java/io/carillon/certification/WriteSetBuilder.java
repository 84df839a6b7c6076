// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static io.carillon.wsrep.WriteSetLayout.*;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.Check;
import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.Seqno;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Builds write sets byte for byte as the provider does (docs/write-set.md), for embedded applications. Reused; one
 * thread.
 *
 * <p>{@link #build} lays everything out behind the header. A write set longer than {@link
 * io.carillon.wsrep.WriteSetLayout#INLINE_LENGTH_MAX} is for the application to cut: {@link #header} with the number of
 * fragments, and the sections from {@link io.carillon.wsrep.WriteSetLayout#HEADER_LENGTH} on.
 */
public final class WriteSetBuilder {
    private static final int PARTS_MAX = 3;

    private final KeyHash hash = new KeyHash();
    private final Map<Long, Integer> keys = new LinkedHashMap<>();
    private final Map<String, Integer> tables = new LinkedHashMap<>();
    private final ExpandableArrayBuffer names = new ExpandableArrayBuffer();
    private final ExpandableArrayBuffer data = new ExpandableArrayBuffer();
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private byte[] annotation = {};
    private int flags;
    private long trxId;
    private long connectionId;
    private long lastSeen;
    private long previousSeqno;
    private int namesLength;
    private int dataLength;

    /** Starts a new write set with these flags, nothing else. */
    public WriteSetBuilder begin(final int newFlags) {
        keys.clear();
        tables.clear();
        annotation = new byte[0];
        flags = newFlags;
        trxId = 0;
        connectionId = 0;
        lastSeen = 0;
        previousSeqno = Seqno.UNDEFINED;
        namesLength = 0;
        dataLength = 0;
        return this;
    }

    /** Transaction and connection, as the server counts them. */
    public WriteSetBuilder ids(final long newTrxId, final long newConnectionId) {
        trxId = newTrxId;
        connectionId = newConnectionId;
        return this;
    }

    /** What the origin had committed. */
    public WriteSetBuilder lastSeen(final long seqno) {
        lastSeen = seqno;
        return this;
    }

    /** The previous fragment of the same streaming transaction. */
    public WriteSetBuilder previousSeqno(final long seqno) {
        previousSeqno = seqno;
        return this;
    }

    /**
     * Adds a key of one to three parts (database, table, row); its prefixes become SHARED keys, the strongest type of a
     * key wins.
     */
    public WriteSetBuilder key(final KeyType type, final byte[]... parts) {
        Check.that(parts.length > 0 && parts.length <= PARTS_MAX, "a key has one to three parts: parts, limit", parts.length, PARTS_MAX);
        for (int depth = 1; depth <= parts.length; depth++) {
            final KeyType typeThere = depth == parts.length ? type : KeyType.SHARED;
            final int meta = keyMeta(typeThere, depth, table(parts, depth));
            keys.merge(hash.of(parts, depth), meta, (old, added) -> (old & KEY_TYPE_MASK) >= (added & KEY_TYPE_MASK) ? old : added);
        }
        return this;
    }

    /** Appends to the data section. */
    public WriteSetBuilder data(final DirectBuffer bytes, final int offset, final int length) {
        data.putBytes(dataLength, bytes, offset, length);
        dataLength += length;
        return this;
    }

    /** Text for people. */
    public WriteSetBuilder annotation(final String text) {
        annotation = text.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    /** Lays the sections out behind the header; length of all. */
    public int build() {
        header(0);
        int at = HEADER_LENGTH;
        for (final Map.Entry<Long, Integer> key : keys.entrySet()) {
            buffer.putLong(at + KEY_HASH_OFFSET, key.getKey(), LITTLE_ENDIAN);
            buffer.putInt(at + KEY_META_OFFSET, key.getValue(), LITTLE_ENDIAN);
            buffer.putInt(at + KEY_RESERVED_OFFSET, 0, LITTLE_ENDIAN);
            at += KEY_LENGTH;
        }
        buffer.putBytes(at, names, 0, namesLength);
        at += namesLength;
        buffer.putBytes(at, data, 0, dataLength);
        at += dataLength;
        buffer.putBytes(at, annotation);
        return at + annotation.length;
    }

    /** Writes the header alone, of a write set whose sections travel in {@code fragmentCount} fragments; its length. */
    public int header(final int fragmentCount) {
        buffer.putInt(MAGIC_OFFSET, MAGIC, LITTLE_ENDIAN);
        buffer.putInt(FLAGS_OFFSET, flags, LITTLE_ENDIAN);
        buffer.putLong(TRX_ID_OFFSET, trxId, LITTLE_ENDIAN);
        buffer.putLong(CONNECTION_ID_OFFSET, connectionId, LITTLE_ENDIAN);
        buffer.putLong(LAST_SEEN_OFFSET, lastSeen, LITTLE_ENDIAN);
        buffer.putLong(PREVIOUS_SEQNO_OFFSET, previousSeqno, LITTLE_ENDIAN);
        buffer.putInt(KEY_COUNT_OFFSET, keys.size(), LITTLE_ENDIAN);
        buffer.putInt(NAMES_LENGTH_OFFSET, namesLength, LITTLE_ENDIAN);
        buffer.putLong(DATA_LENGTH_OFFSET, dataLength, LITTLE_ENDIAN);
        buffer.putInt(ANNOTATION_LENGTH_OFFSET, annotation.length, LITTLE_ENDIAN);
        buffer.putInt(FRAGMENT_COUNT_OFFSET, fragmentCount, LITTLE_ENDIAN);
        return HEADER_LENGTH;
    }

    /** The write set, valid until {@link #begin}. */
    public DirectBuffer buffer() {
        return buffer;
    }

    private int table(final byte[][] parts, final int depth) {
        final String db = new String(parts[0], StandardCharsets.UTF_8);
        final String name = depth == 1 ? db : db + '\0' + new String(parts[1], StandardCharsets.UTF_8);
        final Integer known = tables.get(name);
        if (known != null) {
            return known;
        }
        final byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        names.putShort(namesLength, (short) bytes.length, LITTLE_ENDIAN);
        names.putBytes(namesLength + Short.BYTES, bytes);
        namesLength += Short.BYTES + bytes.length;
        tables.put(name, tables.size());
        return tables.size() - 1;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Layout of an entry in a segment: 64 bytes of header, then the payload, padded to eight bytes.
 *
 * <p>The checksum of an entry covers that of the entry before it. So bytes of an entry that was cut off and whose place
 * was partly written anew can never pass for a successor.
 */
final class EntryLayout {
    static final int PAYLOAD_LENGTH_OFFSET = 0;
    static final int CRC_OFFSET = 4;
    static final int INDEX_OFFSET = 8;
    static final int SEQNO_OFFSET = 16;
    static final int EPOCH_OFFSET = 24;
    static final int ORIGIN_MSB_OFFSET = 32;
    static final int ORIGIN_LSB_OFFSET = 40;
    static final int ORIGIN_SEQ_OFFSET = 48;
    /** Kind in the lowest byte; above it how far behind the entry the acknowledged end was, see {@link #provenIndex}. */
    private static final int KIND_OFFSET = 56;
    static final int PREVIOUS_CRC_OFFSET = 60;
    static final int HEADER_LENGTH = 64;

    /** Largest payload; the ring's limit is 1 MiB, a view of 255 members stays below it. */
    static final int PAYLOAD_MAX = (2 << 20) - HEADER_LENGTH;

    private static final int KINDS = EntryKind.values().length;
    private static final int KIND_MASK = 0xFF;
    private static final int BEHIND_SHIFT = 8;
    private static final int BEHIND_MAX = (1 << Integer.SIZE - BEHIND_SHIFT) - 1;

    private EntryLayout() {
    }

    /** Bytes that an entry takes in the file. */
    static int entryLength(final int payloadLength) {
        return HEADER_LENGTH + payloadLength + 7 & ~7;
    }

    /** Checksum of the entry at {@code offset}, whose other fields are all set. */
    static int checksum(final CRC32C crc, final ByteBuffer buffer, final int offset, final int payloadLength) {
        crc.reset();
        buffer.limit(offset + CRC_OFFSET).position(offset);
        crc.update(buffer);
        buffer.limit(offset + HEADER_LENGTH + payloadLength).position(offset + INDEX_OFFSET);
        crc.update(buffer);
        buffer.clear();
        return (int) crc.getValue();
    }

    /** Tells whether {@code available} bytes at {@code offset} begin with the whole, undamaged entry {@code index}. */
    static boolean isWhole(final CRC32C crc, final ByteBuffer bytes, final DirectBuffer buffer, final int offset,
        final int available, final long index) {
        if (available < HEADER_LENGTH || buffer.getLong(offset + INDEX_OFFSET, LITTLE_ENDIAN) != index) {
            return false;
        }
        final int length = buffer.getInt(offset + PAYLOAD_LENGTH_OFFSET, LITTLE_ENDIAN);
        final int kind = buffer.getInt(offset + KIND_OFFSET, LITTLE_ENDIAN) & KIND_MASK;
        return length >= 0 && length <= PAYLOAD_MAX && entryLength(length) <= available && kind < KINDS
            && checksum(crc, bytes, offset, length) == buffer.getInt(offset + CRC_OFFSET, LITTLE_ENDIAN);
    }

    static EntryKind kind(final DirectBuffer buffer, final int offset) {
        return EntryKind.of(buffer.getInt(offset + KIND_OFFSET, LITTLE_ENDIAN) & KIND_MASK);
    }

    /** The entry up to which the log was acknowledged when the one at {@code offset} was appended; -1 when it does not say. */
    static long provenIndex(final DirectBuffer buffer, final int offset) {
        final int behind = buffer.getInt(offset + KIND_OFFSET, LITTLE_ENDIAN) >>> BEHIND_SHIFT;
        return behind == 0 ? -1 : buffer.getLong(offset + INDEX_OFFSET, LITTLE_ENDIAN) - behind;
    }

    /** Sets {@code into} to the entry at {@code offset}. */
    static void decode(final DirectBuffer buffer, final int offset, final LogEntry into) {
        into.index = buffer.getLong(offset + INDEX_OFFSET, LITTLE_ENDIAN);
        into.seqno = buffer.getLong(offset + SEQNO_OFFSET, LITTLE_ENDIAN);
        into.epoch = buffer.getLong(offset + EPOCH_OFFSET, LITTLE_ENDIAN);
        into.originMsb = buffer.getLong(offset + ORIGIN_MSB_OFFSET, LITTLE_ENDIAN);
        into.originLsb = buffer.getLong(offset + ORIGIN_LSB_OFFSET, LITTLE_ENDIAN);
        into.originSeq = buffer.getLong(offset + ORIGIN_SEQ_OFFSET, LITTLE_ENDIAN);
        into.kind = kind(buffer, offset);
        into.payload.wrap(buffer, offset + HEADER_LENGTH, buffer.getInt(offset + PAYLOAD_LENGTH_OFFSET, LITTLE_ENDIAN));
    }

    /** Writes the header of an entry except its checksum; {@code loggedIndex} is the end that was acknowledged before. */
    static void encodeHeader(final MutableDirectBuffer buffer, final int offset, final long index, final long seqno, final long epoch,
        final long originMsb, final long originLsb, final long originSeq, final EntryKind kind, final int payloadLength,
        final int previousCrc, final long loggedIndex) {
        final long behind = index - loggedIndex;
        buffer.putInt(offset + PAYLOAD_LENGTH_OFFSET, payloadLength, LITTLE_ENDIAN);
        buffer.putLong(offset + INDEX_OFFSET, index, LITTLE_ENDIAN);
        buffer.putLong(offset + SEQNO_OFFSET, seqno, LITTLE_ENDIAN);
        buffer.putLong(offset + EPOCH_OFFSET, epoch, LITTLE_ENDIAN);
        buffer.putLong(offset + ORIGIN_MSB_OFFSET, originMsb, LITTLE_ENDIAN);
        buffer.putLong(offset + ORIGIN_LSB_OFFSET, originLsb, LITTLE_ENDIAN);
        buffer.putLong(offset + ORIGIN_SEQ_OFFSET, originSeq, LITTLE_ENDIAN);
        buffer.putInt(offset + KIND_OFFSET, kind.code() | (behind > BEHIND_MAX ? 0 : (int) behind << BEHIND_SHIFT), LITTLE_ENDIAN);
        buffer.putInt(offset + PREVIOUS_CRC_OFFSET, previousCrc, LITTLE_ENDIAN);
    }
}

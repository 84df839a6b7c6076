// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.wire;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Flat packets of an installed ring, little-endian. All begin with the same header, which carries the sender's
 * acknowledgement and horizon. Offsets only: reading and writing allocate nothing.
 */
public final class RingPacket {
    public static final int TYPE_OFFSET = 0;
    public static final int VERSION_OFFSET = 1;
    /** Slot of the token holder that the sender knows, 15 bits, and {@link #PARKED}. */
    public static final int HOLDER_OFFSET = 2;
    public static final int HOLDER_MASK = 0x7FFF;
    /** The sender is the holder and keeps a token that would otherwise go round, until somebody asks for it. */
    public static final int PARKED = 0x8000;
    /** Number of that token, 32 bits, which begin again after the last: compared by their difference. */
    public static final int TOKEN_SEQ_OFFSET = 4;
    public static final int EPOCH_OFFSET = 8;
    /** Index that the sender logged, 0 unless that covers the epoch's VIEW entry. */
    public static final int LOGGED_OFFSET = 16;
    /** Stable index that the sender knows. */
    public static final int HORIZON_OFFSET = 24;
    public static final int BODY_OFFSET = 32;

    /** DATA: originSeq of the first offer, the one before it, then offers that follow each other, to the end. */
    public static final int DATA_SEQ_OFFSET = BODY_OFFSET;
    public static final int DATA_PREVIOUS_OFFSET = BODY_OFFSET + 8;
    public static final int DATA_OFFERS_OFFSET = BODY_OFFSET + 16;
    /** An offer: kind, payload length, payload. */
    public static final int OFFER_KIND_OFFSET = 0;
    public static final int OFFER_LENGTH_OFFSET = 1;
    public static final int OFFER_LENGTH = 5;

    /** ORDER: index of the first record, count, then records. */
    public static final int ORDER_FIRST_OFFSET = BODY_OFFSET;
    public static final int ORDER_COUNT_OFFSET = BODY_OFFSET + 8;
    public static final int ORDER_RECORDS_OFFSET = BODY_OFFSET + 10;
    /** A record: origin's slot, kind, payload length or -1 when it travelled as DATA, originSeq, payload. */
    public static final int RECORD_SLOT_OFFSET = 0;
    public static final int RECORD_KIND_OFFSET = 2;
    public static final int RECORD_LENGTH_OFFSET = 3;
    public static final int RECORD_SEQ_OFFSET = 7;
    public static final int RECORD_LENGTH = 15;

    /**
     * TOKEN: last index that is numbered; where it goes round also the packets sent in this epoch and, for each slot, the
     * packets that wait there, unsigned 16 bits.
     */
    public static final int TOKEN_LAST_OFFSET = BODY_OFFSET;
    public static final int TOKEN_LENGTH = BODY_OFFSET + 8;
    public static final int TOKEN_SENT_OFFSET = BODY_OFFSET + 8;
    public static final int TOKEN_BACKLOG_OFFSET = BODY_OFFSET + 16;

    /** PULL: from this index, or, when that is 0, from this seqno; bytes wanted; number of the question. */
    public static final int PULL_INDEX_OFFSET = BODY_OFFSET;
    public static final int PULL_SEQNO_OFFSET = BODY_OFFSET + 8;
    public static final int PULL_BUDGET_OFFSET = BODY_OFFSET + 16;
    public static final int PULL_NUMBER_OFFSET = BODY_OFFSET + 20;
    public static final int PULL_LENGTH = BODY_OFFSET + 24;

    /** ENTRIES: index, seqno and epoch before the first, count, flags, index, seqno and number of the PULL that it answers, entries. */
    public static final int ENTRIES_BASE_INDEX_OFFSET = BODY_OFFSET;
    public static final int ENTRIES_BASE_SEQNO_OFFSET = BODY_OFFSET + 8;
    public static final int ENTRIES_BASE_EPOCH_OFFSET = BODY_OFFSET + 16;
    public static final int ENTRIES_COUNT_OFFSET = BODY_OFFSET + 24;
    public static final int ENTRIES_FLAGS_OFFSET = BODY_OFFSET + 28;
    public static final int ENTRIES_ASKED_INDEX_OFFSET = BODY_OFFSET + 29;
    public static final int ENTRIES_ASKED_SEQNO_OFFSET = BODY_OFFSET + 37;
    public static final int ENTRIES_ASKED_NUMBER_OFFSET = BODY_OFFSET + 45;
    public static final int ENTRIES_FIRST_OFFSET = BODY_OFFSET + 49;
    /** The answer begins with this packet. */
    public static final int ENTRIES_BEGIN = 1;
    /** The answer ends with this packet. */
    public static final int ENTRIES_END = 2;
    /** An entry: epoch, origin, originSeq, kind, payload length, payload. */
    public static final int ENTRY_EPOCH_OFFSET = 0;
    public static final int ENTRY_ORIGIN_MSB_OFFSET = 8;
    public static final int ENTRY_ORIGIN_LSB_OFFSET = 16;
    public static final int ENTRY_SEQ_OFFSET = 24;
    public static final int ENTRY_KIND_OFFSET = 32;
    public static final int ENTRY_LENGTH_OFFSET = 33;
    public static final int ENTRY_LENGTH = 37;

    /** BARRIER_REQUEST and BARRIER_REPLY: number of the round; log end. */
    public static final int BARRIER_ROUND_OFFSET = BODY_OFFSET;
    public static final int BARRIER_END_OFFSET = BODY_OFFSET + 8;
    public static final int BARRIER_REQUEST_LENGTH = BODY_OFFSET + 8;
    public static final int BARRIER_REPLY_LENGTH = BODY_OFFSET + 16;

    /** REQUEST: weight wanted, or 0xFFFF to leave. */
    public static final int REQUEST_WEIGHT_OFFSET = BODY_OFFSET;
    public static final int REQUEST_LENGTH = BODY_OFFSET + 2;
    public static final int REQUEST_LEAVE = 0xFFFF;

    private RingPacket() {
    }

    /** Writes the header. */
    public static void header(final MutableDirectBuffer buffer, final byte type, final int holder, final int tokenSeq,
        final long epoch, final long logged, final long horizon) {
        buffer.putByte(TYPE_OFFSET, type);
        buffer.putByte(VERSION_OFFSET, (byte) PacketType.VERSION);
        buffer.putShort(HOLDER_OFFSET, (short) holder, LITTLE_ENDIAN);
        buffer.putInt(TOKEN_SEQ_OFFSET, tokenSeq, LITTLE_ENDIAN);
        buffer.putLong(EPOCH_OFFSET, epoch, LITTLE_ENDIAN);
        buffer.putLong(LOGGED_OFFSET, logged, LITTLE_ENDIAN);
        buffer.putLong(HORIZON_OFFSET, horizon, LITTLE_ENDIAN);
    }

    /** Shortest packet of {@code type}, or -1 for a type that is none. */
    public static int lengthMin(final int type) {
        return switch (type) {
            case PacketType.DATA -> DATA_OFFERS_OFFSET + OFFER_LENGTH;
            case PacketType.ORDER -> ORDER_RECORDS_OFFSET;
            case PacketType.ACK, PacketType.WAKE -> BODY_OFFSET;
            case PacketType.TOKEN -> TOKEN_LENGTH;
            case PacketType.PULL -> PULL_LENGTH;
            case PacketType.ENTRIES -> ENTRIES_FIRST_OFFSET;
            case PacketType.BARRIER_REQUEST -> BARRIER_REQUEST_LENGTH;
            case PacketType.BARRIER_REPLY -> BARRIER_REPLY_LENGTH;
            case PacketType.REQUEST -> REQUEST_LENGTH;
            default -> -1;
        };
    }

    public static int u16(final DirectBuffer buffer, final int offset) {
        return buffer.getShort(offset, LITTLE_ENDIAN) & 0xFFFF;
    }

    public static int i32(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset, LITTLE_ENDIAN);
    }

    public static long i64(final DirectBuffer buffer, final int offset) {
        return buffer.getLong(offset, LITTLE_ENDIAN);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.LogEntry;
import io.carillon.group.RingLog;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** Answers PULL with ENTRIES out of the own log (docs/ring.md, section 5). */
final class PullServer {
    private static final int PACKET_LENGTH = 64 << 10;

    private final RingMachine machine;
    private final LogEntry entry = new LogEntry();
    /** The packet being built, and the entries in it. */
    private ExpandableArrayBuffer packet;
    private int put;

    PullServer(final RingMachine machine) {
        this.machine = machine;
    }

    void onPull(final Peer from, final DirectBuffer buffer, final int offset) {
        final long askedIndex = RingPacket.i64(buffer, offset + RingPacket.PULL_INDEX_OFFSET);
        final long askedSeqno = RingPacket.i64(buffer, offset + RingPacket.PULL_SEQNO_OFFSET);
        final int number = RingPacket.i32(buffer, offset + RingPacket.PULL_NUMBER_OFFSET);
        final RingLog log = machine.tail.log();
        final boolean isBehind = machine.orders() && log.endIndex() < machine.ring.viewIndex;
        if (!machine.follows() || isBehind && (askedIndex == 0 || askedIndex > log.endIndex())) {
            if (machine.orders()) {
                refuse(from, askedIndex, askedSeqno, number);
            }
            return;
        }
        long index = askedIndex > 0 ? askedIndex : indexAfter(log, askedSeqno - 1);
        // What is purged cannot be served: the answer begins later, and the puller sees that from its base.
        index = Math.max(index, log.baseIndex() + 1);
        long budget = Math.clamp(RingPacket.i32(buffer, offset + RingPacket.PULL_BUDGET_OFFSET), PACKET_LENGTH,
            machine.config.pullBytes());
        int flags = RingPacket.ENTRIES_BEGIN;
        while (index <= log.endIndex() && budget > 0) {
            final int length = putEntries(log, index);
            budget -= length;
            index += put;
            flags |= budget <= 0 || index > log.endIndex() ? RingPacket.ENTRIES_END : 0;
            packet.putByte(RingPacket.ENTRIES_FLAGS_OFFSET, (byte) flags);
            putAsked(askedIndex, askedSeqno, number);
            machine.transmitter.send(from, length, TrafficClass.BULK);
            flags = 0;
        }
    }

    /** This member starts over itself, or lacks the same. If it kept silent, two of them would wait for each other. */
    private void refuse(final Peer to, final long askedIndex, final long askedSeqno, final int number) {
        packet = machine.transmitter.begin(PacketType.ENTRIES);
        packet.setMemory(RingPacket.BODY_OFFSET, RingPacket.ENTRIES_FIRST_OFFSET - RingPacket.BODY_OFFSET, (byte) 0);
        packet.putByte(RingPacket.ENTRIES_FLAGS_OFFSET, (byte) (RingPacket.ENTRIES_BEGIN | RingPacket.ENTRIES_END));
        putAsked(askedIndex, askedSeqno, number);
        machine.transmitter.send(to, RingPacket.ENTRIES_FIRST_OFFSET, TrafficClass.BULK);
    }

    private void putAsked(final long index, final long seqno, final int number) {
        packet.putLong(RingPacket.ENTRIES_ASKED_INDEX_OFFSET, index, LITTLE_ENDIAN);
        packet.putLong(RingPacket.ENTRIES_ASKED_SEQNO_OFFSET, seqno, LITTLE_ENDIAN);
        packet.putInt(RingPacket.ENTRIES_ASKED_NUMBER_OFFSET, number, LITTLE_ENDIAN);
    }

    private static long indexAfter(final RingLog log, final long seqno) {
        final long index = seqno <= 0 ? 0 : log.indexOfSeqno(seqno);
        return index < 0 ? log.baseIndex() + 1 : index + 1;
    }

    /** Begins a packet with the entries from {@code first} on, of which one at least is held. Its length. */
    private int putEntries(final RingLog log, final long first) {
        final long seqnoBefore = seqnoBefore(log, first);
        packet = machine.transmitter.begin(PacketType.ENTRIES);
        packet.putLong(RingPacket.ENTRIES_BASE_INDEX_OFFSET, first - 1, LITTLE_ENDIAN);
        packet.putLong(RingPacket.ENTRIES_BASE_SEQNO_OFFSET, seqnoBefore, LITTLE_ENDIAN);
        packet.putLong(RingPacket.ENTRIES_BASE_EPOCH_OFFSET, first == 1 ? 0 : log.epochAt(first - 1), LITTLE_ENDIAN);
        int at = RingPacket.ENTRIES_FIRST_OFFSET;
        put = 0;
        while (at < PACKET_LENGTH && log.read(first + put, entry)) {
            final int length = entry.payload.capacity();
            packet.putLong(at + RingPacket.ENTRY_EPOCH_OFFSET, entry.epoch, LITTLE_ENDIAN);
            packet.putLong(at + RingPacket.ENTRY_ORIGIN_MSB_OFFSET, entry.originMsb, LITTLE_ENDIAN);
            packet.putLong(at + RingPacket.ENTRY_ORIGIN_LSB_OFFSET, entry.originLsb, LITTLE_ENDIAN);
            packet.putLong(at + RingPacket.ENTRY_SEQ_OFFSET, entry.originSeq, LITTLE_ENDIAN);
            packet.putByte(at + RingPacket.ENTRY_KIND_OFFSET, (byte) entry.kind.code());
            packet.putInt(at + RingPacket.ENTRY_LENGTH_OFFSET, length, LITTLE_ENDIAN);
            packet.putBytes(at + RingPacket.ENTRY_LENGTH, entry.payload, 0, length);
            at += RingPacket.ENTRY_LENGTH + length;
            put++;
        }
        packet.putInt(RingPacket.ENTRIES_COUNT_OFFSET, put, LITTLE_ENDIAN);
        return at;
    }

    private long seqnoBefore(final RingLog log, final long first) {
        log.read(first, entry);
        return entry.seqno - (entry.kind.counts() ? 1 : 0);
    }
}

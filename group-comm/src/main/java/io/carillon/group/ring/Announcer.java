// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** ORDER at the holder: tells the others once a batch what it numbered. */
final class Announcer {
    static final int PACKET_LENGTH = 32 << 10;

    private final RingMachine machine;
    private final LogEntry entry = new LogEntry();
    private long announced;
    /** The entry read last. */
    private int slot;
    private EntryKind kind;
    private long originSeq;
    private DirectBuffer payload;
    private int payloadLength;

    Announcer(final RingMachine machine) {
        this.machine = machine;
    }

    /** What follows {@code end} is this member's to announce, if it numbers. */
    void begin(final long end) {
        announced = end;
    }

    /**
     * Sends the order records of what was numbered since the last time, own payloads with them, in so many packets at most.
     * How many it sent.
     */
    int announce(final int packetsMax) {
        final long end = machine.ring.rotates ? machine.rotation.end() : machine.tail.end();
        int packets = 0;
        boolean found = announced < end && packetsMax > 0 && read(announced + 1);
        while (found && packets < packetsMax) {
            final long first = announced + 1;
            final boolean alone = travelsAlone();
            final ExpandableArrayBuffer packet = machine.transmitter.begin(PacketType.ORDER);
            int at = RingPacket.ORDER_RECORDS_OFFSET;
            int count = 0;
            do {
                at = putRecord(packet, at);
                count++;
                announced++;
                found = announced < end && read(announced + 1);
            } while (found && !alone && at < PACKET_LENGTH && count < 0xFFFF && !travelsAlone());
            packet.putLong(RingPacket.ORDER_FIRST_OFFSET, first, LITTLE_ENDIAN);
            packet.putShort(RingPacket.ORDER_COUNT_OFFSET, (short) count, LITTLE_ENDIAN);
            machine.transmitter.sendToMembers(at, alone ? TrafficClass.BULK : TrafficClass.CONTROL);
            packets++;
        }
        return packets;
    }

    /** Reads what has {@code index}: from the log, or an own offer that was numbered before the log came so far. */
    private boolean read(final long index) {
        final Ring ring = machine.ring;
        if (index <= machine.tail.end()) {
            if (!machine.tail.log().read(index, entry)) {
                return false;
            }
            slot = ring.slotOf(entry.originMsb, entry.originLsb);
            kind = entry.kind;
            originSeq = entry.originSeq;
            payload = entry.payload;
            payloadLength = entry.payload.capacity();
            return true;
        }
        final int nth = ring.window.has(index) ? machine.own.find(ring.window.seq(index)) : -1;
        if (nth < 0) {
            return false;
        }
        slot = ring.self;
        kind = machine.own.kind(nth);
        originSeq = machine.own.seq(nth);
        payload = machine.own.buffer(nth);
        payloadLength = machine.own.length(nth);
        return true;
    }

    private boolean isOwn() {
        return slot == machine.ring.self;
    }

    /**
     * A large own payload that nobody has yet takes the bulk connection, its record with it: a second packet for that would cost
     * every peer a read, and the sender a system call for each.
     */
    private boolean travelsAlone() {
        return isOwn() && !kind.isConfiguration() && originSeq > machine.offers.sent()
            && payloadLength > Transmitter.BULK_LENGTH;
    }

    private int putRecord(final ExpandableArrayBuffer packet, final int at) {
        final boolean inlined = kind.isConfiguration() || isOwn() && originSeq > machine.offers.sent();
        final int length = inlined ? payloadLength : -1;
        packet.putShort(at + RingPacket.RECORD_SLOT_OFFSET, (short) slot, LITTLE_ENDIAN);
        packet.putByte(at + RingPacket.RECORD_KIND_OFFSET, (byte) kind.code());
        packet.putInt(at + RingPacket.RECORD_LENGTH_OFFSET, length, LITTLE_ENDIAN);
        packet.putLong(at + RingPacket.RECORD_SEQ_OFFSET, originSeq, LITTLE_ENDIAN);
        if (inlined) {
            packet.putBytes(at + RingPacket.RECORD_LENGTH, payload, 0, length);
        }
        return at + RingPacket.RECORD_LENGTH + Math.max(length, 0);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.LogEntry;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.ExpandableArrayBuffer;

/** ORDER at the holder: tells the others once a batch what it numbered. */
final class Announcer {
    private static final int PACKET_LENGTH = 32 << 10;

    private final RingMachine machine;
    private final LogEntry entry = new LogEntry();
    private long announced;

    Announcer(final RingMachine machine) {
        this.machine = machine;
    }

    /** What follows {@code end} is this member's to announce, if it numbers. */
    void begin(final long end) {
        announced = end;
    }

    /** Sends the order records of everything numbered since the last time, own small payloads with them. */
    void announce() {
        final long end = machine.tail.end();
        while (announced < end) {
            final long first = announced + 1;
            machine.tail.log().read(first, entry);
            if (travelsAlone(entry)) {
                machine.transmitter.sendData(null, entry.originSeq, entry.originSeq - 1, entry.kind, entry.payload, 0,
                    entry.payload.capacity());
                machine.ordering.onBroadcast(entry.originSeq);
            }
            final ExpandableArrayBuffer packet = machine.transmitter.begin(PacketType.ORDER);
            int at = RingPacket.ORDER_RECORDS_OFFSET;
            int count = 0;
            while (announced < end && at < PACKET_LENGTH && count < 0xFFFF && machine.tail.log().read(announced + 1, entry)) {
                if (count > 0 && travelsAlone(entry)) {
                    break;
                }
                at = putRecord(packet, at);
                count++;
                announced++;
            }
            packet.putLong(RingPacket.ORDER_FIRST_OFFSET, first, LITTLE_ENDIAN);
            packet.putShort(RingPacket.ORDER_COUNT_OFFSET, (short) count, LITTLE_ENDIAN);
            machine.transmitter.sendToMembers(at, TrafficClass.CONTROL);
        }
    }

    private boolean isOwn() {
        return entry.originLsb == machine.self.lsb() && entry.originMsb == machine.self.msb();
    }

    /** A large own payload that nobody has yet takes the bulk connection. */
    private boolean travelsAlone(final LogEntry candidate) {
        return isOwn() && !candidate.kind.isConfiguration() && candidate.originSeq > machine.ordering.broadcastThrough()
            && candidate.payload.capacity() > Transmitter.BULK_LENGTH;
    }

    private int putRecord(final ExpandableArrayBuffer packet, final int at) {
        final boolean inlined = entry.kind.isConfiguration() || isOwn() && entry.originSeq > machine.ordering.broadcastThrough();
        final int length = inlined ? entry.payload.capacity() : -1;
        packet.putShort(at + RingPacket.RECORD_SLOT_OFFSET, (short) machine.ring.slotOf(entry.originMsb, entry.originLsb),
            LITTLE_ENDIAN);
        packet.putByte(at + RingPacket.RECORD_KIND_OFFSET, (byte) entry.kind.code());
        packet.putInt(at + RingPacket.RECORD_LENGTH_OFFSET, length, LITTLE_ENDIAN);
        packet.putLong(at + RingPacket.RECORD_SEQ_OFFSET, entry.originSeq, LITTLE_ENDIAN);
        if (inlined) {
            packet.putBytes(at + RingPacket.RECORD_LENGTH, entry.payload, 0, length);
        }
        return at + RingPacket.RECORD_LENGTH + Math.max(length, 0);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.EntryKind;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** ORDER at everybody but the holder: an entry is appended once its record, its payload and all before it are here. */
final class OrderReceiver {
    private final RingMachine machine;
    /** A change of configuration that came before what precedes it; there is one under way at most. */
    private final ExpandableArrayBuffer early = new ExpandableArrayBuffer();
    private Ring earlyIn;
    private long earlyIndex;
    private int earlyOrigin;
    private int earlyLength;
    private EntryKind earlyKind;

    OrderReceiver(final RingMachine machine) {
        this.machine = machine;
    }

    void onOrder(final int slot, final DirectBuffer buffer, final int offset, final int length) {
        if (!machine.follows()) {
            return;
        }
        long index = RingPacket.i64(buffer, offset + RingPacket.ORDER_FIRST_OFFSET);
        final int count = RingPacket.u16(buffer, offset + RingPacket.ORDER_COUNT_OFFSET);
        int at = RingPacket.ORDER_RECORDS_OFFSET;
        for (int nth = 0; nth < count; nth++, index++) {
            final int payload = at + RingPacket.RECORD_LENGTH;
            if (payload > length) {
                machine.trace(TraceEvent.PACKET_DROPPED, PacketType.ORDER, ~slot, length);
                return;
            }
            final int payloadLength = RingPacket.i32(buffer, offset + at + RingPacket.RECORD_LENGTH_OFFSET);
            if (payloadLength < -1 || payloadLength > length - payload || !onRecord(index, buffer, offset + at, payloadLength)) {
                machine.trace(TraceEvent.PACKET_DROPPED, PacketType.ORDER, ~slot, length);
                return;
            }
            at = payload + Math.max(payloadLength, 0);
        }
        drain();
    }

    private boolean onRecord(final long index, final DirectBuffer buffer, final int at, final int payloadLength) {
        final Ring ring = machine.ring;
        final int origin = RingPacket.u16(buffer, at + RingPacket.RECORD_SLOT_OFFSET);
        final int code = buffer.getByte(at + RingPacket.RECORD_KIND_OFFSET);
        final long seq = RingPacket.i64(buffer, at + RingPacket.RECORD_SEQ_OFFSET);
        if (origin >= ring.size() || index < ring.viewIndex || code < 0 || code > EntryKind.CONTROL.code()) {
            return false;
        }
        final EntryKind kind = EntryKind.of(code);
        if (kind.isConfiguration() && payloadLength < 0 || !kind.isConfiguration() && seq <= 0) {
            return false;
        }
        final long end = machine.tail.end();
        ring.knownEnd = Math.max(ring.knownEnd, Math.min(index, end + OrderWindow.SIZE));
        if (index == end + 1 && payloadLength >= 0) {
            return machine.ordering.append(origin, seq, kind, buffer, at + RingPacket.RECORD_LENGTH, payloadLength);
        }
        if (index > end && !kind.isConfiguration()) {
            if (payloadLength >= 0 && ring.heldBytes() + payloadLength <= machine.config.heldBytesMax()) {
                ring.offered[origin].put(seq, seq - 1, kind, buffer, at + RingPacket.RECORD_LENGTH, payloadLength);
            }
            ring.window.put(end, index, origin, seq, kind);
        } else if (index > end && index > ring.viewIndex) {
            early.putBytes(0, buffer, at + RingPacket.RECORD_LENGTH, payloadLength);
            earlyIn = ring;
            earlyIndex = index;
            earlyOrigin = origin;
            earlyLength = payloadLength;
            earlyKind = kind;
        }
        return true;
    }

    private boolean isEarly(final long index) {
        return earlyIn == machine.ring && earlyIndex == index;
    }

    /** Appends every record whose turn and payload are here. */
    void drain() {
        final Ring ring = machine.ring;
        if (ring.holds || machine.tail.end() < ring.viewIndex || machine.catchUp.startsOver()) {
            return;
        }
        while (ring.window.has(machine.tail.end() + 1) || isEarly(machine.tail.end() + 1)) {
            final long index = machine.tail.end() + 1;
            if (isEarly(index)) {
                earlyIn = null;
                if (!machine.ordering.append(earlyOrigin, 0, earlyKind, early, 0, earlyLength)) {
                    machine.trace(TraceEvent.PACKET_DROPPED, PacketType.ORDER, ~earlyOrigin, earlyLength);
                    return;
                }
                continue;
            }
            final int slot = ring.window.slot(index);
            final long seq = ring.window.seq(index);
            final EntryKind kind = ring.window.kind(index);
            if (slot == ring.self) {
                final int nth = machine.own.find(seq);
                if (nth < 0) {
                    return;
                }
                machine.ordering.append(slot, seq, kind, machine.own.buffer(nth), 0, machine.own.length(nth));
            } else {
                final OfferedPayloads offered = ring.offered[slot];
                final UnsafeBuffer payload = offered.payload(seq);
                if (payload == null) {
                    return;
                }
                machine.ordering.append(slot, seq, kind, payload, 0, offered.length(seq));
            }
        }
    }
}

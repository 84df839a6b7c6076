// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Offers, DATA and ORDER: how payloads get their index (docs/ring.md, section 2). */
final class Ordering {
    /** Entries numbered but not stable, at most: what every receiver's window can hold. */
    static final int UNSTABLE_MAX = OrderWindow.SIZE / 2;
    private static final int PACKET_LENGTH = 32 << 10;
    private static final int REPEAT_BYTES = 64 << 10;
    /** Offers of one process, with room: its counts start above those of any before it, also of what was never ordered. */
    private static final int PROCESS_SHIFT = 28;

    private final RingMachine machine;
    private final UnsafeBuffer inline = new UnsafeBuffer(0, 0);
    private final LogEntry entry = new LogEntry();
    /** Bytes appended up to an index, to bound what is not stable. */
    private final long[] appendedBytes = new long[OrderWindow.SIZE];
    private long originSeq;
    /** The offer before the next one in this epoch. */
    private long previous;
    /** Own offers up to here were broadcast in this epoch. */
    private long broadcast;
    private long announced;
    private int numberedNext;
    private boolean lostPrimary;
    private long repeatNs;

    Ordering(final RingMachine machine) {
        this.machine = machine;
        this.originSeq = Math.max(machine.tail.marks().of(machine.self), machine.promisedEpoch << PROCESS_SHIFT);
    }

    long originSeq() {
        return originSeq;
    }

    long offer(final EntryKind kind, final DirectBuffer buffer, final int offset, final int length) {
        if (machine.phase == Phase.CLOSED || machine.wishes.isLeaving()) {
            return RingResult.CLOSED;
        }
        if (length > machine.config.entryLengthMax()) {
            return RingResult.TOO_LARGE;
        }
        if (!machine.isOperational()) {
            return lostPrimary || machine.ring == null ? RingResult.NOT_PRIMARY : RingResult.VIEW_CHANGING;
        }
        final OwnOffers own = machine.own;
        if (own.count() >= OwnOffers.COUNT_MAX || own.bytes() + length > machine.config.offeredBytesMax()) {
            return RingResult.BACK_PRESSURED;
        }
        final Ring ring = machine.ring;
        final boolean numbers = ring.holds && own.count() == 0;
        if (numbers && !mayNumber()) {
            return RingResult.BACK_PRESSURED;
        }
        final long seq = ++originSeq;
        if (numbers) {
            append(ring.self, seq, kind, buffer, offset, length);
            machine.token.onOwnOffer();
        } else {
            own.add(seq, kind, buffer, offset, length);
            broadcast(own.count() - 1);
        }
        previous = seq;
        return seq;
    }

    private void broadcast(final int nth) {
        final OwnOffers own = machine.own;
        final long seq = own.seq(nth);
        machine.transmitter.sendData(null, seq, nth == 0 ? Math.min(previous, seq - 1) : own.seq(nth - 1), own.kind(nth),
            own.buffer(nth), 0, own.length(nth));
        broadcast = seq;
        repeatNs = machine.nowNs;
    }

    private boolean mayNumber() {
        final LogTail tail = machine.tail;
        final long unstable = tail.end() - Math.max(tail.stable(), machine.ring.viewIndex);
        return machine.ring.operational && unstable < UNSTABLE_MAX
            && bytesAt(tail.end()) - bytesAt(tail.end() - Math.max(unstable, 0)) <= 4L * machine.config.offeredBytesMax();
    }

    private long bytesAt(final long index) {
        return appendedBytes[(int) index & (OrderWindow.SIZE - 1)];
    }

    /** Appends an entry of the current epoch. */
    private boolean append(final int slot, final long seq, final EntryKind kind, final DirectBuffer payload, final int offset,
        final int length) {
        final Ring ring = machine.ring;
        final MemberId origin = ring.ids[slot];
        if (!machine.tail.append(ring.epoch, origin.msb(), origin.lsb(), seq, kind, payload, offset, length)) {
            return false;
        }
        onAppended(slot, seq, length);
        return true;
    }

    /** Accounts for an entry just appended, here or by catching up. */
    void onAppended(final int slot, final long seq, final int length) {
        final long end = machine.tail.end();
        appendedBytes[(int) end & (OrderWindow.SIZE - 1)] = bytesAt(end - 1) + length;
        if (slot >= 0 && seq > 0) {
            machine.ring.offered[slot].raise(seq);
        }
    }

    /** The holder's own entry that changes the configuration; the payload is complete. */
    void appendConfiguration(final EntryKind kind, final byte[] payload) {
        inline.wrap(payload);
        append(machine.ring.self, 0, kind, inline, 0, payload.length);
    }

    void onData(final int slot, final DirectBuffer buffer, final int offset, final int length) {
        if (!machine.orders()) {
            return;
        }
        final int kind = buffer.getByte(offset + RingPacket.DATA_KIND_OFFSET);
        final int payload = length - RingPacket.DATA_PAYLOAD_OFFSET;
        if (!isOfferable(kind) || payload > machine.config.entryLengthMax()) {
            machine.trace(TraceEvent.PACKET_DROPPED, PacketType.DATA, slot, length);
            return;
        }
        final Ring ring = machine.ring;
        ring.offered[slot].put(RingPacket.i64(buffer, offset + RingPacket.DATA_SEQ_OFFSET),
            RingPacket.i64(buffer, offset + RingPacket.DATA_PREVIOUS_OFFSET), EntryKind.of(kind), buffer,
            offset + RingPacket.DATA_PAYLOAD_OFFSET, payload);
        if (ring.holds) {
            number(slot);
        } else {
            drain();
        }
    }

    private static boolean isOfferable(final int kind) {
        return kind >= EntryKind.WRITE_SET.code() && kind <= EntryKind.CONTROL.code();
    }

    /** The holder numbers what {@code slot} offered. */
    private void number(final int slot) {
        final Ring ring = machine.ring;
        final OfferedPayloads offered = ring.offered[slot];
        while (ring.isMember(slot) && mayNumber()) {
            final long seq = offered.floor() + 1;
            final UnsafeBuffer payload = offered.payload(seq);
            if (payload == null) {
                return;
            }
            append(slot, seq, offered.kind(seq), payload, 0, offered.length(seq));
            machine.token.onForeignOffer(slot);
        }
    }

    /** The holder numbers whatever waits, its own first. */
    void numberWaiting() {
        final Ring ring = machine.ring;
        final OwnOffers own = machine.own;
        while (own.count() > 0 && mayNumber()) {
            append(ring.self, own.seq(0), own.kind(0), own.buffer(0), 0, own.length(0));
        }
        for (int count = 0; count < ring.size(); count++) {
            numberedNext = (numberedNext + 1) % ring.size();
            if (numberedNext != ring.self) {
                number(numberedNext);
            }
        }
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
                machine.trace(TraceEvent.PACKET_DROPPED, PacketType.ORDER, slot, length);
                return;
            }
            final int payloadLength = RingPacket.i32(buffer, offset + at + RingPacket.RECORD_LENGTH_OFFSET);
            if (payloadLength < -1 || payloadLength > length - payload || !onRecord(index, buffer, offset + at, payloadLength)) {
                machine.trace(TraceEvent.PACKET_DROPPED, PacketType.ORDER, slot, length);
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
            return append(origin, seq, kind, buffer, at + RingPacket.RECORD_LENGTH, payloadLength);
        }
        if (index > end && !kind.isConfiguration()) {
            if (payloadLength >= 0 && ring.heldBytes() + payloadLength <= machine.config.heldBytesMax()) {
                ring.offered[origin].put(seq, seq - 1, kind, buffer, at + RingPacket.RECORD_LENGTH, payloadLength);
            }
            ring.window.put(end, index, origin, seq, kind);
        }
        return true;
    }

    /** Appends every record whose turn and payload are here. */
    void drain() {
        final Ring ring = machine.ring;
        if (ring.holds || machine.tail.end() < ring.viewIndex || machine.catchUp.startsOver()) {
            return;
        }
        while (ring.window.has(machine.tail.end() + 1)) {
            final long index = machine.tail.end() + 1;
            final int slot = ring.window.slot(index);
            final long seq = ring.window.seq(index);
            final EntryKind kind = ring.window.kind(index);
            if (slot == ring.self) {
                final int nth = machine.own.find(seq);
                if (nth < 0) {
                    return;
                }
                append(slot, seq, kind, machine.own.buffer(nth), 0, machine.own.length(nth));
            } else {
                final OfferedPayloads offered = ring.offered[slot];
                final UnsafeBuffer payload = offered.payload(seq);
                if (payload == null) {
                    return;
                }
                append(slot, seq, kind, payload, 0, offered.length(seq));
            }
        }
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
                broadcast = entry.originSeq;
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
        return isOwn() && !candidate.kind.isConfiguration() && candidate.originSeq > broadcast
            && candidate.payload.capacity() > Transmitter.BULK_LENGTH;
    }

    private int putRecord(final ExpandableArrayBuffer packet, final int at) {
        final boolean inlined = entry.kind.isConfiguration() || isOwn() && entry.originSeq > broadcast;
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

    /** The marks of all origins are known: what they cover is ordered. */
    void onMarks() {
        final Ring ring = machine.ring;
        for (int slot = 0; slot < ring.size(); slot++) {
            ring.offered[slot].raise(machine.tail.marks().of(ring.ids[slot]));
        }
    }

    /** A ring was installed: what is numbered from here on is announced. */
    void onInstalled(final long end) {
        announced = end;
        broadcast = Long.MAX_VALUE;
        lostPrimary |= !machine.ring.primary;
    }

    /** This member takes over the numbering: everything before was announced by others. */
    void onTokenHeld() {
        announced = machine.tail.end();
        numberWaiting();
    }

    void onPrimaryLost() {
        lostPrimary = true;
    }

    /** The VIEW entry is stable: open offers that the log lacks are offered again, or rejected if the primary was lost in between. */
    void onViewStable() {
        final LogTail tail = machine.tail;
        final long mark = tail.marks().of(machine.self);
        originSeq = Math.max(originSeq, mark);
        previous = mark;
        broadcast = 0;
        machine.own.removeThrough(mark);
        if (lostPrimary) {
            lostPrimary = false;
            rejectOpen(RingResult.NOT_PRIMARY);
        }
        if (machine.ring.holds) {
            numberWaiting();
        } else {
            for (int nth = 0; nth < machine.own.count(); nth++) {
                machine.trace(TraceEvent.RESENT, machine.own.seq(nth), machine.ring.epoch, 0);
                broadcast(nth);
            }
        }
        if (machine.own.count() > 0) {
            previous = machine.own.seq(machine.own.count() - 1);
        } else {
            previous = Math.max(previous, tail.marks().of(machine.self));
        }
    }

    void rejectOpen(final long reason) {
        while (machine.own.count() > 0) {
            final long seq = machine.own.seq(0);
            machine.own.removeFirst();
            machine.effects.rejected(seq, reason);
        }
    }

    /** Repeats the oldest open offers to the holder: they, or their order, got lost. */
    void onTimer() {
        if (repeatDeadlineNs() > machine.nowNs) {
            return;
        }
        repeatNs = machine.nowNs;
        final Ring ring = machine.ring;
        final Peer holder = ring.holder >= 0 ? ring.peers[ring.holder] : null;
        int bytes = 0;
        for (int nth = 0; holder != null && nth < machine.own.count() && bytes < REPEAT_BYTES; nth++) {
            final long before = nth == 0 ? machine.tail.marks().of(machine.self) : machine.own.seq(nth - 1);
            machine.transmitter.sendData(holder, machine.own.seq(nth), before, machine.own.kind(nth), machine.own.buffer(nth), 0,
                machine.own.length(nth));
            bytes += machine.own.length(nth) + RingPacket.DATA_PAYLOAD_OFFSET;
        }
    }

    long repeatDeadlineNs() {
        return machine.isOperational() && machine.own.count() > 0 && !machine.ring.holds
            ? repeatNs + 5 * machine.config.joinNs() : Long.MAX_VALUE;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Offers and DATA, and what the holder makes of them: how payloads get their index (docs/ring.md, section 2). */
final class Ordering {
    /** Entries numbered but not stable, at most: what every receiver's window can hold. */
    static final int UNSTABLE_MAX = OrderWindow.SIZE / 2;

    private final RingMachine machine;
    private final UnsafeBuffer inline = new UnsafeBuffer(0, 0);
    /** Bytes appended up to an index, to bound what is not stable. */
    private final long[] appendedBytes = new long[OrderWindow.SIZE];
    private long originSeq;
    private int numberedNext;
    /** This member numbers from here on. */
    private long heldFrom;
    private boolean lostPrimary;

    Ordering(final RingMachine machine) {
        this.machine = machine;
        this.originSeq = machine.tail.ownBefore();
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
        final boolean numbers = ring.holds && own.count() == 0 && (!ring.rotates || machine.rotation.isParkedHere());
        if (numbers && !mayNumber()) {
            return RingResult.BACK_PRESSURED;
        }
        final long seq = ++originSeq;
        if (numbers) {
            append(ring.self, seq, kind, buffer, offset, length);
            machine.token.onOwnOffer();
        } else {
            own.add(seq, kind, buffer, offset, length);
            if (machine.rotates()) {
                machine.rotation.onOwnOffer();
            }
        }
        return seq;
    }

    /** Tells whether one more entry may be numbered: what is not stable is bounded. */
    boolean mayNumber() {
        final LogTail tail = machine.tail;
        final long unstable = tail.end() - Math.max(tail.stable(), machine.ring.viewIndex);
        return machine.ring.operational && unstable < UNSTABLE_MAX
            && bytesAt(tail.end()) - bytesAt(tail.end() - Math.max(unstable, 0)) <= 4L * machine.config.offeredBytesMax();
    }

    /** Entries that this member numbered since it holds the token and does not know to be stable. */
    long numberedUnstable() {
        return machine.tail.end() - Math.max(heldFrom, machine.tail.stable());
    }

    private long bytesAt(final long index) {
        return appendedBytes[(int) index & (OrderWindow.SIZE - 1)];
    }

    /** Appends an entry of the current epoch. */
    boolean append(final int slot, final long seq, final EntryKind kind, final DirectBuffer payload, final int offset,
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
        if (slot >= 0) {
            machine.ring.originated[slot] = end;
        }
        appendedBytes[(int) end & (OrderWindow.SIZE - 1)] = bytesAt(end - 1) + length;
        if (slot >= 0 && seq > 0 && (machine.ring.holds || machine.bug != PlantedBug.NUMBERED_TWICE)) {
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
        final Ring ring = machine.ring;
        long seq = RingPacket.i64(buffer, offset + RingPacket.DATA_SEQ_OFFSET);
        long previous = RingPacket.i64(buffer, offset + RingPacket.DATA_PREVIOUS_OFFSET);
        int at = RingPacket.DATA_OFFERS_OFFSET;
        while (at < length) {
            final int payload = at + RingPacket.OFFER_LENGTH;
            final int kind = payload > length ? -1 : buffer.getByte(offset + at + RingPacket.OFFER_KIND_OFFSET);
            final int payloadLength = payload > length ? -1 : RingPacket.i32(buffer, offset + at + RingPacket.OFFER_LENGTH_OFFSET);
            if (!isOfferable(kind) || payloadLength < 0 || payloadLength > Math.min(length - payload, machine.config.entryLengthMax())) {
                machine.trace(TraceEvent.PACKET_DROPPED, PacketType.DATA, ~slot, length);
                break;
            }
            ring.offered[slot].put(seq, previous, EntryKind.of(kind), buffer, offset + payload, payloadLength);
            at = payload + payloadLength;
            previous = seq++;
        }
        if (ring.holds) {
            number(slot);
        } else {
            machine.orderReceiver.drain();
        }
    }

    private static boolean isOfferable(final int kind) {
        return kind >= EntryKind.WRITE_SET.code() && kind <= EntryKind.CONTROL.code();
    }

    /** The holder numbers what {@code slot} offered. */
    private void number(final int slot) {
        final Ring ring = machine.ring;
        final OfferedPayloads offered = ring.offered[slot];
        // Where the token goes round each voter numbers its own.
        while (ring.isMember(slot) && (!ring.rotates || ring.weights[slot] == 0) && mayNumber()) {
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
            machine.token.onOwnOffer();
        }
        numberForeign();
    }

    /** The holder numbers what others offered, each in turn first. */
    void numberForeign() {
        final Ring ring = machine.ring;
        for (int count = 0; count < ring.size(); count++) {
            numberedNext = (numberedNext + 1) % ring.size();
            if (numberedNext != ring.self) {
                number(numberedNext);
            }
        }
    }

    /** Tells whether a member without a vote, who has no visits of the token, has offered what is not ordered here. */
    boolean hasForeign() {
        final Ring ring = machine.ring;
        for (int slot = 0; slot < ring.size(); slot++) {
            if (slot != ring.self && ring.isMember(slot) && ring.weights[slot] == 0
                && ring.offered[slot].payload(ring.offered[slot].floor() + 1) != null) {
                return true;
            }
        }
        return false;
    }

    /** A token that goes round came: what is numbered after {@code last} is this member's. */
    void heldFrom(final long last) {
        heldFrom = last;
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
        machine.announcer.begin(end);
        heldFrom = end;
        machine.offers.onInstalled();
        lostPrimary |= !machine.ring.primary;
        if (machine.bug == PlantedBug.OPEN_REJECTED) {
            rejectOpen(RingResult.VIEW_CHANGING);
        }
    }

    /** This member takes over the numbering: everything before was announced by others. */
    void onTokenHeld() {
        machine.announcer.begin(machine.tail.end());
        heldFrom = machine.tail.end();
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
        machine.offers.onViewStable();
        machine.own.removeThrough(mark);
        if (lostPrimary) {
            lostPrimary = false;
            rejectOpen(RingResult.NOT_PRIMARY);
        }
        if (machine.ring.holds && machine.ring.rotates) {
            machine.rotation.numberOwn(); // the token may have come first: this is a visit, with its window
            return;
        }
        if (machine.ring.holds) {
            numberWaiting();
            return;
        }
        for (int nth = 0; nth < machine.own.count(); nth++) {
            machine.trace(TraceEvent.RESENT, machine.own.seq(nth), machine.ring.epoch, 0);
            if (machine.rotates()) {
                machine.rotation.onOwnOffer();
            }
        }
    }

    void rejectOpen(final long reason) {
        while (machine.own.count() > 0) {
            final long seq = machine.own.seq(0);
            machine.own.removeFirst();
            machine.effects.rejected(seq, reason);
        }
    }
}

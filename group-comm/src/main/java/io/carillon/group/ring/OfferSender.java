// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.EntryKind;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** DATA at whoever offers: own offers go to all once a batch, and to the holder again while they are not ordered. */
final class OfferSender {
    /**
     * As many offers share a packet as fit into this: with three members that all send, half of the processor time that 64 B take, and a
     * fifth of that for 1 KB, is what a packet of their own costs (docs/runs.md). No longer, since over UDP a datagram lost is all of it.
     */
    static final int PACKET_LENGTH = 8 << 10;
    private static final int REPEAT_BYTES = 64 << 10;

    private final RingMachine machine;
    /** Own offers up to here were sent to all in this epoch. */
    private long sent;
    private long sentNs;

    OfferSender(final RingMachine machine) {
        this.machine = machine;
    }

    /** A ring was installed; what is open waits for its VIEW. */
    void onInstalled() {
        sent = Long.MAX_VALUE;
    }

    /** The VIEW entry is stable: nobody has any of the open offers in this epoch. */
    void onViewStable() {
        sent = 0;
    }

    /** Own offers up to this one were sent to all in this epoch. */
    long sent() {
        return sent;
    }

    /** Ends a batch: what was offered in it, and is another's to number, goes to all. */
    void sendNew() {
        final OwnOffers own = machine.own;
        if (own.count() == 0 || own.seq(own.count() - 1) <= sent || !machine.isOperational() || machine.rotates() || machine.ring.holds) {
            return;
        }
        send(null, own.firstAfter(sent), Integer.MAX_VALUE);
        sent = own.seq(own.count() - 1);
        sentNs = machine.nowNs;
    }

    /** Repeats the oldest open offers to the holder: they, or their order, got lost. */
    void onTimer() {
        if (deadlineNs() > machine.nowNs) {
            return;
        }
        sentNs = machine.nowNs;
        final Ring ring = machine.ring;
        // Of a token that goes round it is not known who is next to have it.
        final Peer holder = ring.holder >= 0 && !ring.rotates ? ring.peers[ring.holder] : null;
        if (holder != null || ring.rotates) {
            final int end = send(holder, 0, REPEAT_BYTES);
            sent = ring.rotates ? Math.max(sent, machine.own.seq(end - 1)) : sent;
        }
    }

    long deadlineNs() {
        return machine.isOperational() && machine.own.count() > 0 && !machine.ring.holds && !machine.rotates()
            ? sentNs + 5 * machine.config.joinNs() : Long.MAX_VALUE;
    }

    /** To one member or, with null, to all; what follows the last that went, at {@code bytesMax}. */
    private int send(final Peer peer, final int from, final int bytesMax) {
        final OwnOffers own = machine.own;
        int nth = from;
        for (int bytes = 0; nth < own.count() && bytes < bytesMax;) {
            final int first = nth;
            final long seq = own.seq(first);
            final ExpandableArrayBuffer packet = begin(seq, first == 0 ? machine.tail.marks().of(machine.self) : own.seq(first - 1));
            int at = RingPacket.DATA_OFFERS_OFFSET;
            do {
                at = put(packet, at, own.kind(nth), own.buffer(nth), own.length(nth));
                nth++;
            } while (nth < own.count() && own.seq(nth) == seq + nth - first
                && at + RingPacket.OFFER_LENGTH + own.length(nth) <= PACKET_LENGTH);
            ship(peer, at, own.length(first));
            bytes += at;
        }
        return nth;
    }

    private ExpandableArrayBuffer begin(final long seq, final long previous) {
        final ExpandableArrayBuffer packet = machine.transmitter.begin(PacketType.DATA);
        packet.putLong(RingPacket.DATA_SEQ_OFFSET, seq, LITTLE_ENDIAN);
        packet.putLong(RingPacket.DATA_PREVIOUS_OFFSET, previous, LITTLE_ENDIAN);
        return packet;
    }

    private static int put(final ExpandableArrayBuffer packet, final int at, final EntryKind kind, final DirectBuffer payload,
        final int length) {
        packet.putByte(at + RingPacket.OFFER_KIND_OFFSET, (byte) kind.code());
        packet.putInt(at + RingPacket.OFFER_LENGTH_OFFSET, length, LITTLE_ENDIAN);
        packet.putBytes(at + RingPacket.OFFER_LENGTH, payload, 0, length);
        return at + RingPacket.OFFER_LENGTH + length;
    }

    private void ship(final Peer peer, final int length, final int firstLength) {
        final TrafficClass trafficClass = firstLength > Transmitter.BULK_LENGTH ? TrafficClass.BULK : TrafficClass.CONTROL;
        if (peer == null) {
            machine.transmitter.sendToMembers(length, trafficClass);
        } else {
            machine.transmitter.send(peer, length, trafficClass);
        }
    }
}

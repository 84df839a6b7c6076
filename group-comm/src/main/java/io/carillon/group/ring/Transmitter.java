// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.wire.ControlCodec;
import io.carillon.group.wire.PacketChecksum;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.ExpandableArrayBuffer;

/** Builds packets in one reused buffer and sends them. Every flat packet carries acknowledgement and horizon. */
final class Transmitter {
    /** Payloads above travel on the bulk connection. */
    static final int BULK_LENGTH = 8 << 10;

    private final RingMachine machine;
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(64 << 10);
    private final PacketChecksum checksum = new PacketChecksum();
    /** Handles of those whom a packet goes to: members are at most 255. */
    private final int[] targets = new int[256];

    Transmitter(final RingMachine machine) {
        this.machine = machine;
    }

    /** Begins a flat packet; its body is written from {@link RingPacket#BODY_OFFSET} on. */
    ExpandableArrayBuffer begin(final byte type) {
        final Ring ring = machine.ring;
        final int parked = ring.parked && ring.holder == ring.self ? RingPacket.PARKED : 0;
        RingPacket.header(buffer, type, ring.holder & RingPacket.HOLDER_MASK | parked, ring.tokenSeq, ring.epoch, acknowledgement(),
            horizon());
        return buffer;
    }

    /** Rule: what is acknowledged is logged, of this epoch's log, and its VIEW entry is part of it. */
    long acknowledgement() {
        final long logged = machine.bug == PlantedBug.ACK_BEFORE_LOGGED ? machine.tail.end() : machine.tail.logged();
        return machine.follows() && logged >= machine.ring.viewIndex ? logged : 0;
    }

    /** What is stable in the group's history; what was so in a log that is not of it is nothing to the others. */
    private long horizon() {
        return machine.follows() ? machine.tail.stable() : 0;
    }

    void send(final Peer peer, final int length, final TrafficClass trafficClass) {
        onSent(peer);
        machine.effects.send(peer.handle, buffer, 0, checksum.seal(buffer, length), trafficClass);
    }

    private void onSent(final Peer peer) {
        peer.sentNs = machine.nowNs;
        peer.sentLogged = acknowledgement();
        peer.sentHorizon = horizon();
    }

    void sendToMembers(final int length, final TrafficClass trafficClass) {
        final Ring ring = machine.ring;
        final int sealed = checksum.seal(buffer, length);
        int count = 0;
        for (int slot = 0; slot < ring.size(); slot++) {
            if (ring.peers[slot] != null) {
                onSent(ring.peers[slot]);
                targets[count++] = ring.peers[slot].handle;
            }
        }
        machine.effects.broadcast(targets, count, buffer, 0, sealed, trafficClass);
    }

    void sendAck(final Peer peer) {
        begin(PacketType.ACK);
        send(peer, RingPacket.BODY_OFFSET, TrafficClass.CONTROL);
    }

    void sendControl(final Peer peer, final ControlMessage message) {
        final int length = checksum.seal(buffer, ControlCodec.encode(message, buffer));
        peer.sentNs = machine.nowNs;
        machine.effects.send(peer.handle, buffer, 0, length, TrafficClass.CONTROL);
    }
}

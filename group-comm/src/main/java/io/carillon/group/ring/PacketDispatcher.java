// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.wire.ControlCodec;
import io.carillon.group.wire.PacketChecksum;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;

/** Gives each packet to the part that it is for. What is damaged, of no known type, or of another epoch, goes no further. */
final class PacketDispatcher {
    private final RingMachine machine;
    private final PacketChecksum checksum = new PacketChecksum();

    PacketDispatcher(final RingMachine machine) {
        this.machine = machine;
    }

    void onPacket(final Peer from, final DirectBuffer buffer, final int offset, final int length) {
        final int body = machine.bug == PlantedBug.CHECKSUM_IGNORED ? length - PacketChecksum.LENGTH
            : checksum.open(buffer, offset, length);
        final int type = body < 2 ? 0 : buffer.getByte(offset);
        if (PacketType.isControl(type)) {
            onControl(from, buffer, offset, body);
        } else if (RingPacket.lengthMin(type) < 0 || body < RingPacket.lengthMin(type)
            || buffer.getByte(offset + RingPacket.VERSION_OFFSET) != PacketType.VERSION) {
            machine.trace(TraceEvent.PACKET_DROPPED, type, from.handle, length);
        } else {
            onHeard(from);
            onFlat(type, from, buffer, offset, body);
        }
    }

    private void onHeard(final Peer from) {
        if (from.suspected) {
            from.suspected = false;
            machine.trace(TraceEvent.HEARD_AGAIN, from.handle, from.silence.lengthNs(machine.nowNs), 0);
            from.silence.forgive(machine.nowNs);
            machine.gatherer.onHeardAgain(from);
        } else {
            from.silence.end(machine.nowNs, machine.config.quickSuspectNs());
        }
    }

    private void onControl(final Peer from, final DirectBuffer buffer, final int offset, final int length) {
        final ControlMessage message = ControlCodec.decode(buffer, offset, length);
        if (message == null) {
            machine.trace(TraceEvent.PACKET_DROPPED, buffer.getByte(offset), from.handle, length);
            return;
        }
        onHeard(from);
        switch (message) {
            case ControlMessage.Join join -> machine.gatherer.onJoin(from, join);
            case ControlMessage.Commit commit -> machine.committer.onCommit(from, commit);
            case ControlMessage.State state -> machine.committer.onState(from, state);
            case ControlMessage.Install install -> machine.committer.onInstall(from, install);
        }
    }

    /** Packets of an installed ring. Rule 1: those of another epoch than the one promised are nothing to this member. */
    private void onFlat(final int type, final Peer from, final DirectBuffer buffer, final int offset, final int length) {
        final Ring ring = machine.ring;
        if (!machine.takesPart() || from.slot == Peer.NO_SLOT
            || RingPacket.i64(buffer, offset + RingPacket.EPOCH_OFFSET) != ring.epoch && machine.bug != PlantedBug.EPOCH_IGNORED) {
            return;
        }
        final int tokenSeq = RingPacket.i32(buffer, offset + RingPacket.TOKEN_SEQ_OFFSET);
        if (!machine.token.onHeader(from.slot, tokenSeq, RingPacket.u16(buffer, offset + RingPacket.HOLDER_OFFSET))) {
            machine.trace(TraceEvent.PACKET_DROPPED, type, from.handle, length);
            return;
        }
        ring.heard[from.slot] = true;
        machine.horizons.onHeader(from.slot, RingPacket.i64(buffer, offset + RingPacket.LOGGED_OFFSET),
            RingPacket.i64(buffer, offset + RingPacket.HORIZON_OFFSET));
        switch (type) {
            case PacketType.DATA -> machine.ordering.onData(from.slot, buffer, offset, length);
            case PacketType.ORDER -> machine.orderReceiver.onOrder(from.slot, buffer, offset, length);
            case PacketType.TOKEN ->
                machine.token.onToken(from.slot, tokenSeq, buffer, offset, length);
            case PacketType.WAKE -> machine.rotation.onWake(from.slot);
            case PacketType.PULL -> machine.pullServer.onPull(from, buffer, offset);
            case PacketType.ENTRIES -> machine.catchUp.onEntries(from.slot, buffer, offset, length);
            case PacketType.BARRIER_REQUEST -> machine.barrier.onRequest(from, buffer, offset);
            case PacketType.BARRIER_REPLY -> machine.barrier.onReply(from, buffer, offset);
            case PacketType.REQUEST ->
                machine.wishes.onRequest(from.slot, RingPacket.u16(buffer, offset + RingPacket.REQUEST_WEIGHT_OFFSET));
            default -> {
                // An acknowledgement is all header.
            }
        }
    }
}

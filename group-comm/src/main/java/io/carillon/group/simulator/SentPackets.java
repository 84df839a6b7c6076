// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.ring.ControlMessage;
import io.carillon.group.wire.ControlCodec;
import io.carillon.group.wire.PacketChecksum;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;

/** What one process says of itself in every packet: no more than its log holds, and nothing in an epoch older than its promise. */
final class SentPackets {
    private long epoch;
    private long logged;
    private long horizon;
    /** Epoch and last index of the token passed on last. */
    private long passedEpoch;
    private long passedLast;

    /** A new process. */
    void begin() {
        epoch = 0;
        logged = 0;
        horizon = 0;
        passedEpoch = 0;
    }

    /** The log is replaced by the group's: what is said from now on is of that one. */
    void onReset() {
        logged = 0;
        horizon = 0;
    }

    /**
     * A packet leaves.
     *
     * @param promised durably, by this member.
     * @param stable that it reported.
     * @param holdsToken whether it may number now.
     */
    void check(final DirectBuffer packet, final int offset, final int length, final long promised, final SimulatedLog log,
        final long stable, final boolean holdsToken) {
        final int type = packet.getByte(offset);
        if (type == PacketType.STATE
            && ControlCodec.decode(packet, offset, length - PacketChecksum.LENGTH) instanceof ControlMessage.State state) {
            Check.that(state.epoch() <= promised, "a log's end is stated once the promise is on the disk", state.epoch(), promised);
        }
        if (PacketType.isControl(type) || length < RingPacket.BODY_OFFSET) {
            return;
        }
        final long packetEpoch = RingPacket.i64(packet, offset + RingPacket.EPOCH_OFFSET);
        checkNumbering(type, packet, offset, packetEpoch, holdsToken);
        final long packetLogged = RingPacket.i64(packet, offset + RingPacket.LOGGED_OFFSET);
        final long packetHorizon = RingPacket.i64(packet, offset + RingPacket.HORIZON_OFFSET);
        Check.that(packetEpoch >= promised, "nothing is said in an epoch older than the promise", packetEpoch, promised);
        Check.that(packetLogged <= log.loggedIndex(), "what is acknowledged is logged", packetLogged, log.loggedIndex());
        Check.that(packetHorizon <= Math.max(stable, log.baseIndex()), "what is called stable was reported so", packetHorizon, stable);
        if (packetEpoch == epoch) {
            // 0 says nothing: the sender waits to start over.
            Check.that(packetLogged == 0 || packetLogged >= logged, "acknowledgements never go back within an epoch", packetLogged, logged);
            Check.that(packetHorizon == 0 || packetHorizon >= horizon,
                "the horizon never goes back within an epoch", packetHorizon, horizon);
        }
        final boolean isSameEpoch = packetEpoch == epoch;
        epoch = packetEpoch;
        logged = Math.max(packetLogged, isSameEpoch ? logged : 0);
        horizon = Math.max(packetHorizon, isSameEpoch ? horizon : 0);
    }

    /** Only the holder of the token says what is numbered, and who just passed it on what it had numbered: the token says up to where. */
    private void checkNumbering(final int type, final DirectBuffer packet, final int offset, final long packetEpoch,
        final boolean holdsToken) {
        if (type == PacketType.TOKEN) {
            passedEpoch = packetEpoch;
            passedLast = RingPacket.i64(packet, offset + RingPacket.TOKEN_LAST_OFFSET);
        } else if (type == PacketType.ORDER && !holdsToken) {
            final long last = RingPacket.i64(packet, offset + RingPacket.ORDER_FIRST_OFFSET)
                + RingPacket.u16(packet, offset + RingPacket.ORDER_COUNT_OFFSET) - 1;
            Check.that(packetEpoch == passedEpoch && last <= passedLast, "only the holder of the token says what is numbered", last,
                passedLast);
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.MemberId;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.agrona.DirectBuffer;

/** Asks a majority how far its logs go: everything acknowledged before is within the largest answer (docs/ring.md, section 7). */
final class ReadBarrier {
    private final RingMachine machine;
    private final TreeSet<MemberId> answered = new TreeSet<>();
    /** Whose majorities are asked: every configuration that may have been in force since the round began. */
    private final List<Configuration> asked = new ArrayList<>();
    private long lastNumber;
    /** Round under way, 0 for none; callers since wait for the next. */
    private long round;
    private boolean waiting;
    private long largestEnd;
    private long askedNs;

    ReadBarrier(final RingMachine machine) {
        this.machine = machine;
    }

    long request() {
        if (machine.phase == Phase.CLOSED) {
            return RingResult.CLOSED;
        }
        if (machine.ring == null || !machine.ring.primary) {
            return RingResult.NOT_PRIMARY;
        }
        if (!waiting) {
            waiting = true;
            lastNumber++;
        }
        return lastNumber;
    }

    /** Starts a round if one is asked for and none is under way, and ends one that a majority answered. */
    void update() {
        if (!machine.isOperational()) {
            return;
        }
        if (round == 0 && waiting) {
            waiting = false;
            round = lastNumber;
            begin();
        }
        if (round != 0 && isAnswered()) {
            final long ended = round;
            round = 0;
            machine.effects.barrier(ended, largestEnd);
            update();
        }
    }

    private void begin() {
        asked.clear();
        asked.addAll(machine.tail.configurations().all());
        answered.clear();
        answered.add(machine.self);
        largestEnd = machine.tail.end();
        ask();
    }

    private void ask() {
        askedNs = machine.nowNs;
        machine.transmitter.begin(PacketType.BARRIER_REQUEST).putLong(RingPacket.BARRIER_ROUND_OFFSET, round, LITTLE_ENDIAN);
        machine.transmitter.sendToMembers(RingPacket.BARRIER_REQUEST_LENGTH, TrafficClass.CONTROL);
    }

    /**
     * A majority of each configuration that may be in force. One that this member has not heard of is held by
     * somebody among a majority of the one before; so the own log must reach what was reported before its
     * configurations are asked.
     */
    private boolean isAnswered() {
        if (machine.tail.end() < largestEnd) {
            return false;
        }
        for (final Configuration configuration : asked) {
            if (machine.bug != PlantedBug.BARRIER_ALONE && !configuration.electorate().hasMajority(answered)) {
                return false;
            }
        }
        return true;
    }

    /** It is in the own log now, and may be followed by others, and forgotten as they are stable, before anybody looks here. */
    void onConfiguration(final Configuration configuration) {
        if (round != 0) {
            asked.add(configuration);
        }
    }

    /** A new ring was installed: a round of the old one starts again, since its answers count for nothing. */
    void onViewStable() {
        if (round != 0) {
            begin();
        }
    }

    void onRequest(final Peer from, final DirectBuffer buffer, final int offset) {
        if (machine.follows() && machine.tail.end() >= machine.ring.viewIndex) {
            final long number = RingPacket.i64(buffer, offset + RingPacket.BARRIER_ROUND_OFFSET);
            final var packet = machine.transmitter.begin(PacketType.BARRIER_REPLY);
            packet.putLong(RingPacket.BARRIER_ROUND_OFFSET, number, LITTLE_ENDIAN);
            packet.putLong(RingPacket.BARRIER_END_OFFSET, machine.tail.end(), LITTLE_ENDIAN);
            machine.transmitter.send(from, RingPacket.BARRIER_REPLY_LENGTH, TrafficClass.CONTROL);
        }
    }

    void onReply(final Peer from, final DirectBuffer buffer, final int offset) {
        if (machine.isOperational() && round != 0
            && RingPacket.i64(buffer, offset + RingPacket.BARRIER_ROUND_OFFSET) == round) {
            answered.add(from.id);
            largestEnd = Math.max(largestEnd, RingPacket.i64(buffer, offset + RingPacket.BARRIER_END_OFFSET));
            machine.ring.knownEnd = Math.max(machine.ring.knownEnd, largestEnd);
        }
    }

    /** The group cannot say any more. */
    void fail(final long reason) {
        if (round != 0) {
            final long ended = round;
            round = 0;
            machine.effects.barrier(ended, reason);
        }
        if (waiting) {
            waiting = false;
            machine.effects.barrier(lastNumber, reason);
        }
    }

    void onTimer() {
        if (deadlineNs() <= machine.nowNs) {
            ask();
        }
    }

    long deadlineNs() {
        return round != 0 && machine.isOperational() ? askedNs + 5 * machine.config.joinNs() : Long.MAX_VALUE;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.EntryKind;
import io.carillon.group.wire.ConfigurationCodec;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Promotion, weight and leave: asked of the holder, which orders one configuration entry at a time. */
final class Wishes {
    private static final int NONE = -1;
    /** Entries, and bytes, between two configuration entries, at most: bounds what a restart reads back and what a log must keep. */
    private static final int CHECKPOINT_DISTANCE = 100_000;
    private static final long CHECKPOINT_LENGTH = 64L << 20;

    private final RingMachine machine;
    private int ownWish = NONE;
    private int votingWeight;
    private boolean leaving;
    /** In this ring: the record of it may be ordered by now. */
    private boolean askedToLeave;
    private long leaveByNs;
    private long askedNs;
    /** By slot, at the holder. */
    private int[] wanted = {};

    Wishes(final RingMachine machine) {
        this.machine = machine;
        this.votingWeight = machine.config.weight();
    }

    boolean isLeaving() {
        return leaving;
    }

    /** Tells whether this member's leave may be ordered already, unknown to it. */
    boolean hasAskedToLeave() {
        return askedToLeave;
    }

    void reset() {
        askedToLeave = false;
        leaving = false;
        ownWish = NONE;
    }

    void promote() {
        final Configuration latest = machine.tail.configurations().latest();
        if (machine.weight() == 0 || latest.index() > machine.tail.stable()) {
            ownWish = votingWeight;
            askedNs = Long.MIN_VALUE;
        }
    }

    void weight(final int weight) {
        if (weight > 0) {
            votingWeight = weight;
        }
        if (machine.weight() > 0) {
            ownWish = weight;
            askedNs = Long.MIN_VALUE;
        }
    }

    void leave() {
        final boolean alone = machine.ring == null || machine.ring.membersLeft() == 1;
        if (alone || !machine.isOperational() || machine.weight() > 0 && !othersVote()) {
            machine.close(alone && machine.isOperational());
            return;
        }
        leaving = true;
        ownWish = RingPacket.REQUEST_LEAVE;
        askedNs = Long.MIN_VALUE;
        leaveByNs = machine.nowNs + machine.config.installNs();
    }

    private boolean othersVote() {
        final Ring ring = machine.ring;
        for (int slot = 0; slot < ring.size(); slot++) {
            if (slot != ring.self && ring.isMember(slot) && ring.weights[slot] > 0 && ring.peers[slot] != null) {
                return true;
            }
        }
        return false;
    }

    boolean wantsToLeave(final int slot) {
        return wanted[slot] == RingPacket.REQUEST_LEAVE;
    }

    void onInstalled() {
        wanted = new int[machine.ring.size()];
        Arrays.fill(wanted, NONE);
        askedNs = Long.MIN_VALUE;
        askedToLeave = false;
    }

    void onRequest(final int slot, final int weight) {
        if (machine.orders() && machine.ring.isMember(slot) && (weight <= 255 || weight == RingPacket.REQUEST_LEAVE)) {
            wanted[slot] = weight;
        }
    }

    /** A record was ordered. Where the token goes round all were asked for it: who orders next must not order it again. */
    void onConfiguration() {
        if (machine.ring.rotates && !machine.ring.holds) {
            Arrays.fill(wanted, NONE);
        }
    }

    /** Tells whether a record has to be ordered, for which the token's holder needs a complete log. */
    boolean needToken() {
        return ownWish != NONE && !leaving || isRecordDue(machine.tail.configurations().latest());
    }

    private boolean isRecordDue(final Configuration latest) {
        for (final int wish : wanted) {
            if (wish != NONE) {
                return true;
            }
        }
        return isCheckpointDue(latest);
    }

    private boolean isCheckpointDue(final Configuration latest) {
        return machine.tail.end() - latest.index() >= CHECKPOINT_DISTANCE || machine.tail.lengthSinceConfiguration() >= CHECKPOINT_LENGTH;
    }

    /** Where each numbers its own, what a leaver offered comes before its leave only if it asks for that afterwards. */
    private boolean finishesFirst() {
        return leaving && machine.rotates() && machine.own.count() > 0;
    }

    /** The holder orders what is wished, others ask it; called once a batch. */
    void update() {
        if (!machine.isOperational()) {
            return;
        }
        final Ring ring = machine.ring;
        final Configuration latest = machine.tail.configurations().latest();
        // A record that is not stable may yet be cut, and the wish with it.
        final boolean settled = latest.index() <= machine.tail.stable();
        if (ownWish != NONE && settled && isFulfilled(latest)) {
            ownWish = NONE;
        }
        if (ring.holds && (leaving || ring.weights[ring.self] == 0)) {
            machine.token.giveAway();
        }
        if (ring.holds) {
            if (ownWish != NONE && !leaving) {
                wanted[ring.self] = ownWish;
            }
            if (settled && isRecordDue(latest)) {
                order(latest);
            }
        } else if (ownWish != NONE && askDeadlineNs() <= machine.nowNs && !finishesFirst()) {
            ask();
        }
    }

    private boolean isFulfilled(final Configuration latest) {
        return ownWish != RingPacket.REQUEST_LEAVE && latest.weightOf(machine.self) == ownWish;
    }

    private void ask() {
        final Ring ring = machine.ring;
        askedNs = machine.nowNs;
        askedToLeave |= leaving;
        if (ring.rotates || ring.peers[ring.holder] != null) {
            machine.transmitter.begin(PacketType.REQUEST)
                .putShort(RingPacket.REQUEST_WEIGHT_OFFSET, (short) ownWish, LITTLE_ENDIAN);
        }
        if (ring.rotates) {
            machine.transmitter.sendToMembers(RingPacket.REQUEST_LENGTH, TrafficClass.CONTROL);
        } else if (ring.peers[ring.holder] != null) {
            machine.transmitter.send(ring.peers[ring.holder], RingPacket.REQUEST_LENGTH, TrafficClass.CONTROL);
        }
    }

    private void order(final Configuration latest) {
        final List<RingMember> members = new ArrayList<>(latest.members().size());
        final List<String> reasons = new ArrayList<>();
        boolean left = false;
        int total = 0;
        for (final RingMember member : latest.members()) {
            final int wish = wanted[machine.ring.slotOf(member.id())];
            if (wish == RingPacket.REQUEST_LEAVE) {
                left = true;
                reasons.add(member.name() + " leaves");
            } else {
                final boolean changes = wish != NONE && wish != member.weight();
                if (changes) {
                    reasons.add(member.name() + " has weight " + wish);
                }
                members.add(changes ? member.withWeight(wish) : member);
                total += members.getLast().weight();
            }
        }
        Arrays.fill(wanted, NONE);
        if (reasons.isEmpty() && isCheckpointDue(latest)) {
            reasons.add("checkpoint");
        }
        if (total == 0 || reasons.isEmpty()) {
            return;
        }
        final Configuration next = new Configuration(machine.ring.epoch, machine.tail.end() + 1, latest.group(),
            latest.number() + (left ? 1 : 0), latest.foundedEpoch(), String.join(", ", reasons), members,
            List.of(latest.electorate()), machine.tail.marks().marks(members));
        machine.ordering.appendConfiguration(left ? EntryKind.VIEW : EntryKind.CONFIG, ConfigurationCodec.encode(next));
    }

    /** The own leave is done once another member says that the record is stable: it may have needed this member's acknowledgement. */
    void leaveWhenDone() {
        if (!leaving || !machine.isOperational() || machine.ring.rotates && (machine.rotation.isHere() || machine.token.isUnheard())
            && machine.ring.membersLeft() > 1) {
            return;
        }
        final Configuration latest = machine.tail.configurations().latest();
        final boolean recorded = latest.member(machine.self) == null && latest.index() <= machine.ring.reportedHorizon;
        final boolean alone = machine.ring.membersLeft() == 1 && latest.index() <= machine.tail.stable();
        if (recorded || alone && latest.member(machine.self) != null) {
            machine.close(true);
        }
    }

    void onTimer() {
        if (leaving && machine.nowNs >= leaveByNs) {
            machine.close(false);
        }
    }

    private long askDeadlineNs() {
        return askedNs == Long.MIN_VALUE ? askedNs : askedNs + 5 * machine.config.joinNs();
    }

    long deadlineNs() {
        long deadline = leaving ? leaveByNs : Long.MAX_VALUE;
        if (ownWish != NONE && machine.isOperational() && !machine.ring.holds && !finishesFirst()) {
            deadline = Math.min(deadline, Math.max(askDeadlineNs(), machine.nowNs));
        }
        return deadline;
    }
}

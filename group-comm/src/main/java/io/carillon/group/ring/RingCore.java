// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import java.util.UUID;
import org.agrona.DirectBuffer;

/**
 * The ring protocol of one member as a pure state machine (docs/ring.md): no clock, socket, disk, thread, random
 * number or logger inside, so that the same code runs in production and under the simulator.
 *
 * <p><b>Threading:</b> one owner thread. Every call may produce effects before it returns; {@link #flush} ends a
 * batch of calls and sends what was coalesced.
 */
public final class RingCore {
    private final RingMachine machine;
    private final PacketDispatcher packets;
    /** When the owner was last told that a timer would be due. */
    private long expectedNs = Long.MAX_VALUE;

    /** @param log everything in it is durable at the configured durability: this member may acknowledge it. */
    public RingCore(final RingConfig config, final RingState restored, final RingLog log, final RingEffects effects) {
        this(config, restored, log, effects, PlantedBug.NONE);
    }

    RingCore(final RingConfig config, final RingState restored, final RingLog log, final RingEffects effects, final PlantedBug bug) {
        this.machine = new RingMachine(config, restored, log, effects, bug);
        this.packets = new PacketDispatcher(machine);
    }

    /** Before {@link #start}: the history that founding continues if the log holds no entry; null for a new one. */
    public void foundAs(final UUID history) {
        machine.history = history;
    }

    /**
     * Begins: with {@code found} it starts a new group, or continues the one of its log, alone; else it gathers with
     * the peers that get linked. {@code wantedSeqno} is the first seqno that the server lacks, or -1.
     */
    public void start(final long nowNs, final boolean found, final long wantedSeqno, final byte[] info) {
        machine.nowNs = nowNs;
        machine.wantedSeqno = wantedSeqno;
        machine.info = info.clone();
        machine.wishes.reset();
        machine.ring = null;
        machine.installer.link();
        if (machine.tail.stable() > machine.tail.log().baseIndex()) {
            machine.effects.stable(machine.tail.stable());
        }
        if (found) {
            machine.committer.found();
        } else {
            machine.phase = Phase.NOT_PRIMARY;
            machine.gatherer.enter(GatherReason.STARTED);
        }
        exit();
    }

    /** A peer can be reached under the handle {@code peer} (small, reused only after {@link #onPeerDown}). */
    public void onPeerUp(final long nowNs, final int peer, final MemberId id) {
        enter(nowNs);
        final Peer added = machine.peers.add(peer, id, nowNs);
        machine.installer.link();
        if (machine.phase != Phase.CLOSED) {
            machine.gatherer.onPeerUp(added);
        }
        exit();
    }

    /** The peer's connections closed. */
    public void onPeerDown(final long nowNs, final int peer) {
        enter(nowNs);
        final Peer gone = machine.peers.at(peer);
        if (gone != null) {
            machine.peers.remove(gone);
            final Ring ring = machine.ring;
            final boolean member = machine.liveness.matters(gone);
            if (ring != null && gone.slot != Peer.NO_SLOT && ring.peers[gone.slot] == gone) {
                ring.peers[gone.slot] = null;
            }
            machine.committer.onPeerDown(gone.id);
            if (member && machine.phase != Phase.COMMIT) {
                machine.gatherer.enter(GatherReason.CONNECTION_CLOSED);
            } else {
                machine.gatherer.step();
            }
        }
        exit();
    }

    /** Takes note of the round trip to {@code peer}, nanoseconds, as the owner measures it; negative before it was measured. */
    public void onRoundTrip(final int peer, final long roundTripNs) {
        final Peer measured = machine.peers.at(peer);
        if (measured != null) {
            measured.roundTripNs = roundTripNs;
        }
    }

    /** A packet of a linked peer. Garbage is dropped and traced. */
    public void onPacket(final long nowNs, final int peer, final DirectBuffer buffer, final int offset, final int length) {
        enter(nowNs);
        final Peer from = machine.peers.at(peer);
        if (from == null || machine.phase == Phase.CLOSED) {
            return;
        }
        packets.onPacket(from, buffer, offset, length);
        exit();
    }

    /** To be called when {@code nowNs >= nextDeadlineNs()}. */
    public void onTimer(final long nowNs) {
        enter(nowNs);
        if (machine.phase != Phase.CLOSED) {
            machine.liveness.onTimer();
            machine.gatherer.onTimer();
            machine.committer.onTimer();
            machine.installer.onTimer();
            machine.token.onTimer();
            machine.rotation.onTimer();
            machine.offers.onTimer();
            machine.catchUp.onTimer();
            machine.barrier.onTimer();
            machine.wishes.onTimer();
        }
        exit();
    }

    /** When {@link #onTimer} is due; {@code Long.MAX_VALUE} for never. */
    public long nextDeadlineNs() {
        if (machine.phase == Phase.CLOSED) {
            expectedNs = Long.MAX_VALUE;
            return expectedNs;
        }
        long deadline = machine.liveness.deadlineNs();
        deadline = Math.min(deadline, machine.gatherer.deadlineNs());
        deadline = Math.min(deadline, machine.committer.deadlineNs());
        deadline = Math.min(deadline, machine.installer.deadlineNs());
        deadline = Math.min(deadline, machine.token.deadlineNs());
        deadline = Math.min(deadline, machine.rotation.deadlineNs());
        deadline = Math.min(deadline, machine.offers.deadlineNs());
        deadline = Math.min(deadline, machine.catchUp.deadlineNs());
        deadline = Math.min(deadline, machine.barrier.deadlineNs());
        deadline = Math.min(deadline, machine.wishes.deadlineNs());
        expectedNs = Math.max(deadline, machine.nowNs);
        return deadline;
    }

    /**
     * The newest stable configuration of the ring that this member is in; null when that is not primary, or its VIEW is not
     * stable here.
     */
    public Configuration stableConfiguration() {
        final Configuration first = machine.isOperational() ? machine.tail.configurations().first() : null;
        return first == null || first.epoch() != machine.ring.epoch ? null : first;
    }

    /** A {@link RingEffects#persist} is durable, and all before it. */
    public void onPersisted(final long nowNs, final long ticket) {
        enter(nowNs);
        machine.persistedTicket = Math.max(machine.persistedTicket, ticket);
        machine.committer.onPersisted(ticket);
        exit();
    }

    /** The log is durable, at the configured durability, up to {@code index}. Never reported of an entry that was cut since. */
    public void onLogged(final long nowNs, final long index) {
        enter(nowNs);
        machine.tail.onLogged(index);
        exit();
    }

    /** Has a payload ordered. Its own count (originSeq, positive), or a negative {@link RingResult}. The buffer is copied. */
    public long offer(final long nowNs, final EntryKind kind, final DirectBuffer buffer, final int offset, final int length) {
        enter(nowNs);
        final long result = machine.ordering.offer(kind, buffer, offset, length);
        exit();
        return result;
    }

    /**
     * Starts a read barrier, or joins the one that starts next. Its number; answered by {@link RingEffects#barrier},
     * not before {@link #flush}.
     */
    public long barrier(final long nowNs) {
        enter(nowNs);
        return machine.barrier.request();
    }

    /** Asks to become a voter with the configured weight: base and log are complete. No effect on a voter. */
    public void promote(final long nowNs) {
        enter(nowNs);
        machine.wishes.promote();
        exit();
    }

    /** Changes this member's weight by an ordered record. */
    public void weight(final long nowNs, final int weight) {
        enter(nowNs);
        machine.wishes.weight(weight);
        exit();
    }

    /** What the layer above says about this member from the next view on. */
    public void info(final long nowNs, final byte[] info) {
        enter(nowNs);
        machine.info = info.clone();
    }

    /** Leaves by an ordered record where that is possible within {@code installNs}, else at once. {@link RingEffects#left} follows. */
    public void leave(final long nowNs) {
        enter(nowNs);
        if (machine.phase != Phase.CLOSED) {
            machine.offers.sendNew(); // what was offered before is ordered before
            machine.wishes.leave();
        }
        exit();
    }

    /**
     * An operator sets the quorum aside: half of the weight suffices, or any component is primary. It takes effect in
     * a component that is not primary at once.
     */
    public void overrides(final long nowNs, final boolean ignoreSplitBrain, final boolean ignoreQuorum) {
        enter(nowNs);
        override(new Overrides(ignoreSplitBrain, ignoreQuorum, machine.overrides.bootstrap()));
        exit();
    }

    /** An operator makes the present component primary, once. No effect in a primary one. */
    public void bootstrap(final long nowNs) {
        enter(nowNs);
        if (machine.ring == null || !machine.ring.primary) {
            override(new Overrides(machine.overrides.ignoreSplitBrain(), machine.overrides.ignoreQuorum(), true));
        }
        exit();
    }

    private void override(final Overrides overrides) {
        final boolean news = !machine.overrides.equals(overrides);
        machine.overrides = overrides;
        if (news && machine.phase == Phase.NOT_PRIMARY) {
            machine.gatherer.enter(GatherReason.OPERATOR);
        }
    }

    /** Epoch of the ring installed last, 0 before the first. */
    public long epoch() {
        return machine.ring == null ? 0 : machine.ring.epoch;
    }

    /** Who has the token of the primary ring that this member works in, as far as it knows; null outside of one. */
    public MemberId holder() {
        return machine.orders() ? machine.ring.ids[machine.ring.holder] : null;
    }

    /** Number of that token: it grows by one each time the token is passed, modulo 2^32; 0 outside of a primary ring. */
    public long tokenSeq() {
        return machine.orders() ? Integer.toUnsignedLong(machine.ring.tokenSeq) : 0;
    }

    /** Tells whether the token of the present ring goes round. */
    public boolean rotates() {
        return machine.ring != null && machine.ring.rotates;
    }

    /** Name of the state that the protocol is in, for people. */
    public String state() {
        return machine.phase.name();
    }

    /** Bytes of own offers that the log does not hold. */
    public long offeredBytes() {
        return machine.own.bytes();
    }

    /** Bytes of others' payloads that are not ordered yet. */
    public long heldBytes() {
        return machine.ring == null ? 0 : machine.ring.heldBytes();
    }

    /** Entries that this member numbered as the token's holder and does not know to be stable; 0 at everybody else. */
    public long numberedUnstable() {
        return holdsToken() ? machine.ordering.numberedUnstable() : 0;
    }

    /** Order records of what is beyond the log's end. */
    public int heldOrders() {
        return machine.ring == null ? 0 : machine.ring.window.count(machine.tail.end());
    }

    /** Bytes that this member has asked another one for and not got. */
    public long askedBytes() {
        return machine.catchUp.asked();
    }

    /** Tells whether this member numbers. */
    public boolean holdsToken() {
        return machine.orders() && (machine.ring.holds || machine.rotation.isHere());
    }

    /** Ends a batch: sends coalesced order records, acknowledgements and horizons. */
    public void flush(final long nowNs) {
        enter(nowNs);
        if (machine.phase == Phase.CLOSED) {
            return;
        }
        if (machine.orders()) {
            machine.offers.sendNew();
            machine.wishes.update();
            if (machine.ring.rotates) {
                machine.rotation.visit();
            } else if (machine.ring.holds) {
                machine.ordering.numberWaiting();
                machine.announcer.announce(Integer.MAX_VALUE);
                machine.token.moveWithLoad();
            }
            machine.tail.report();
            machine.barrier.update();
            machine.horizons.acknowledge();
        }
    }

    private void enter(final long nowNs) {
        machine.nowNs = Math.max(nowNs, machine.nowNs);
        // This process was paused, not the others: what queued up meanwhile is heard before anybody is suspected.
        final long lateNs = machine.nowNs - expectedNs;
        if (expectedNs != Long.MAX_VALUE && lateNs > machine.config.pauseNs()) {
            expectedNs = Long.MAX_VALUE;
            machine.trace(TraceEvent.PAUSE_SEEN, lateNs, 0, 0);
            machine.postpone(lateNs);
        }
    }

    /** What follows from a call, once. */
    private void exit() {
        machine.horizons.update();
        machine.wishes.leaveWhenDone();
        if (machine.orders()) {
            machine.token.hold();
            machine.catchUp.update();
            machine.installer.update();
            machine.tail.report();
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.Check;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;

/** Who numbers: the token is parked at the busy writer and moves to where the load is (docs/ring.md, section 2). */
final class TokenKeeper {
    private static final long NONE = -1;

    private final RingMachine machine;
    /** Index at which a token that arrived becomes effective, or NONE. */
    private long awaitedEnd = NONE;
    private int received;
    /** Index with which the token was passed on, or NONE once its receipt is known. */
    private long passedEnd = NONE;
    private long passedNs;
    private int runSlot = Peer.NO_SLOT;
    private int run;

    TokenKeeper(final RingMachine machine) {
        this.machine = machine;
    }

    /** The winner of a new ring is its first holder. */
    void onInstalled() {
        awaitedEnd = NONE;
        passedEnd = NONE;
        received = 1;
        run = 0;
        machine.ring.holds = machine.ring.primary && machine.ring.holder == machine.ring.self;
    }

    /**
     * What a packet says of the token. Only the token itself makes this member the holder. False for what cannot be:
     * a newer token while it is here.
     */
    boolean onHeader(final int sender, final int tokenSeq, final int holder) {
        final Ring ring = machine.ring;
        if (!ring.primary) {
            return true;
        }
        if (tokenSeq > ring.tokenSeq && ring.holds) {
            return false;
        }
        if (passedEnd != NONE && sender == ring.holder && tokenSeq >= ring.tokenSeq) {
            passedEnd = NONE;
        }
        if (tokenSeq > ring.tokenSeq && holder < ring.size() && holder != ring.self) {
            ring.tokenSeq = tokenSeq;
            ring.holder = holder;
            passedEnd = NONE;
            machine.trace(TraceEvent.TOKEN_SEEN, ring.epoch, tokenSeq, holder);
        }
        return true;
    }

    void onToken(final int sender, final int tokenSeq, final long last) {
        final Ring ring = machine.ring;
        if (!machine.orders() || tokenSeq <= received || tokenSeq <= ring.tokenSeq && ring.holder != ring.self
            || last < ring.viewIndex || last < machine.tail.end() || ring.holds) {
            return;
        }
        received = tokenSeq;
        ring.tokenSeq = tokenSeq;
        ring.holder = ring.self;
        ring.knownEnd = Math.max(ring.knownEnd, last);
        awaitedEnd = last;
        run = 0;
        // The receipt, so that the sender stops repeating.
        if (ring.peers[sender] != null) {
            machine.transmitter.sendAck(ring.peers[sender]);
        }
        hold();
    }

    /** Begins to number once the log is as long as that of the former holder. */
    void hold() {
        if (awaitedEnd != NONE && machine.orders()
            && (machine.tail.end() >= awaitedEnd || machine.bug == PlantedBug.TOKEN_BEFORE_LOG)) {
            Check.that(machine.tail.end() <= awaitedEnd, "nobody numbers beside the holder", machine.tail.end(), awaitedEnd);
            awaitedEnd = NONE;
            machine.ring.holds = true;
            machine.trace(TraceEvent.TOKEN_HELD, machine.ring.epoch, machine.ring.tokenSeq, machine.tail.end());
            machine.ordering.onTokenHeld();
        }
    }

    void onOwnOffer() {
        run = 0;
    }

    void onForeignOffer(final int slot) {
        run = slot == runSlot ? run + 1 : 1;
        runSlot = slot;
    }

    /** Gives the token to who wrote alone for a while. */
    void moveWithLoad() {
        if (machine.ring.holds && run >= machine.config.tokenPassAfter()) {
            run = 0;
            if (canHold(runSlot)) {
                pass(runSlot);
            }
        }
    }

    /** Gives the token to another voter who stays: this member leaves or lost its vote. */
    void giveAway() {
        final Ring ring = machine.ring;
        for (int slot = 0; ring.holds && slot < ring.size(); slot++) {
            if (slot != ring.self && canHold(slot) && !machine.wishes.wantsToLeave(slot)) {
                pass(slot);
            }
        }
    }

    private boolean canHold(final int slot) {
        final Ring ring = machine.ring;
        final Peer peer = ring.peers[slot];
        return ring.isMember(slot) && ring.weights[slot] > 0 && peer != null && !peer.suspected
            && ring.horizon.acknowledged(slot) >= ring.viewIndex;
    }

    private void pass(final int slot) {
        final Ring ring = machine.ring;
        machine.announcer.announce(); // whoever numbers next has to have it, and nobody announces it after this
        ring.holds = false;
        ring.tokenSeq++;
        ring.holder = slot;
        passedEnd = machine.tail.end();
        send();
        machine.trace(TraceEvent.TOKEN_SENT, ring.epoch, ring.tokenSeq, slot);
    }

    private void send() {
        final Ring ring = machine.ring;
        passedNs = machine.nowNs;
        if (ring.peers[ring.holder] != null) {
            machine.transmitter.begin(PacketType.TOKEN).putLong(RingPacket.TOKEN_LAST_OFFSET, passedEnd, LITTLE_ENDIAN);
            machine.transmitter.send(ring.peers[ring.holder], RingPacket.TOKEN_LENGTH, TrafficClass.CONTROL);
        }
    }

    void onTimer() {
        if (deadlineNs() <= machine.nowNs) {
            machine.trace(TraceEvent.TOKEN_REPEATED, machine.ring.epoch, machine.ring.tokenSeq, machine.ring.holder);
            send();
        }
    }

    long deadlineNs() {
        return machine.orders() && passedEnd != NONE ? passedNs + 2 * machine.config.joinNs() : Long.MAX_VALUE;
    }
}

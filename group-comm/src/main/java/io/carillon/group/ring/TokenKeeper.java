// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.Check;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Who numbers, and how the token gets from one member to the next. Unless it goes round ({@link Rotation}) it is parked at the
 * busy writer and moves to where the load is (docs/ring.md, section 2).
 *
 * <p>Tokens are numbered by 32 bits, which one that goes round uses up in half a day: later is what is ahead by less than
 * half of them. A packet of half of them ago is an age older than any that could still arrive.
 */
final class TokenKeeper {
    private static final long NONE = -1;
    /** Who wrote so lately is busy still: bursts of a few hundred offers from each member take turns of some milliseconds. */
    static final long BUSY_NS = 20_000_000;

    private final RingMachine machine;
    /** Index at which a token that arrived becomes effective, or NONE. */
    private long awaitedEnd = NONE;
    private int received;
    /** Index with which the token was passed on, or NONE once its receipt is known. */
    private long passedEnd = NONE;
    private long passedNs;
    private int runSlot = Peer.NO_SLOT;
    private int run;
    /** When this member last numbered an offer of its own, or got the token. */
    private long ownOfferNs;

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
        machine.rotation.onInstalled();
    }

    /**
     * What a packet says of the token. Only the token itself makes this member the holder. False for what cannot be:
     * a newer token while it is here.
     */
    boolean onHeader(final int sender, final int tokenSeq, final int holderField) {
        final Ring ring = machine.ring;
        if (!ring.primary) {
            return true;
        }
        final int holder = holderField & RingPacket.HOLDER_MASK;
        final boolean later = isLater(tokenSeq, ring.tokenSeq);
        if (later && (ring.holds || machine.rotation.isHere())) {
            return false;
        }
        if (passedEnd != NONE && sender == ring.holder && !isLater(ring.tokenSeq, tokenSeq)) {
            passedEnd = NONE;
        }
        if (later && holder < ring.size() && holder != ring.self) {
            ring.tokenSeq = tokenSeq;
            ring.holder = holder;
            ring.parked = false;
            passedEnd = NONE;
            if (!ring.rotates) {
                machine.trace(TraceEvent.TOKEN_SEEN, ring.epoch, tokenSeq, holder);
            }
        }
        if (ring.rotates && sender == ring.holder && holder == sender && tokenSeq == ring.tokenSeq) {
            onHolderSays((holderField & RingPacket.PARKED) != 0);
        }
        return true;
    }

    private void onHolderSays(final boolean parked) {
        final boolean news = parked && !machine.ring.parked;
        machine.ring.parked = parked;
        if (news) {
            machine.rotation.onParked();
        }
    }

    private static boolean isLater(final int tokenSeq, final int than) {
        return tokenSeq - than > 0;
    }

    /** The receipt of the token that this member passed on is not known. */
    boolean isUnheard() {
        return passedEnd != NONE;
    }

    void onToken(final int sender, final int tokenSeq, final DirectBuffer buffer, final int offset, final int length) {
        final Ring ring = machine.ring;
        final long last = RingPacket.i64(buffer, offset + RingPacket.TOKEN_LAST_OFFSET);
        final boolean old = isDuplicate(sender, tokenSeq) || !isLater(tokenSeq, ring.tokenSeq) && ring.holder != ring.self;
        if (!machine.orders() || old && !(ring.rotates && machine.bug == PlantedBug.TOKEN_TWICE)
            || last < ring.viewIndex || last < machine.tail.end() || ring.holds || machine.rotation.isHere()
            || ring.rotates && length < RoundWindow.tokenLength(ring.size())) {
            return;
        }
        received = tokenSeq;
        passedEnd = NONE;
        ring.tokenSeq = tokenSeq;
        ring.holder = ring.self;
        if (ring.rotates) {
            machine.rotation.onToken(last, buffer, offset);
            return;
        }
        ring.knownEnd = Math.max(ring.knownEnd, last);
        awaitedEnd = last;
        run = 0;
        ownOfferNs = machine.nowNs;
        // The receipt, so that the sender stops repeating.
        if (ring.peers[sender] != null) {
            machine.transmitter.sendAck(ring.peers[sender]);
        }
        hold();
    }

    private boolean isDuplicate(final int sender, final int tokenSeq) {
        final Ring ring = machine.ring;
        if (!machine.orders() || isLater(tokenSeq, received)) {
            return false;
        }
        machine.trace(TraceEvent.TOKEN_DUPLICATE, ring.epoch, tokenSeq, received);
        if (ring.rotates && ring.peers[sender] != null) {
            machine.transmitter.sendAck(ring.peers[sender]); // it has not heard that the token arrived
        }
        return true;
    }

    /** Begins to number once the log is as long as that of the former holder. */
    void hold() {
        if (machine.ring.rotates) {
            machine.rotation.settle();
            return;
        }
        if (awaitedEnd != NONE && machine.orders()
            && (machine.tail.end() >= awaitedEnd || machine.bug == PlantedBug.TOKEN_BEFORE_LOG)) {
            Check.that(machine.tail.end() <= awaitedEnd, "nobody numbers beside the holder", machine.tail.end(), awaitedEnd);
            awaitedEnd = NONE;
            machine.ring.holds = true;
            machine.trace(TraceEvent.TOKEN_HELD, machine.ring.epoch, machine.ring.tokenSeq, machine.tail.end());
            machine.ordering.onTokenHeld();
        }
    }

    /** This member numbered an offer of its own. */
    void onOwnOffer() {
        run = 0;
        ownOfferNs = machine.nowNs;
    }

    void onForeignOffer(final int slot) {
        run = slot == runSlot ? run + 1 : 1;
        runSlot = slot;
    }

    /** Gives the token to who writes, from who does not any more. */
    void moveWithLoad() {
        if (machine.ring.holds && run >= machine.config.tokenPassAfter() && machine.nowNs - ownOfferNs >= BUSY_NS) {
            run = 0;
            if (canHold(runSlot)) {
                pass(runSlot);
            }
        }
    }

    /** Gives the token to another voter who stays: this member leaves or lost its vote. */
    void giveAway() {
        final Ring ring = machine.ring;
        if (ring.rotates) {
            machine.rotation.giveAway();
            return;
        }
        for (int slot = 0; ring.holds && slot < ring.size(); slot++) {
            if (canHold(slot) && !machine.wishes.wantsToLeave(slot)) {
                pass(slot);
            }
        }
    }

    /** Tells whether the token can go to the member in {@code slot}. */
    boolean canHold(final int slot) {
        final Ring ring = machine.ring;
        final Peer peer = slot < 0 ? null : ring.peers[slot];
        return slot != ring.self && ring.isMember(slot) && ring.weights[slot] > 0 && peer != null && !peer.suspected
            && ring.horizon.acknowledged(slot) >= ring.viewIndex;
    }

    private void pass(final int slot) {
        final Ring ring = machine.ring;
        machine.announcer.announce(Integer.MAX_VALUE); // whoever numbers next has to have it, and nobody announces it after this
        ring.holds = false;
        pass(slot, machine.tail.end());
        machine.trace(TraceEvent.TOKEN_SENT, ring.epoch, ring.tokenSeq, slot);
        machine.offers.sendNew(); // what waits here is the new holder's to number
    }

    /** The token leaves for {@code slot}, with {@code last} as the last index numbered. */
    void pass(final int slot, final long last) {
        final Ring ring = machine.ring;
        ring.tokenSeq++;
        ring.holder = slot;
        passedEnd = last;
        send();
    }

    private void send() {
        final Ring ring = machine.ring;
        passedNs = machine.nowNs;
        if (ring.peers[ring.holder] != null) {
            final ExpandableArrayBuffer packet = machine.transmitter.begin(PacketType.TOKEN);
            packet.putLong(RingPacket.TOKEN_LAST_OFFSET, passedEnd, LITTLE_ENDIAN);
            if (ring.rotates) {
                machine.rotation.writeToken(packet);
            }
            machine.transmitter.send(ring.peers[ring.holder], ring.rotates ? RoundWindow.tokenLength(ring.size())
                : RingPacket.TOKEN_LENGTH, TrafficClass.CONTROL);
        }
    }

    void onTimer() {
        if (deadlineNs() <= machine.nowNs) {
            machine.trace(TraceEvent.TOKEN_REPEATED, machine.ring.epoch, machine.ring.tokenSeq, machine.ring.holder);
            send();
            if (machine.ring.rotates && machine.ring.gone[machine.ring.holder]) {
                // It went to a leaver who did not pass it on, and nobody waits for a leaver.
                machine.gatherer.enter(GatherReason.TOKEN_LOST);
            }
        }
    }

    long deadlineNs() {
        return machine.orders() && passedEnd != NONE ? passedNs + 2 * machine.config.joinNs() : Long.MAX_VALUE;
    }
}

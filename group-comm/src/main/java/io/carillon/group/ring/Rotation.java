// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.Check;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A token that goes round (docs/ring.md, section 2a). On its visit a member numbers its own offers behind the last index that
 * the token names, also while its log lacks some of what is before: those entries are on their way, and its own wait in the
 * order window like anybody's. What more than one member could number, it numbers only with a complete log.
 */
final class Rotation {
    private static final long NEVER = -1;

    private final RingMachine machine;
    private final RoundWindow window;
    private final VisitAwaited await;
    /** The token is here. {@code ring.holds} is set as well when the log is complete. */
    private boolean here;
    private boolean parked;
    private long parkedNs;
    /** Last index numbered in the epoch, while the token is here. */
    private long numbered;
    /** What the token said when it came. */
    private long arrivedLast;
    /** What it said when it last left. */
    private long passedLast = NEVER;
    /** What was numbered a whole round ago is here, or lost. */
    private long roundLast;
    private long visitedNs;
    private int wokenBy = Peer.NO_SLOT;
    private boolean moves;
    /** Own offers up to here are numbered in this epoch. */
    private long ownNumbered;

    Rotation(final RingMachine machine) {
        this.machine = machine;
        this.window = new RoundWindow(machine.config.rotation());
        this.await = new VisitAwaited(machine, this);
    }

    /** The winner is the first holder, and keeps the token until its view is stable and somebody has something to number. */
    void onInstalled() {
        final Ring ring = machine.ring;
        window.onInstalled(ring);
        here = ring.rotates && ring.holds;
        parked = here;
        ring.parked = here;
        parkedNs = machine.nowNs;
        numbered = 0;
        arrivedLast = 0;
        passedLast = NEVER;
        roundLast = Long.MAX_VALUE;
        visitedNs = machine.nowNs;
        wokenBy = Peer.NO_SLOT;
        moves = false;
        ownNumbered = 0;
        await.end();
        if (machine.config.rotation().rotates() && ring.primary && !ring.rotates) {
            machine.trace(TraceEvent.TOKEN_MODE_REFUSED, ring.epoch, ring.size(), 0);
        }
    }

    boolean isHere() {
        return here;
    }

    boolean isParkedHere() {
        return here && parked;
    }

    long end() {
        return Math.max(numbered, machine.tail.end());
    }

    // ---- the token comes

    void onToken(final long last, final DirectBuffer buffer, final int offset) {
        final Ring ring = machine.ring;
        here = true;
        parked = false;
        ring.parked = false;
        wokenBy = Peer.NO_SLOT;
        moves = false;
        numbered = machine.bug == PlantedBug.NUMBERED_FROM_LOG ? machine.tail.end() : last;
        arrivedLast = last;
        roundLast = passedLast == NEVER ? Long.MAX_VALUE : passedLast;
        visitedNs = machine.nowNs;
        await.end();
        if (passedLast != NEVER) {
            ring.knownEnd = Math.max(ring.knownEnd, passedLast);
        }
        window.read(buffer, offset);
        for (int slot = 0; slot < ring.size(); slot++) {
            if (ring.weights[slot] == 0) {
                window.forget(slot);
            }
        }
        window.open(waiting());
        machine.announcer.begin(numbered);
        machine.ordering.heldFrom(numbered);
        settle();
        numberOwn();
    }

    /** The log is as long as what is numbered: entries can be appended as they are numbered. */
    void settle() {
        if (here && !machine.ring.holds && machine.tail.end() >= numbered) {
            Check.that(machine.tail.end() == numbered || machine.bug == PlantedBug.NUMBERED_FROM_LOG,
                "nobody numbers beside the visited", machine.tail.end(), numbered);
            machine.ring.holds = true;
        }
    }

    /** Packets that wait here, about. */
    private int waiting() {
        final OwnOffers own = machine.own;
        return own.count() == own.firstAfter(ownNumbered) ? 0 : 1 + (int) (own.bytes() / Announcer.PACKET_LENGTH);
    }

    private boolean mayNumber() {
        return machine.rotates() && !machine.wishes.hasAskedToLeave()
            && machine.ordering.mayNumber()
            && end() - Math.max(machine.tail.stable(), machine.ring.viewIndex) < Ordering.UNSTABLE_MAX;
    }

    /** Numbers own offers as far as this visit allows. */
    void numberOwn() {
        if (!here || !mayNumber()) {
            return;
        }
        final OwnOffers own = machine.own;
        int nth = own.firstAfter(ownNumbered);
        while (nth < own.count() && mayNumber()) {
            if (!parked && !window.take(own.length(nth))) {
                machine.trace(TraceEvent.WINDOW_FULL, machine.ring.epoch, end(), own.count() - nth);
                return;
            }
            if (!number(nth)) {
                return;
            }
            nth = own.firstAfter(ownNumbered);
        }
    }

    private boolean number(final int nth) {
        final Ring ring = machine.ring;
        final OwnOffers own = machine.own;
        final long seq = own.seq(nth);
        final long index = end() + 1;
        if (ring.holds) {
            machine.ordering.append(ring.self, seq, own.kind(nth), own.buffer(nth), 0, own.length(nth));
        } else if (seq <= machine.offers.sent()
            || !ring.window.put(machine.tail.end(), index, ring.self, seq, own.kind(nth))) {
            // Offered to all before this member had a vote: somebody may have numbered it, as the log would tell.
            return false;
        }
        numbered = index;
        ownNumbered = seq;
        ring.knownEnd = Math.max(ring.knownEnd, index);
        return true;
    }

    // ---- the visit

    /** Numbers, announces, and passes the token on or keeps it; once a batch. */
    void visit() {
        if (!here) {
            return;
        }
        settle();
        numberOwn();
        if (machine.ring.holds) {
            machine.ordering.numberForeign();
        }
        numbered = end();
        if (!parked && !awaitsLog()) {
            decide();
        } else if (machine.announcer.announce(Integer.MAX_VALUE) > 0) {
            parkedNs = machine.nowNs; // who numbers is not idle
            window.onAnnounced();
        }
        if (parked && isWanted()) {
            unpark();
        }
    }

    /** What others offered without a vote, or wish, needs a complete log; it is awaited for a while. */
    private boolean awaitsLog() {
        return !machine.ring.holds && (machine.ordering.hasForeign() || machine.wishes.needToken())
            && machine.nowNs < visitedNs + 2 * machine.config.joinNs() && machine.isOperational();
    }

    private void decide() {
        final int next = next();
        final boolean unsettled = machine.ring.holds && !isSettled();
        if (next == Peer.NO_SLOT || unsettled || isAlone()) {
            park();
        } else {
            pass(next);
        }
    }

    /** Nobody else numbered anything in a whole round, or has anything to number. */
    private boolean isAlone() {
        return machine.ring.holds && arrivedLast == passedLast && window.othersBacklog() == 0 && machine.rotates()
            && !machine.wishes.isLeaving();
    }

    /** A change of the configuration that this member ordered is stable, and the others were told. */
    private boolean isSettled() {
        final Configuration latest = machine.tail.configurations().latest();
        return latest == null || latest.index() <= machine.tail.stable();
    }

    private void park() {
        parked = true;
        parkedNs = machine.nowNs;
        machine.ring.parked = true;
        machine.announcer.announce(Integer.MAX_VALUE);
        machine.trace(TraceEvent.TOKEN_PARKED, machine.ring.epoch, machine.ring.tokenSeq, numbered);
        machine.horizons.sayParked();
    }

    private boolean isWanted() {
        return machine.ring.operational && isSettled() && (wokenBy != Peer.NO_SLOT || moves);
    }

    /** A parked token goes straight to who woke it, and from there on in order. */
    private void unpark() {
        final int next = machine.token.canHold(wokenBy) ? wokenBy : next();
        wokenBy = Peer.NO_SLOT;
        moves = false;
        if (next == Peer.NO_SLOT) {
            parkedNs = machine.nowNs;
            return;
        }
        machine.horizons.acknowledge(); // who left hears from the one that ordered it that it is stable
        window.open(0);
        pass(next);
    }

    /** The token moves on for want of a vote here, or of the will to stay. */
    void giveAway() {
        moves = true;
    }

    private int next() {
        final Ring ring = machine.ring;
        for (int turn = 1; turn < ring.size(); turn++) {
            final int slot = (ring.self + turn) % ring.size();
            if (machine.token.canHold(slot) && !machine.wishes.wantsToLeave(slot)) {
                return slot;
            }
        }
        return Peer.NO_SLOT;
    }

    /** The token goes after the first packets of this visit, and the rest after the token: its next holder need not wait for them. */
    private void pass(final int slot) {
        final Ring ring = machine.ring;
        ring.parked = false;
        final int before = machine.announcer.announce(window.beforeToken());
        window.close(waiting());
        passedLast = machine.bug == PlantedBug.RELEASED_BEFORE_NUMBERING ? arrivedLast : numbered;
        here = false;
        parked = false;
        ring.holds = false;
        machine.token.pass(slot, passedLast);
        if (machine.announcer.announce(Integer.MAX_VALUE) > 0) {
            machine.trace(TraceEvent.RELEASED_EARLY, ring.epoch, ring.tokenSeq, before);
        }
        visitedNs = machine.nowNs;
        await.update();
    }

    void writeToken(final MutableDirectBuffer buffer) {
        window.write(buffer);
    }

    // ---- between visits

    /** Tells whether something waits here for the next visit. */
    boolean waits() {
        return !here && machine.isOperational() && machine.rotates() && waiting() > 0;
    }

    /** Who just got a vote numbers for itself from now on. */
    void onConfiguration() {
        await.update();
    }

    /** An offer was made. */
    void onOwnOffer() {
        if (here) {
            numberOwn();
        } else {
            await.begin();
        }
    }

    /** The holder says that it keeps the token. */
    void onParked() {
        await.onParked();
    }

    void onWake(final int slot) {
        if (here && parked && machine.orders() && wokenBy == Peer.NO_SLOT) {
            wokenBy = slot;
            machine.trace(TraceEvent.TOKEN_WOKEN, machine.ring.epoch, machine.ring.tokenSeq, slot);
        }
    }

    /** May be asked for: while the token goes round, what its last round numbered may be on its way behind it. */
    long askThrough() {
        final Ring ring = machine.ring;
        final boolean goesRound = machine.rotates() && !parked && !ring.parked && machine.nowNs < visitedNs + machine.config.joinNs();
        return goesRound ? Math.min(ring.knownEnd, roundLast) : ring.knownEnd;
    }

    void onTimer() {
        if (!machine.orders() || !machine.ring.rotates) {
            return;
        }
        if (here && parked && machine.nowNs >= parkedNs + machine.config.rotation().holdNs()) {
            parkedNs = machine.nowNs;
            moves = true;
        }
        await.onTimer();
    }

    long deadlineNs() {
        if (!machine.orders() || !machine.ring.rotates) {
            return Long.MAX_VALUE;
        }
        if (!here) {
            return await.deadlineNs();
        }
        if (parked) {
            final boolean movesOn = machine.ring.membersLeft() > 1 && machine.isOperational();
            return movesOn ? parkedNs + machine.config.rotation().holdNs() : Long.MAX_VALUE;
        }
        return visitedNs + 2 * machine.config.joinNs();
    }

    void postpone(final long byNs) {
        await.postpone(byNs);
    }
}

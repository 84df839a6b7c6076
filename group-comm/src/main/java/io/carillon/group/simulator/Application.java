// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.MemberId;
import io.carillon.group.ring.RingCore;
import io.carillon.group.ring.RingView;

/** The layer above one member, as a run leads it: the model of one, or a real one. */
interface Application {
    /** A new life of the process begins; leads to {@link SimulatedNode#join}. */
    void start(MemberId id, boolean keepApplied);

    /** The log was replaced by the group's. */
    void historyDiffers(String what);

    /** Offers something; the core's answer, or what is like it. */
    long offer(RingCore core, long now, Xoshiro256 random, int length);

    /** Begins a message of several fragments, if none is under way. */
    void beginLarge(int parts, int partLength);

    void barrier(RingCore core, long now);

    void barrierAnswered(long number, long index);

    void rejected(long originSeq, long reason);

    /** Everything up to {@code index} is stable; {@code before} was, of this log, when last told. */
    void stable(SimulatedLog log, long before, long index);

    /** A view without majority. */
    void notPrimary(RingView nonPrimary);

    /** Goes on with what it had begun, before the pass ends. */
    void pump(RingCore core, long now);

    /** Takes what happened in the pass. True if there was something: the core may have been called. */
    default boolean deliver() {
        return false;
    }

    /** The pass is over. True if there is more to take. */
    default boolean endPass() {
        return false;
    }

    /** The member has left; the process ends in order after this. */
    default void left() {
    }

    /** Tells whether there is somebody to ask it to leave. */
    default boolean canLeave() {
        return true;
    }

    /** Leaves in order. */
    void leave(RingCore core, long now);

    /** When {@link #onTimer} is due; for ever for never. */
    default long nextDeadlineNs() {
        return Long.MAX_VALUE;
    }

    default void onTimer(final long nowNs) {
    }

    /** Latest stable configuration delivered, or null when not in a primary view. */
    RingView view();

    int pendingOffers();

    /** Own offers that were delivered; 0 where the layer does not count them. */
    default long acknowledged() {
        return 0;
    }

    /** What it lacks to be at rest, beside offers and a view; null for nothing. */
    default String unsettled() {
        return null;
    }

    /** Asked for a vote in this life: its log was as good as a voter's then. */
    default boolean askedForVote() {
        return false;
    }

    /** What lies before the latest configuration that this member has applied. */
    long purgeable();

    long appliedIndex();

    /** The server's data directory is empty. */
    void wipe();

    /** The server forgets what it has not flushed. */
    void loseApplied(Xoshiro256 random, SimulatedLog log);
}

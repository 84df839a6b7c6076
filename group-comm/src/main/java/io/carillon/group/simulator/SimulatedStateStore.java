// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.ring.RingState;
import java.util.ArrayDeque;

/** The few facts that a member must not forget, on a device that takes its time and may die with writes under way. */
final class SimulatedStateStore {
    private final long writeMean;
    private final Xoshiro256 disk;
    private final ArrayDeque<RingState> underWay = new ArrayDeque<>();
    private RingState kept;
    private long lastDoneAt;

    SimulatedStateStore(final long writeMean, final Xoshiro256 disk) {
        this.writeMean = writeMean;
        this.disk = disk;
    }

    /** What a new process finds, or null. */
    RingState kept() {
        return kept;
    }

    /** The newest promise, on the disk or on its way there. */
    long promised() {
        final RingState newest = underWay.isEmpty() ? kept : underWay.peekLast();
        return newest == null ? 0 : newest.promisedEpoch();
    }

    /** A new incarnation begins. */
    void begin(final RingState state) {
        kept = state;
    }

    /** A real store begins to write. */
    void writing(final RingState state) {
        final RingState before = underWay.isEmpty() ? kept : underWay.peekLast();
        Check.that(state.promisedEpoch() >= before.promisedEpoch(), "promises only grow", state.promisedEpoch(), before.promisedEpoch());
        underWay.add(state);
    }

    /** What a real store found: no less than it said that it had written. */
    void found(final RingState state) {
        Check.that(state.self().equals(kept.self()), "an incarnation keeps its id", state.promisedEpoch(), kept.promisedEpoch());
        Check.that(state.promisedEpoch() >= kept.promisedEpoch(), "a promise that was kept is found", state.promisedEpoch(),
            kept.promisedEpoch());
        kept = state;
    }

    /** The process died; what was under way shows when the next one looks. */
    void interrupted() {
        underWay.clear();
    }

    /** Begins to write; the virtual time at which it will be done. Writes end in their order. */
    long write(final RingState state, final long now) {
        final RingState before = underWay.isEmpty() ? kept : underWay.peekLast();
        Check.that(state.promisedEpoch() >= before.promisedEpoch(), "promises only grow", state.promisedEpoch(), before.promisedEpoch());
        Check.that(state.self().equals(before.self()), "an incarnation keeps its id", state.promisedEpoch(), now);
        underWay.add(state);
        lastDoneAt = Math.max(lastDoneAt, now + 1 + (writeMean == 0 ? 0 : disk.exponential(writeMean)));
        return lastDoneAt;
    }

    /** The device has the oldest state under way: kept from now on, whatever happens to the process. */
    void written() {
        final RingState state = underWay.poll();
        Check.that(state != null, "a state is persisted once", lastDoneAt, 0);
        kept = state;
    }

    boolean isWriting() {
        return !underWay.isEmpty();
    }

    /** The process died: of what was under way some may have reached the device, in order. */
    void crash() {
        while (!underWay.isEmpty() && disk.chance(0.5)) {
            kept = underWay.poll();
        }
        underWay.clear();
    }

    /** Nothing that was kept can be relied on. */
    void forget() {
        kept = null;
        underWay.clear();
    }

    /** The process ends in order. */
    void close() {
        while (!underWay.isEmpty()) {
            kept = underWay.poll();
        }
    }
}

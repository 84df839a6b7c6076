// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** When a log that is not the group's may go, and the note that it goes (docs/ring.md, section 4, RECOVERY). */
final class GivenUpLog {
    private final RingMachine machine;
    /** Of the note on the disk, 0 before it is made in the present ring. */
    private long ticket;
    private long before;

    GivenUpLog(final RingMachine machine) {
        this.machine = machine;
    }

    void onInstalled() {
        ticket = 0;
    }

    /**
     * A former voter may hold what it acknowledged as one of few: it gives its log up only once a majority holds the
     * view that takes it in, and with it all that is stable (rule 5).
     */
    boolean mayGo() {
        return holdsNoView() || machine.bug == PlantedBug.LOG_GIVEN_UP_EARLY || isViewStable() && isNoted();
    }

    /** A log without a configuration proves nothing of what its owner has acknowledged. */
    private boolean holdsNoView() {
        return machine.tail.configurations().latest() == null;
    }

    private boolean isViewStable() {
        return machine.ring.reportedHorizon >= machine.ring.viewIndex;
    }

    private boolean isNoted() {
        return ticket != 0 && machine.persistedTicket >= ticket;
    }

    /**
     * What this member knew of the group's configurations goes with its log, and comes back entry by entry: before it
     * goes it is on the disk that the log proves nothing until it has the ring's view.
     */
    void note() {
        if (ticket == 0 && !holdsNoView() && isViewStable()) {
            before = machine.givenUpEpoch;
            machine.givenUpEpoch = machine.ring.epoch;
            ticket = machine.persist(0);
        }
    }

    /** The ring is left; {@code kept} tells that the log was not given up in it, so that it is as good as before. */
    void onPromise(final boolean kept) {
        if (kept && ticket != 0) {
            machine.givenUpEpoch = before;
        }
        ticket = 0;
    }
}

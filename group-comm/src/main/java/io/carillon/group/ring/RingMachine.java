// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import java.util.UUID;

/** What the handlers of one member share: its phase, promise, ring and parts. */
final class RingMachine {
    final RingConfig config;
    final RingEffects effects;
    final MemberId self;
    final PeerTable peers = new PeerTable();
    final PayloadPool pool = new PayloadPool();
    final OwnOffers own = new OwnOffers(pool);
    final LogTail tail;
    final Transmitter transmitter;
    final Horizons horizons;
    final Ordering ordering;
    final OfferSender offers;
    final OrderReceiver orderReceiver;
    final Announcer announcer;
    final TokenKeeper token;
    final Rotation rotation;
    final CatchUp catchUp;
    final PullServer pullServer;
    final ReadBarrier barrier;
    final Wishes wishes;
    final Liveness liveness;
    final Welcome welcome;
    final Gatherer gatherer;
    final Committer committer;
    final Installer installer;

    long nowNs;
    Phase phase = Phase.CLOSED;
    /** Rule 1: nothing of an older epoch is accepted, appended, acknowledged or ordered. */
    long promisedEpoch;
    /** Ring in which the log was given up; a log that ends before that epoch proves nothing (docs/ring.md, section 4). */
    long givenUpEpoch;
    /** Persisted last. */
    long persistedTicket;
    /** Installed last; null before the first, and alone without a majority. */
    Ring ring;
    long wantedSeqno = -1;
    /** History that a founder without entries continues, or null. */
    UUID history;
    byte[] info = {};
    Overrides overrides = Overrides.NONE;
    /** Set once this member was in a primary view since it started. */
    boolean wasPrimary;
    final PlantedBug bug;
    private long ticket;

    RingMachine(final RingConfig config, final RingState restored, final RingLog log, final RingEffects effects,
        final PlantedBug bug) {
        this.bug = bug;
        this.config = config;
        this.effects = effects;
        this.self = restored.self();
        this.promisedEpoch = restored.promisedEpoch();
        this.givenUpEpoch = restored.givenUpEpoch();
        this.tail = new LogTail(this, log, restored.stableIndex());
        this.transmitter = new Transmitter(this);
        this.horizons = new Horizons(this);
        this.ordering = new Ordering(this);
        this.offers = new OfferSender(this);
        this.orderReceiver = new OrderReceiver(this);
        this.announcer = new Announcer(this);
        this.token = new TokenKeeper(this);
        this.rotation = new Rotation(this);
        this.catchUp = new CatchUp(this);
        this.pullServer = new PullServer(this);
        this.barrier = new ReadBarrier(this);
        this.wishes = new Wishes(this);
        this.liveness = new Liveness(this);
        this.welcome = new Welcome(this);
        this.gatherer = new Gatherer(this);
        this.committer = new Committer(this);
        this.installer = new Installer(this);
    }

    /** Tells whether the installed ring may still be worked in: nothing newer is promised. */
    boolean takesPart() {
        return phase != Phase.CLOSED && ring != null
            && (ring.epoch == promisedEpoch || bug == PlantedBug.ACK_AFTER_PROMISE && ring.epoch < promisedEpoch);
    }

    /** Tells whether entries may be ordered, acknowledged and appended. */
    boolean orders() {
        return takesPart() && ring.primary;
    }

    /** Tells whether the own log is part of the group's history: what the others say of an index is true of it, too. */
    boolean follows() {
        return orders() && !catchUp.startsOver();
    }

    /** Tells whether the token goes round and this member is one of those it visits. */
    boolean rotates() {
        return ring.rotates && ring.weights[ring.self] > 0;
    }

    /** Tells whether the view is primary and stable here. */
    boolean isOperational() {
        return orders() && ring.operational;
    }

    /** Makes the promise and the stable index durable. The ticket. */
    long persist() {
        // What a majority has and this log has not yet is not what this log will be found to hold. One without a view proves
        // nothing, and is given up without a note on the disk: it will be found to hold anything.
        return persist(tail.configurations().latest() == null ? 0 : Math.min(tail.stable(), tail.logged()));
    }

    /** The same with a stable index that stays true whatever becomes of the log. */
    long persist(final long stableIndex) {
        effects.persist(++ticket, new RingState(self, promisedEpoch, stableIndex, givenUpEpoch));
        return ticket;
    }

    UUID group() {
        final Configuration latest = tail.configurations().latest();
        return latest == null ? RingDecision.NO_GROUP : latest.group();
    }

    /** Own weight in the latest configuration of the log. */
    int weight() {
        final Configuration latest = tail.configurations().latest();
        return latest == null ? 0 : latest.weightOf(self);
    }

    /** This process stood still for so long: nobody else is to blame for what is late. */
    void postpone(final long byNs) {
        peers.postponeSuspicion(nowNs);
        gatherer.postpone(byNs);
        committer.postpone(byNs);
        installer.postpone(byNs);
        rotation.postpone(byNs);
    }

    void trace(final TraceEvent event, final long a, final long b, final long c) {
        effects.trace(event, a, b, c);
    }

    /** Leaves: nothing is done any more. Open offers are rejected only if no other member can order them any more. */
    void close(final boolean inOrder) {
        phase = Phase.CLOSED;
        barrier.fail(RingResult.CLOSED);
        if (inOrder) {
            ordering.rejectOpen(RingResult.CLOSED);
        }
        effects.left();
    }

    /**
     * The operator's word as this member may use it. To go on with half of the weight, or less, is for who was in the
     * primary view that lost the rest: a member that just started would found a second one before it has looked for the first.
     */
    Overrides word() {
        return wasPrimary ? overrides : new Overrides(false, false, overrides.bootstrap());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import io.carillon.wsrep.NodeState;
import java.util.HashMap;
import java.util.Map;

/**
 * Flow control by leases: a synced node whose apply queue is above the limit asks all members to hold their write
 * sets, for {@link #LEASE_MS}; it repeats that while the queue stays there, and takes it back when the queue is
 * short again. A node that dies, hangs or is cut off therefore holds nobody longer than the lease.
 *
 * <p>Nobody waits for a server that says nothing, which a standing one is: what it misses stays in the log. And one
 * that works off what it missed has the others wait in slices of {@link #HOLD_NS}, with room to write in between: they
 * end only when the node has come nearer since the last one, so that it does catch up.
 */
final class FlowControl {
    /** Long against the time in which a queue is worked off, short against a client's patience. */
    static final int LEASE_MS = 1000;
    private static final long MS = 1_000_000L;
    private static final long RENEW_NS = 400 * MS;
    /** A provider with anything in its queue says how far it is at least every 100 ms. */
    static final long SILENCE_NS = 500 * MS;
    /** The longest gap between commits elsewhere when a server that stood goes on ({@code bench/stall}, stop-server). */
    static final long HOLD_NS = 30 * MS;
    static final long FREE_NS = 5 * MS;

    private final Node node;
    private final CatchingUp catchingUp;
    private final QueueFigures receiveQueue = new QueueFigures();
    private final Map<MemberId, Long> leases = new HashMap<>();
    private boolean requested;
    private long requestedNs;
    private long askedSinceNs;
    /** Seqnos that this node was behind when the latest slice ended, or the first began. */
    private long behind;
    private long freeUntilNs;
    private boolean catchesUp;
    private long heardNs;
    private boolean holding;
    private long heldSinceNs;
    private long resetNs;
    private long pausedNs;
    private long pausedSinceResetNs;
    private long sent;
    private long received;

    FlowControl(final Node node, final long nowNs) {
        this.node = node;
        catchingUp = new CatchingUp(node, nowNs);
        resetNs = nowNs;
        heardNs = nowNs;
        freeUntilNs = nowNs;
    }

    /** The application said something. */
    void heard(final long nowNs) {
        heardNs = nowNs;
    }

    /** A FLOW entry. */
    void flow(final MemberId from, final Control.Flow flow, final long nowNs) {
        if (flow.leaseMs() <= 0) {
            leases.remove(from);
        } else {
            received++;
            leases.put(from, nowNs + Math.min(flow.leaseMs(), LEASE_MS) * MS);
        }
        update(nowNs);
    }

    /** Members changed. */
    void view(final long nowNs) {
        leases.keySet().removeIf(id -> node.state.member(id) == null);
        requested = false;
        update(nowNs);
    }

    /** Nobody is asked and nobody asks. */
    void clear(final long nowNs) {
        leases.clear();
        requested = false;
        update(nowNs);
    }

    /** {@code backlog} write sets wait to be applied here. */
    void measure(final long backlog, final long nowNs) {
        receiveQueue.sample(backlog);
        final boolean needsHelp = catchingUp.needsHelp(nowNs);
        if (!node.isActive()) {
            return;
        }
        final double upper = upperLimit();
        final boolean wanted = (isInStep() && nowNs - heardNs < SILENCE_NS || needsHelp)
            && (requested ? backlog > upper * node.config.flow().factor() : backlog > upper);
        if (!wanted) {
            withdraw(backlog);
            catchesUp = false;
        } else if (requested && nowNs - askedSinceNs >= HOLD_NS && node.behind() < behind) {
            withdraw(backlog);
            behind = node.behind();
            catchesUp = true;
            freeUntilNs = nowNs + FREE_NS;
        } else if (backlog > upper && nowNs - freeUntilNs >= 0 && (!requested || nowNs - requestedNs >= RENEW_NS)) {
            ask(backlog, nowNs);
        }
    }

    /** When {@link #measure} is wanted at the latest; {@code Long.MAX_VALUE} for never. */
    long deadlineNs(final long nowNs) {
        final long nextNs = requested ? askedSinceNs + HOLD_NS : freeUntilNs;
        return (requested || catchesUp) && nextNs - nowNs > 0 ? nextNs : Long.MAX_VALUE;
    }

    private boolean isInStep() {
        return node.ownState == NodeState.SYNCED || node.ownState == NodeState.DONOR && node.config.flow().syncDonor();
    }

    private void ask(final long backlog, final long nowNs) {
        if (!requested) {
            requested = true;
            askedSinceNs = nowNs;
            if (!catchesUp) {
                behind = node.behind();
            }
            sent++;
        }
        requestedNs = nowNs;
        node.send(new Control.Flow((int) Math.min(backlog, Integer.MAX_VALUE), LEASE_MS), Offers.NOBODY);
    }

    private void withdraw(final long backlog) {
        if (requested) {
            requested = false;
            node.send(new Control.Flow((int) Math.min(backlog, Integer.MAX_VALUE), 0), Offers.NOBODY);
        }
    }

    /** As Galera: the more members write, the more each has to take. */
    private double upperLimit() {
        final double scale = node.config.flow().grows() ? Math.sqrt(Math.max(1, node.state.members().size())) : 1;
        return node.config.flow().limit() * scale + 0.5;
    }

    /** Tells whether own write sets must be held now. */
    boolean isHolding(final long nowNs) {
        if (holding) {
            leases.values().removeIf(until -> until - nowNs <= 0);
            update(nowNs);
        }
        return holding;
    }

    private void update(final long nowNs) {
        final boolean hold = !leases.isEmpty();
        if (hold && !holding) {
            heldSinceNs = nowNs;
        } else if (!hold && holding) {
            pausedNs += nowNs - heldSinceNs;
            pausedSinceResetNs += nowNs - Math.max(heldSinceNs, resetNs);
        }
        holding = hold;
    }

    long sent() {
        return sent;
    }

    long received() {
        return received;
    }

    /** Time held, nanoseconds. */
    long pausedNs(final long nowNs) {
        return pausedNs + (holding ? nowNs - heldSinceNs : 0);
    }

    /** Part of the time since {@link #resetAverages} that was spent held, 0 to 1. */
    double paused(final long nowNs) {
        final long held = pausedSinceResetNs + (holding ? nowNs - Math.max(heldSinceNs, resetNs) : 0);
        return nowNs <= resetNs ? 0 : (double) held / (nowNs - resetNs);
    }

    QueueFigures receiveQueue() {
        return receiveQueue;
    }

    void resetAverages(final long nowNs) {
        receiveQueue.reset();
        resetNs = nowNs;
        pausedSinceResetNs = 0;
        sent = 0;
        received = 0;
    }

    void addTo(final StatusSink sink, final long nowNs) {
        sink.add("flow_control_paused_ns", pausedNs(nowNs));
        sink.add("flow_control_paused", paused(nowNs));
        sink.add("flow_control_sent", sent);
        sink.add("flow_control_recv", received);
        sink.add("flow_control_active", Boolean.toString(isHolding(nowNs)));
        sink.add("flow_control_requested", Boolean.toString(requested));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingView;

/** What must happen once nothing fails any more: one primary view of everybody, all of them voters, and every offer from then on delivered everywhere, within a bound of virtual time. */
final class LivenessPhase {
    private static final long S = 1_000_000_000L;
    private static final int ROUND = 5;

    private final Simulator simulator;
    private final long bound;

    LivenessPhase(final Simulator simulator) {
        this.simulator = simulator;
        final SwarmOptions options = simulator.options();
        bound = 60 * S + 20 * (options.ring().suspectNs() + options.ring().installNs());
    }

    void run(final long leastEvents, final long leastMessages) {
        simulator.stopOffering();
        simulator.network().heal();
        for (int i = 0; i < simulator.nodeCount(); i++) {
            final SimulatedNode node = simulator.node(i);
            if (!node.running()) {
                simulator.schedule(0, EventKind.START, i, 0, 0, null);
            } else if (node.paused()) {
                simulator.schedule(0, EventKind.RESUME, i, 0, 0, null);
            }
        }
        await("one primary view of all nodes as voters", this::united);
        do {
            offerRound();
        } while (simulator.history().messages() < leastMessages || simulator.eventNumber() < leastEvents);
    }

    private void offerRound() {
        for (int i = 0; i < simulator.nodeCount(); i++) {
            final SimulatedNode node = simulator.node(i);
            for (int k = 0; k < ROUND; k++) {
                await("an offer is taken", () -> offered(node));
            }
            node.touched();
        }
        await("everything offered is delivered everywhere", this::settled);
    }

    /** A view may still be changing: somebody was missed before the faults ended. */
    private boolean offered(final SimulatedNode node) {
        final boolean able = node.running() && !node.paused();
        return able && node.application().offer(node.core(), node.local(), simulator.workload(), 64) > 0;
    }

    private interface Goal {
        boolean reached();
    }

    private void await(final String what, final Goal goal) {
        final long deadline = simulator.now() + bound;
        while (!goal.reached()) {
            simulator.step();
            Check.that(simulator.now() < deadline, "liveness: " + what + " within ns of virtual time", bound, deadline);
        }
    }

    private boolean united() {
        final RingView view = simulator.history().configuration();
        if (view == null || !settled()) {
            return false;
        }
        for (int i = 0; i < simulator.nodeCount(); i++) {
            final MemberId id = simulator.node(i).self();
            if (GroupHistory.weight(view, id) == 0) {
                return false;
            }
        }
        return view.members().stream().filter(member -> member.weight() > 0).count() == simulator.nodeCount();
    }

    private boolean settled() {
        final long end = simulator.history().stableIndex();
        for (int i = 0; i < simulator.nodeCount(); i++) {
            final SimulatedNode node = simulator.node(i);
            if (!node.running() || node.paused() || node.leaving() || node.reportedStable() != end || node.log().endIndex() != end || node.application().view() == null
                || node.application().pendingOffers() != 0) {
                return false;
            }
        }
        return true;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.RingView;

/**
 * What must happen once nothing fails any more: one primary view of everybody, all of them voters, and every offer
 * from then on delivered everywhere, within a bound of virtual time. In some runs first the same of a core alone ({@link Outsiders}), the
 * servers of whole nodes included.
 */
final class LivenessPhase {
    private static final long S = 1_000_000_000L;
    private static final int ROUND = 5;
    private static final String UNTOLD = "something";
    private static final String UNITED = "one primary view of all nodes as voters";
    private static final String DELIVERED = "everything offered is delivered everywhere";

    private final Simulator simulator;
    private final long bound;

    LivenessPhase(final Simulator simulator) {
        this.simulator = simulator;
        final SwarmOptions options = simulator.options();
        bound = 60 * S + 20 * (options.ring().suspectNs() + options.ring().installNs());
    }

    void run(final long leastEvents, final long leastMessages) {
        simulator.stopOffering();
        final Outsiders outsiders = simulator.outsiders();
        if (outsiders.choose()) {
            simulator.network().heal();
            simulator.healHosts();
            outsiders.isolate();
            startAndResume();
            outsiders.release(wentOn());
        }
        simulator.network().heal();
        simulator.healHosts();
        startAndResume();
        await(UNITED, this::toUnite);
        if (simulator.options().directions().odd().stream().anyMatch(Directions.Odd::far)) {
            simulator.marks().hit(Mark.FAR_MEMBER);
        }
        do {
            offerRound();
            await(DELIVERED, this::toSettle);
        } while (simulator.history().messages() < leastMessages || simulator.eventNumber() < leastEvents);
    }

    private void startAndResume() {
        for (int i = 0; i < simulator.nodeCount(); i++) {
            final SimulatedNode node = simulator.node(i);
            if (!node.running()) {
                simulator.schedule(0, EventKind.START, i, 0, 0, null);
            } else if (node.paused() && !isOutside(i)) {
                simulator.schedule(0, EventKind.RESUME, i, 0, 0, null);
            }
        }
    }

    private boolean isOutside(final int node) {
        return simulator.outsiders().has(node);
    }

    /** False if the core rightly waits for somebody. */
    private boolean wentOn() {
        boolean isSo = await("core: " + UNITED, this::toUnite);
        for (int round = simulator.outsiders().rounds(); isSo && round > 0; round--) {
            isSo = offerRound() && await("core: " + DELIVERED, this::toSettle);
        }
        return isSo;
    }

    private boolean offerRound() {
        for (int i = 0; i < simulator.nodeCount(); i++) {
            if (isOutside(i)) {
                continue;
            }
            final SimulatedNode node = simulator.node(i);
            final String refused = "node " + node.number() + " takes none";
            for (int k = 0; k < ROUND; k++) {
                if (!await("an offer is taken", told -> !told && offered(node) ? null : refused)) {
                    return false;
                }
            }
            node.touched();
        }
        return true;
    }

    /** A view may still be changing: somebody was missed before the faults ended. */
    private boolean offered(final SimulatedNode node) {
        final boolean able = node.running() && !node.paused();
        return able && node.application().offer(node.core(), node.local(), simulator.workload(), 64) > 0;
    }

    private interface Goal {
        /** What is missing until it is reached, or null. It is asked after every event, and put into words when {@code told}. */
        String missing(boolean told);
    }

    /** False if a core rightly waits. */
    private boolean await(final String what, final Goal goal) {
        if (reached(goal)) {
            return true;
        }
        if (simulator.outsiders().coreMayWait()) {
            return false;
        }
        throw new GroupHistory.Violated("liveness: " + what + " within " + bound / S + " s of virtual time: " + goal.missing(true));
    }

    private boolean reached(final Goal goal) {
        final long deadline = simulator.now() + bound;
        while (goal.missing(false) != null) {
            if (simulator.now() >= deadline) {
                return false;
            }
            simulator.step();
        }
        return true;
    }

    private String toUnite(final boolean told) {
        final String unsettled = toSettle(told);
        if (unsettled != null) {
            return unsettled;
        }
        final RingView view = simulator.history().configuration();
        long wanted = 0;
        for (int i = 0; i < simulator.nodeCount(); i++) {
            if (!isOutside(i)) {
                wanted++;
                if (view == null || GroupHistory.weight(view, simulator.node(i).self()) == 0) {
                    return "node " + i + " is no voter";
                }
            }
        }
        final long voters = view.members().stream().filter(member -> member.weight() > 0).count();
        return voters == wanted ? null : voters + " voters";
    }

    private String toSettle(final boolean told) {
        for (int i = 0; i < simulator.nodeCount(); i++) {
            final String unsettled = isOutside(i) ? null : unsettled(simulator.node(i), told);
            if (unsettled != null) {
                return told ? "node " + i + " " + unsettled : UNTOLD;
            }
        }
        return null;
    }

    private String unsettled(final SimulatedNode node, final boolean told) {
        if (!node.running() || node.paused() || node.leaving()) {
            return "is down, paused or leaving";
        }
        final long end = simulator.history().stableIndex();
        if (node.reportedStable() != end || node.log().endIndex() != end) {
            return !told ? UNTOLD : "has " + node.log().endIndex() + " entries, " + node.reportedStable() + " stable of " + end;
        }
        if (node.application().view() == null) {
            return "is in no primary view";
        }
        final String application = node.application().unsettled();
        if (application != null) {
            return application;
        }
        final int pending = node.application().pendingOffers();
        if (pending == 0) {
            return null;
        }
        return !told ? UNTOLD : "waits for " + pending + " offers, " + node.core().offeredBytes() + " bytes of which are open";
    }
}

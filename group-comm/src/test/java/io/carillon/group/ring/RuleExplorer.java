// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.LongHashSet;

/**
 * Visits every reachable state of three nodes and two further rings under given decision rules, with every
 * interleaving of ordering, logging, acknowledging, learning what is stable, promising and installing, any message
 * lost or late. What any node ever calls stable must be one history.
 *
 * <p>Acknowledgements, order records and horizons never disappear once sent (they may arrive at any time before the
 * receiver promises a newer ring), so the explorer keeps the furthest one.
 */
final class RuleExplorer {
    private static final int NODES = ExploredState.NODES;

    private final ExploredRules rules;
    private final LongHashSet visited = new LongHashSet(1 << 20, 0.6f, true);
    private final ArrayDeque<Step> path = new ArrayDeque<>();
    private final int configurationAfterChange;

    /** {@code configurationAfterChange} is what the one ordered change of configuration makes, 0 for no change. */
    RuleExplorer(final ExploredRules rules, final int configurationAfterChange) {
        this.rules = rules;
        this.configurationAfterChange = configurationAfterChange;
    }

    /** A step of the path to the state at hand; text only for a counterexample. */
    private record Step(int node, String verb, int what) {
        @Override
        public String toString() {
            return node + " " + verb + " " + what;
        }
    }

    /** A history in which something stable is lost. */
    static final class Counterexample extends RuntimeException {
        private static final long serialVersionUID = 1;

        Counterexample(final String what) {
            super(what);
        }
    }

    /**
     * Explores from a first ring of all three nodes with the given weights, {@code data} further entries in all. The
     * number of states; throws {@link Counterexample}.
     */
    long explore(final int configuration, final int data) {
        return explore(configuration, data, 0);
    }

    /** The same, where {@code losses} members lose their memory. */
    long explore(final int configuration, final int data, final int losses) {
        final ExploredState first = ExploredState.first(configuration, data, configurationAfterChange == 0 ? 0 : 1);
        first.lossesLeft = losses;
        visit(first);
        return visited.size();
    }

    private void visit(final ExploredState state) {
        if (!visited.add(state.fingerprint())) {
            return;
        }
        for (int node = 0; node < NODES; node++) {
            final int ring = state.ring[node];
            if (state.installed[node]) {
                order(state, node, ring);
                replicate(state, node, ring);
                claim(state, node, ring);
                hear(state, node, ring);
            } else if (ring != ExploredState.NONE) {
                install(state, node, ring);
            }
            if (state.lossesLeft > 0) {
                final ExploredState next = state.copy();
                next.forget(node, rules.trustsWhoForgot());
                step(node, "loses its memory in ring", ring, next);
            }
            if (rules.logsAfterPromise()) {
                logOld(state, node);
            }
        }
        for (int ring = 1; ring < state.ringCount; ring++) {
            promise(state, ring);
        }
        if (state.ringCount < ExploredState.RINGS) {
            for (int members = 1; members < 8; members++) {
                final ExploredState next = state.copy();
                next.begin(members);
                step(members, "are the members (a bit set) of new ring", state.ringCount, next);
            }
        }
    }

    private void step(final int node, final String verb, final int what, final ExploredState next) {
        path.addLast(new Step(node, verb, what));
        visit(next);
        path.removeLast();
    }

    private void order(final ExploredState state, final int node, final int ring) {
        if (state.rings[ring].decision.winner() != node || ExploredLog.length(state.log[node]) == ExploredLog.LENGTH_MAX) {
            return;
        }
        final int view = ExploredLog.viewOf(state.log[node], ring);
        if (state.stable[node] < view) {
            return;
        }
        if (state.dataLeft > 0) {
            final ExploredState next = state.copy();
            next.dataLeft--;
            next.append(node, ring, ExploredLog.entry(ring, ExploredLog.DATA, 0));
            step(node, "orders data in ring", ring, next);
        }
        final int last = ExploredLog.configurationIndex(state.log[node], ExploredLog.length(state.log[node]));
        if (state.changesLeft > 0 && last <= state.stable[node]) {
            final ExploredState next = state.copy();
            next.changesLeft--;
            next.append(node, ring, ExploredLog.entry(ring, ExploredLog.CONFIG, configurationAfterChange));
            step(node, "orders a change of configuration in ring", ring, next);
        }
    }

    private void replicate(final ExploredState state, final int node, final int ring) {
        final int length = ExploredLog.length(state.log[node]);
        if (length < ExploredLog.length(state.rings[ring].log)) {
            final ExploredState next = state.copy();
            next.append(node, ring, ExploredLog.at(state.rings[ring].log, length + 1));
            step(node, "logs the next entry of ring", ring, next);
        }
    }

    /** Broken on purpose: a member that promised a newer ring still logs and acknowledges what its old one orders. */
    private void logOld(final ExploredState state, final int node) {
        final int length = ExploredLog.length(state.log[node]);
        for (int ring = 0; ring < state.ring[node]; ring++) {
            final long log = state.rings[ring].log;
            if (length < ExploredLog.length(log) && ExploredLog.prefix(log, length) == state.log[node]
                && ExploredLog.viewOf(state.log[node], ring) > 0) {
                final ExploredState next = state.copy();
                next.append(node, ring, ExploredLog.at(log, length + 1));
                step(node, "logs the next entry of its former ring", ring, next);
            }
        }
    }

    /**
     * By the acknowledgements, of which any may be missing yet. Between two configurations nobody decides differently for
     * knowing a little less, so only the furthest index and those of configurations are stops.
     */
    private void claim(final ExploredState state, final int node, final int ring) {
        if (ExploredLog.viewOf(state.log[node], ring) == 0) {
            return;
        }
        final ExploredState.Ring in = state.rings[ring];
        final int proven = rules.stable(state.log[node], ring, state.stable[node], state.votes(ring), in.decision.previous(),
            state.epochs);
        for (int stable = state.stable[node] + 1; stable <= proven; stable++) {
            if (stable == proven || ExploredLog.isConfiguration(ExploredLog.at(state.log[node], stable))) {
                callStable(state, node, ring, stable);
            }
        }
    }

    /** By the word of another member of the ring, as far as the own log goes. */
    private void hear(final ExploredState state, final int node, final int ring) {
        final int told = Math.min(state.rings[ring].horizon, ExploredLog.length(state.log[node]));
        if (told > state.stable[node]) {
            callStable(state, node, ring, told);
        }
    }

    private void callStable(final ExploredState state, final int node, final int ring, final int stable) {
        final ExploredState next = state.copy();
        next.stable[node] = stable;
        next.rings[ring].horizon = Math.max(next.rings[ring].horizon, stable);
        final long claimed = ExploredLog.prefix(state.log[node], stable);
        final int common = ExploredLog.commonLength(claimed, state.history);
        if (common < Math.min(stable, ExploredLog.length(state.history))) {
            throw counterexample(node + " calls " + stable + " stable in ring " + ring, next);
        }
        if (stable > ExploredLog.length(state.history)) {
            next.history = claimed;
        }
        step(node, "calls stable", stable, next);
    }

    private void promise(final ExploredState state, final int number) {
        final ExploredState.Ring ring = state.rings[number];
        for (int node = 0; node < NODES; node++) {
            final int bit = 1 << node;
            if ((ring.members & bit) == 0 || (ring.promised & bit) != 0
                || state.firstRing[node] > number || state.promisedEpoch(node) >= state.epochs[number]) {
                continue;
            }
            final ExploredState next = state.copy();
            final ExploredState.Ring promised = next.rings[number];
            promised.promised |= bit;
            promised.reportedLog[node] = state.log[node];
            promised.reportedStable[node] = state.stable[node];
            next.ring[node] = number;
            next.installed[node] = false;
            if (promised.isComplete()) {
                decide(promised, next.membersOf(number), state.epochs);
            }
            step(node, "promises ring", number, next);
        }
    }

    private void decide(final ExploredState.Ring ring, final int members, final int[] epochs) {
        ring.decision = rules.decide(members, ring.reportedLog, ring.reportedStable, epochs);
        if (ring.decision.winner() >= 0) {
            ring.log = ring.reportedLog[ring.decision.winner()];
        }
        Arrays.fill(ring.reportedLog, 0);
        Arrays.fill(ring.reportedStable, 0);
    }

    private void install(final ExploredState state, final int node, final int number) {
        final ExploredState.Ring ring = state.rings[number];
        if (!ring.isComplete() || ring.decision.winner() < 0) {
            return;
        }
        final ExploredState next = state.copy();
        next.installed[node] = true;
        if (ring.decision.winner() == node) {
            if (ExploredLog.length(state.log[node]) == ExploredLog.LENGTH_MAX) {
                return;
            }
            next.append(node, number, ExploredLog.entry(number, ExploredLog.VIEW, ring.decision.configuration()));
        } else {
            next.log[node] = ExploredLog.prefix(state.log[node], rules.common(state.log[node], ring.log, state.epochs));
        }
        if (next.stable[node] > ExploredLog.length(next.log[node])) {
            throw counterexample(node + " installs ring " + number + " and cuts off what it called stable", next);
        }
        next.rings[number].horizon = Math.max(next.rings[number].horizon, next.stable[node]);
        step(node, "installs ring", number, next);
    }

    private Counterexample counterexample(final String last, final ExploredState state) {
        final List<String> text = new ArrayList<>();
        path.forEach(step -> text.add(step.toString()));
        text.add(last + " but the stable history is" + ExploredLog.text(state.history));
        for (int node = 0; node < NODES; node++) {
            text.add("log of " + node + ":" + ExploredLog.text(state.log[node]) + ", stable " + state.stable[node]);
        }
        return new Counterexample(String.join(System.lineSeparator(), text));
    }
}

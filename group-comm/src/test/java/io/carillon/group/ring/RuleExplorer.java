// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.LongHashSet;

/**
 * Visits every reachable state of three nodes and two further rings under given decision rules, with every
 * interleaving of ordering, logging, acknowledging, learning what is stable, promising and installing, any message
 * lost or late. What any node ever calls stable must be one history.
 *
 * <p>Acknowledgements and order records never disappear once sent (they may arrive at any time before the receiver
 * promises a newer ring), so the explorer keeps the furthest one.
 */
final class RuleExplorer {
    private static final int NODES = 3;
    private static final int RINGS = 3;

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

    /** One state; copied for every step. */
    private static final class State {
        final long[] log = new long[NODES];
        final int[] ring = new int[NODES];
        final boolean[] installed = new boolean[NODES];
        final int[] stable = new int[NODES];
        final Ring[] rings = new Ring[RINGS];
        int ringCount;
        long history;
        int dataLeft;
        int changesLeft;

        State copy() {
            final State copy = new State();
            for (int node = 0; node < NODES; node++) {
                copy.log[node] = log[node];
                copy.ring[node] = ring[node];
                copy.installed[node] = installed[node];
                copy.stable[node] = stable[node];
            }
            for (int i = 0; i < ringCount; i++) {
                copy.rings[i] = rings[i].copy();
            }
            copy.ringCount = ringCount;
            copy.history = history;
            copy.dataLeft = dataLeft;
            copy.changesLeft = changesLeft;
            return copy;
        }

        long fingerprint() {
            long h = mix(history, dataLeft * 4L + changesLeft);
            for (int node = 0; node < NODES; node++) {
                h = mix(h, log[node]);
                h = mix(h, ring[node] * 64L + stable[node] * 2L + (installed[node] ? 1 : 0));
            }
            for (int i = 0; i < ringCount; i++) {
                h = rings[i].fingerprint(h);
            }
            return h == 0 ? 1 : h;
        }
    }

    /** A ring that was begun. */
    private static final class Ring {
        int epoch;
        int members;
        int promised;
        int winner = ExploredRules.NOT_PRIMARY;
        int configuration;
        long log;
        final int[] acked = new int[NODES];
        final long[] reportedLog = new long[NODES];
        final int[] reportedStable = new int[NODES];

        Ring copy() {
            final Ring copy = new Ring();
            copy.epoch = epoch;
            copy.members = members;
            copy.promised = promised;
            copy.winner = winner;
            copy.configuration = configuration;
            copy.log = log;
            for (int node = 0; node < NODES; node++) {
                copy.acked[node] = acked[node];
                copy.reportedLog[node] = reportedLog[node];
                copy.reportedStable[node] = reportedStable[node];
            }
            return copy;
        }

        boolean complete() {
            return promised == members;
        }

        long fingerprint(final long before) {
            long h = mix(before, epoch | members << 4 | promised << 8 | winner << 12 | configuration << 16);
            h = mix(h, log);
            for (int node = 0; node < NODES; node++) {
                h = mix(h, acked[node]);
                h = mix(h, reportedLog[node]);
                h = mix(h, reportedStable[node]);
            }
            return h;
        }
    }

    private static long mix(final long h, final long value) {
        final long x = (h ^ value) * 0x9FB21C651E98DF25L;
        return x ^ x >>> 29 ^ x << 17;
    }

    /**
     * Explores from a first ring of all three nodes with the given weights, {@code data} further entries in all. The
     * number of states; throws {@link Counterexample}.
     */
    long explore(final int configuration, final int data) {
        final State first = new State();
        final Ring ring = new Ring();
        ring.epoch = 1;
        ring.members = 7;
        ring.promised = 7;
        ring.winner = 0;
        ring.configuration = configuration;
        ring.log = ExploredLog.append(0, ExploredLog.entry(0, ExploredLog.VIEW, configuration));
        first.rings[0] = ring;
        first.ringCount = 1;
        first.history = ring.log;
        for (int node = 0; node < NODES; node++) {
            first.log[node] = ring.log;
            first.installed[node] = true;
            first.stable[node] = 1;
            ring.acked[node] = 1;
        }
        first.dataLeft = data;
        first.changesLeft = configurationAfterChange == 0 ? 0 : 1;
        visit(first);
        return visited.size();
    }

    private void visit(final State state) {
        if (!visited.add(state.fingerprint())) {
            return;
        }
        for (int node = 0; node < NODES; node++) {
            final int ring = state.ring[node];
            if (state.installed[node]) {
                order(state, node, ring);
                replicate(state, node, ring);
                claim(state, node, ring);
            } else {
                install(state, node, ring);
            }
            if (rules.logsAfterPromise()) {
                logOld(state, node);
            }
        }
        for (int ring = 1; ring < state.ringCount; ring++) {
            promise(state, ring);
        }
        if (state.ringCount < RINGS) {
            for (int members = 1; members < 8; members++) {
                begin(state, members);
            }
        }
    }

    private void step(final int node, final String verb, final int what, final State next) {
        path.addLast(new Step(node, verb, what));
        visit(next);
        path.removeLast();
    }

    private void order(final State state, final int node, final int ring) {
        if (state.rings[ring].winner != node || ExploredLog.length(state.log[node]) == ExploredLog.LENGTH_MAX) {
            return;
        }
        final int view = ExploredLog.viewOf(state.log[node], ring);
        if (state.stable[node] < view) {
            return;
        }
        if (state.dataLeft > 0) {
            final State next = state.copy();
            next.dataLeft--;
            append(next, node, ring, ExploredLog.entry(ring, ExploredLog.DATA, 0));
            step(node, "orders data in ring", ring, next);
        }
        final int last = ExploredLog.configurationIndex(state.log[node], ExploredLog.length(state.log[node]));
        if (state.changesLeft > 0 && last <= state.stable[node]) {
            final State next = state.copy();
            next.changesLeft--;
            append(next, node, ring, ExploredLog.entry(ring, ExploredLog.CONFIG, configurationAfterChange));
            step(node, "orders a change of configuration in ring", ring, next);
        }
    }

    private static void append(final State next, final int node, final int ring, final int entry) {
        next.log[node] = ExploredLog.append(next.log[node], entry);
        final Ring in = next.rings[ring];
        if (ExploredLog.length(next.log[node]) > ExploredLog.length(in.log)) {
            in.log = next.log[node];
        }
        if (ExploredLog.viewOf(next.log[node], ring) > 0) {
            in.acked[node] = ExploredLog.length(next.log[node]);
        }
    }

    private void replicate(final State state, final int node, final int ring) {
        final int length = ExploredLog.length(state.log[node]);
        if (length < ExploredLog.length(state.rings[ring].log)) {
            final State next = state.copy();
            append(next, node, ring, ExploredLog.at(state.rings[ring].log, length + 1));
            step(node, "logs the next entry of ring", ring, next);
        }
    }

    /** Broken on purpose: a member that promised a newer ring still logs and acknowledges what its old one orders. */
    private void logOld(final State state, final int node) {
        final int length = ExploredLog.length(state.log[node]);
        for (int ring = 0; ring < state.ring[node]; ring++) {
            final long log = state.rings[ring].log;
            if (length < ExploredLog.length(log) && ExploredLog.prefix(log, length) == state.log[node]
                && ExploredLog.viewOf(state.log[node], ring) > 0) {
                final State next = state.copy();
                append(next, node, ring, ExploredLog.at(log, length + 1));
                step(node, "logs the next entry of its former ring", ring, next);
            }
        }
    }

    private void claim(final State state, final int node, final int ring) {
        if (ExploredLog.viewOf(state.log[node], ring) == 0) {
            return;
        }
        final int stable = rules.stable(state.log[node], ring, state.stable[node], state.rings[ring].acked);
        if (stable <= state.stable[node]) {
            return;
        }
        final State next = state.copy();
        next.stable[node] = stable;
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

    private void begin(final State state, final int members) {
        int epoch = 0;
        for (int node = 0; node < NODES; node++) {
            if ((members >> node & 1) != 0) {
                epoch = Math.max(epoch, state.rings[state.ring[node]].epoch);
            }
        }
        final State next = state.copy();
        final Ring ring = new Ring();
        ring.epoch = epoch + 1;
        ring.members = members;
        next.rings[next.ringCount++] = ring;
        step(members, "are the members (a bit set) of new ring", state.ringCount, next);
    }

    private void promise(final State state, final int number) {
        final Ring ring = state.rings[number];
        for (int node = 0; node < NODES; node++) {
            final int bit = 1 << node;
            if ((ring.members & bit) == 0 || (ring.promised & bit) != 0 || state.rings[state.ring[node]].epoch >= ring.epoch) {
                continue;
            }
            final State next = state.copy();
            final Ring promised = next.rings[number];
            promised.promised |= bit;
            promised.reportedLog[node] = state.log[node];
            promised.reportedStable[node] = state.stable[node];
            next.ring[node] = number;
            next.installed[node] = false;
            if (promised.complete()) {
                decide(promised);
            }
            step(node, "promises ring", number, next);
        }
    }

    private void decide(final Ring ring) {
        ring.winner = rules.winner(ring.members, ring.reportedLog, ring.reportedStable);
        if (ring.winner >= 0) {
            ring.log = ring.reportedLog[ring.winner];
            final int last = ExploredLog.configurationIndex(ring.log, ExploredLog.length(ring.log));
            ring.configuration = ExploredLog.restrict(ExploredLog.configuration(ExploredLog.at(ring.log, last)), ring.members);
        }
        java.util.Arrays.fill(ring.reportedLog, 0);
        java.util.Arrays.fill(ring.reportedStable, 0);
    }

    private void install(final State state, final int node, final int number) {
        final Ring ring = state.rings[number];
        if (!ring.complete() || ring.winner < 0) {
            return;
        }
        final State next = state.copy();
        next.installed[node] = true;
        if (ring.winner == node) {
            if (ExploredLog.length(state.log[node]) == ExploredLog.LENGTH_MAX) {
                return;
            }
            append(next, node, number, ExploredLog.entry(number, ExploredLog.VIEW, ring.configuration));
        } else {
            next.log[node] = ExploredLog.prefix(state.log[node], ExploredLog.commonLength(state.log[node], ring.log));
        }
        if (next.stable[node] > ExploredLog.length(next.log[node])) {
            throw counterexample(node + " installs ring " + number + " and cuts off what it called stable", next);
        }
        step(node, "installs ring", number, next);
    }

    private Counterexample counterexample(final String last, final State state) {
        final List<String> text = new ArrayList<>();
        path.forEach(step -> text.add(step.toString()));
        text.add(last + " but the stable history is" + ExploredLog.text(state.history));
        for (int node = 0; node < NODES; node++) {
            text.add("log of " + node + ":" + ExploredLog.text(state.log[node]) + ", stable " + state.stable[node]);
        }
        return new Counterexample(String.join(System.lineSeparator(), text));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** One state of the exploration: three nodes and the rings begun so far; copied for every step. */
final class ExploredState {
    static final int NODES = 3;
    static final int RINGS = 3;
    static final int NONE = -1;

    final long[] log = new long[NODES];
    /** The ring promised last, by node; {@link #NONE} where the present incarnation has promised none. */
    final int[] ring = new int[NODES];
    /** The present incarnation of a node takes part in no ring before this one: an earlier one of it did. */
    final int[] firstRing = new int[NODES];
    final boolean[] installed = new boolean[NODES];
    final int[] stable = new int[NODES];
    final Ring[] rings = new Ring[RINGS];
    final int[] epochs = new int[RINGS];
    int ringCount;
    /** What anybody ever called stable. */
    long history;
    int dataLeft;
    int changesLeft;
    /** How many members may still lose their memory. */
    int lossesLeft;

    /** All nodes are in ring 0, whose VIEW is stable everywhere. */
    static ExploredState first(final int configuration, final int data, final int changes) {
        final ExploredState first = new ExploredState();
        final Ring ring = new Ring();
        ring.members = 7;
        ring.promised = 7;
        ring.decision = new ExploredRules.Decision(0, configuration, 0);
        ring.log = ExploredLog.append(0, ExploredLog.entry(0, ExploredLog.VIEW, configuration));
        ring.horizon = 1;
        first.rings[0] = ring;
        first.epochs[0] = 1;
        first.ringCount = 1;
        first.history = ring.log;
        for (int node = 0; node < NODES; node++) {
            first.log[node] = ring.log;
            first.installed[node] = true;
            first.stable[node] = 1;
            ring.acked[node] = 1;
        }
        first.dataLeft = data;
        first.changesLeft = changes;
        return first;
    }

    ExploredState copy() {
        final ExploredState copy = new ExploredState();
        for (int node = 0; node < NODES; node++) {
            copy.log[node] = log[node];
            copy.ring[node] = ring[node];
            copy.firstRing[node] = firstRing[node];
            copy.installed[node] = installed[node];
            copy.stable[node] = stable[node];
        }
        for (int number = 0; number < ringCount; number++) {
            copy.rings[number] = rings[number].copy();
            copy.epochs[number] = epochs[number];
        }
        copy.ringCount = ringCount;
        copy.history = history;
        copy.dataLeft = dataLeft;
        copy.changesLeft = changesLeft;
        copy.lossesLeft = lossesLeft;
        return copy;
    }

    /** Epoch of what {@code node} has promised. */
    int promisedEpoch(final int node) {
        return ring[node] == NONE ? 0 : epochs[ring[node]];
    }

    /** The members of ring {@code number}, and in the next bits those of them that are new incarnations. */
    int membersOf(final int number) {
        int set = rings[number].members;
        for (int node = 0; node < NODES; node++) {
            final boolean anew = firstRing[node] > 0 && number >= firstRing[node] && (rings[number].members >> node & 1) != 0;
            set |= anew ? 1 << NODES + node : 0;
        }
        return set;
    }

    /** The member's memory is gone: its log but for the first entry, and who it was unless {@code trusted} to have kept it. */
    void forget(final int node, final boolean trusted) {
        lossesLeft--;
        log[node] = trusted ? ExploredLog.prefix(log[node], 1) : 0;
        stable[node] = ExploredLog.length(log[node]);
        ring[node] = NONE;
        installed[node] = false;
        firstRing[node] = trusted ? 0 : ringCount;
    }

    /** Acknowledgements in ring {@code number} of those whom its configurations may name: not of later incarnations. */
    int[] votes(final int number) {
        final int[] votes = rings[number].acked.clone();
        for (int node = 0; node < NODES; node++) {
            if (firstRing[node] > 0 && number >= firstRing[node]) {
                votes[node] = 0;
            }
        }
        return votes;
    }

    /** Begins a ring of {@code members}, a bit set; its epoch is above what they promised. */
    void begin(final int members) {
        int epoch = 0;
        for (int node = 0; node < NODES; node++) {
            if ((members >> node & 1) != 0) {
                epoch = Math.max(epoch, promisedEpoch(node));
            }
        }
        epochs[ringCount] = epoch + 1;
        final Ring begun = new Ring();
        begun.members = members;
        rings[ringCount++] = begun;
    }

    /** {@code node} appends {@code entry} in {@code number}, and says so to whom it concerns. */
    void append(final int node, final int number, final int entry) {
        log[node] = ExploredLog.append(log[node], entry);
        final Ring in = rings[number];
        if (ExploredLog.length(log[node]) > ExploredLog.length(in.log)) {
            in.log = log[node];
        }
        if (ExploredLog.viewOf(log[node], number) > 0) {
            in.acked[node] = ExploredLog.length(log[node]);
        }
    }

    long fingerprint() {
        long h = mix(history, lossesLeft * 64L + dataLeft * 4L + changesLeft);
        for (int node = 0; node < NODES; node++) {
            h = mix(h, log[node]);
            h = mix(h, (ring[node] * 4L + firstRing[node]) * 64L + stable[node] * 2L + (installed[node] ? 1 : 0));
        }
        for (int number = 0; number < ringCount; number++) {
            h = rings[number].fingerprint(mix(h, epochs[number]));
        }
        return h == 0 ? 1 : h;
    }

    private static long mix(final long h, final long value) {
        final long x = (h ^ value) * 0x9FB21C651E98DF25L;
        return x ^ x >>> 29 ^ x << 17;
    }

    /** A ring that was begun. Whatever was said in it may still arrive, so the furthest of each is kept. */
    static final class Ring {
        int members;
        int promised;
        ExploredRules.Decision decision = ExploredRules.Decision.NONE;
        long log;
        /** The furthest that a member said to be stable. */
        int horizon;
        final int[] acked = new int[NODES];
        final long[] reportedLog = new long[NODES];
        final int[] reportedStable = new int[NODES];

        private Ring copy() {
            final Ring copy = new Ring();
            copy.members = members;
            copy.promised = promised;
            copy.decision = decision;
            copy.log = log;
            copy.horizon = horizon;
            for (int node = 0; node < NODES; node++) {
                copy.acked[node] = acked[node];
                copy.reportedLog[node] = reportedLog[node];
                copy.reportedStable[node] = reportedStable[node];
            }
            return copy;
        }

        boolean isComplete() {
            return promised == members;
        }

        private long fingerprint(final long before) {
            long h = mix(before, members | promised << 4 | decision.winner() << 8 | decision.configuration() << 12 | horizon << 20);
            h = mix(mix(h, log), decision.previous());
            for (int node = 0; node < NODES; node++) {
                h = mix(h, acked[node]);
                h = mix(h, reportedLog[node]);
                h = mix(h, reportedStable[node]);
            }
            return h;
        }
    }
}

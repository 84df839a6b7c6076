// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import java.util.ArrayList;
import java.util.List;

/**
 * Who wins and whether anybody does, by docs/ring.md, section 4, written once more and as plainly as possible: what
 * {@link RingDecision} decides in every reachable state is compared with it.
 */
final class ReferenceRules {
    private final int[] epochs;

    ReferenceRules(final int[] epochs) {
        this.epochs = epochs;
    }

    int winner(final int members, final long[] logs, final int[] stable) {
        // Who lost its memory is not who it was.
        final int kept = members & ~(members >> 3) & 7;
        final List<Integer> known = knownConfigurations(members, kept, logs, stable);
        final boolean majority = known.stream().allMatch(configuration -> ExploredLog.majority(configuration, kept));
        if (!majority && !known.stream().allMatch(configuration -> everybodyIsBack(configuration, members, kept))) {
            return ExploredRules.NOT_PRIMARY;
        }
        final int voters = known.stream().reduce(0, (set, configuration) -> set | ExploredLog.voters(configuration));
        int winner = ExploredRules.NOT_PRIMARY;
        for (int node = 0; node < 3; node++) {
            if ((kept & voters & 1 << node) != 0 && (winner < 0 || wins(logs[node], logs[winner]))) {
                winner = node;
            }
        }
        return winner;
    }

    /** Section 8: all voters are here, as themselves or by name, and one of them as itself. */
    private static boolean everybodyIsBack(final int configuration, final int members, final int kept) {
        final int voters = ExploredLog.voters(configuration);
        return voters != 0 && (voters & ~members) == 0 && (voters & kept) != 0;
    }

    /** Tells whether {@code log} beats {@code other}: a later epoch, then a further end. */
    private boolean wins(final long log, final long other) {
        return newer(log, ExploredLog.length(log), other, ExploredLog.length(other));
    }

    /** The latest configuration known stable, and every newer one in the logs of present voters of those already known. */
    private List<Integer> knownConfigurations(final int members, final int kept, final long[] logs, final int[] stable) {
        int witness = -1;
        int at = 0;
        for (int node = 0; node < 3; node++) {
            if ((members >> node & 1) != 0 && stable[node] > 0) {
                final int index = ExploredLog.configurationIndex(logs[node], stable[node]);
                if (witness < 0 || newer(logs[node], index, logs[witness], at)) {
                    witness = node;
                    at = index;
                }
            }
        }
        final List<Integer> known = new ArrayList<>();
        if (witness < 0) {
            known.add(0);
            return known;
        }
        known.add(ExploredLog.configuration(ExploredLog.at(logs[witness], at)));
        int asked = 0;
        for (boolean grown = true; grown;) {
            grown = false;
            for (int node = 0; node < 3; node++) {
                final int bit = 1 << node;
                final boolean voter = known.stream().anyMatch(configuration -> (ExploredLog.voters(configuration) & bit) != 0);
                if ((kept & bit) != 0 && (asked & bit) == 0 && voter) {
                    asked |= bit;
                    grown = true;
                    for (int index = 1; index <= ExploredLog.length(logs[node]); index++) {
                        if (ExploredLog.isConfiguration(ExploredLog.at(logs[node], index)) && newer(logs[node], index, logs[witness], at)) {
                            known.add(ExploredLog.configuration(ExploredLog.at(logs[node], index)));
                        }
                    }
                }
            }
        }
        return known;
    }

    private boolean newer(final long log, final int index, final long other, final int otherIndex) {
        final int epoch = epochs[ExploredLog.ring(ExploredLog.at(log, index))];
        final int otherEpoch = epochs[ExploredLog.ring(ExploredLog.at(other, otherIndex))];
        return epoch != otherEpoch ? epoch > otherEpoch : index > otherIndex;
    }
}

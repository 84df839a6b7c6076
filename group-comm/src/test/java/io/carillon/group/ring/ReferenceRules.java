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
        final List<Integer> known = knownConfigurations(members, logs, stable);
        int voters = 0;
        for (final int configuration : known) {
            if (!ExploredLog.majority(configuration, members)) {
                return ExploredRules.NOT_PRIMARY;
            }
            voters |= ExploredLog.voters(configuration);
        }
        int winner = ExploredRules.NOT_PRIMARY;
        for (int node = 0; node < 3; node++) {
            if ((members & voters & 1 << node) != 0 && (winner < 0 || wins(logs[node], logs[winner]))) {
                winner = node;
            }
        }
        return winner;
    }

    /** Tells whether {@code log} beats {@code other}: a later epoch, then a further end. */
    private boolean wins(final long log, final long other) {
        return newer(log, ExploredLog.length(log), other, ExploredLog.length(other));
    }

    /** The latest configuration known stable, and every newer one in the logs of present voters of those already known. */
    private List<Integer> knownConfigurations(final int members, final long[] logs, final int[] stable) {
        int witness = -1;
        int at = 0;
        for (int node = 0; node < 3; node++) {
            if ((members >> node & 1) != 0) {
                final int index = ExploredLog.configurationIndex(logs[node], stable[node]);
                if (witness < 0 || newer(logs[node], index, logs[witness], at)) {
                    witness = node;
                    at = index;
                }
            }
        }
        final List<Integer> known = new ArrayList<>();
        known.add(ExploredLog.configuration(ExploredLog.at(logs[witness], at)));
        int asked = 0;
        for (boolean grown = true; grown;) {
            grown = false;
            for (int node = 0; node < 3; node++) {
                final int bit = 1 << node;
                final boolean voter = known.stream().anyMatch(configuration -> (ExploredLog.voters(configuration) & bit) != 0);
                if ((members & bit) != 0 && (asked & bit) == 0 && voter) {
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

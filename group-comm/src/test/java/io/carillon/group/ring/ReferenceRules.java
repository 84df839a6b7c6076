// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import java.util.ArrayList;
import java.util.List;

/**
 * The rules of docs/ring.md, sections 3 and 4, written once more and as plainly as possible, to be compared with the
 * ring's own and to be broken on purpose.
 */
class ReferenceRules implements ExploredRules {
    @Override
    public int winner(final int members, final long[] logs, final int[] stable) {
        final List<Integer> known = knownConfigurations(members, logs, stable);
        int voters = 0;
        for (final int configuration : known) {
            if (!ExploredLog.majority(configuration, members)) {
                return NOT_PRIMARY;
            }
            voters |= ExploredLog.voters(configuration);
        }
        int winner = NOT_PRIMARY;
        for (int node = 0; node < 3; node++) {
            if ((members & voters & 1 << node) != 0 && (winner < 0 || wins(logs[node], logs[winner]))) {
                winner = node;
            }
        }
        return winner;
    }

    /** Tells whether {@code log} beats {@code other}: a later epoch, then a further end. */
    boolean wins(final long log, final long other) {
        return newer(log, ExploredLog.length(log), other, ExploredLog.length(other));
    }

    /** The latest configuration known stable, and every newer one in the logs of present voters of those already known. */
    List<Integer> knownConfigurations(final int members, final long[] logs, final int[] stable) {
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

    private static boolean newer(final long log, final int index, final long other, final int otherIndex) {
        final int ring = ExploredLog.ring(ExploredLog.at(log, index));
        final int otherRing = ExploredLog.ring(ExploredLog.at(other, otherIndex));
        return ring != otherRing ? ring > otherRing : index > otherIndex;
    }

    @Override
    public int stable(final long log, final int ring, final int known, final int[] acked) {
        final int view = ExploredLog.viewOf(log, ring);
        int result = known;
        for (int index = Math.max(view, known + 1); index <= ExploredLog.length(log); index++) {
            if (!stableAt(log, view, known, index, acked)) {
                break;
            }
            result = index;
        }
        return result;
    }

    /** Majorities of the latest configuration known stable and of each newer one up to {@code index}; up to the VIEW, at the VIEW. */
    boolean stableAt(final long log, final int view, final int known, final int index, final int[] acked) {
        int configuration = ExploredLog.configuration(ExploredLog.at(log, ExploredLog.configurationIndex(log, known)));
        for (int at = known + 1; at <= index; at++) {
            if (ExploredLog.isConfiguration(ExploredLog.at(log, at))) {
                final int next = ExploredLog.configuration(ExploredLog.at(log, at));
                final int reach = Math.max(at, view);
                if (!ExploredLog.majority(configuration, holders(acked, reach)) || !ExploredLog.majority(next, holders(acked, reach))) {
                    return false;
                }
                configuration = next;
            }
        }
        return ExploredLog.majority(configuration, holders(acked, index));
    }

    static int holders(final int[] acked, final int index) {
        int set = 0;
        for (int node = 0; node < 3; node++) {
            if (acked[node] >= index) {
                set |= 1 << node;
            }
        }
        return set;
    }
}

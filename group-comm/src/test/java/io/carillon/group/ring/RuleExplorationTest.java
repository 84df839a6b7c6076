// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * The decision rules for three nodes and two view changes, every interleaving; and the same rules with one broken at
 * a time, to show that the exploration would notice.
 */
class RuleExplorationTest {
    private static final int EQUAL = configuration(1, 1, 1);
    private static final int PAIR = configuration(1, 1, 0);
    private static final int HEAVY_JOINER = configuration(1, 1, 3);
    private static final int HEAVY = configuration(3, 1, 1);
    private static final int STATES_LEAST = 500_000;

    private static int configuration(final int a, final int b, final int c) {
        return a | b << 2 | c << 4;
    }

    private static void holds(final int first, final int changed, final int data) {
        final long states = new RuleExplorer(new ReferenceRules(), changed).explore(first, data);
        assertTrue(states > STATES_LEAST, "states: " + states);
    }

    private static void breaks(final ExploredRules rules, final int first, final int changed, final int data) {
        assertThrows(RuleExplorer.Counterexample.class, () -> new RuleExplorer(rules, changed).explore(first, data));
    }

    @Test
    void threeEqualVoters() {
        holds(EQUAL, 0, 2);
    }

    @Test
    void anOrderedLeave() {
        holds(EQUAL, PAIR, 1);
    }

    @Test
    void aPromotion() {
        holds(PAIR, EQUAL, 1);
    }

    @Test
    void aPromotionThatOutweighsTheOthers() {
        holds(PAIR, HEAVY_JOINER, 1);
    }

    @Test
    void aChangeOfWeight() {
        holds(EQUAL, HEAVY, 1);
    }

    @Test
    void anAcknowledgementAfterThePromiseLosesAnEntry() {
        breaks(new ReferenceRules() {
            @Override
            public boolean logsAfterPromise() {
                return true;
            }
        }, EQUAL, 0, 2);
    }

    @Test
    void aViewInForceBeforeItIsStableSplitsTheGroup() {
        breaks(new ReferenceRules() {
            @Override
            boolean stableAt(final long log, final int view, final int known, final int index, final int[] acked) {
                final int last = ExploredLog.configurationIndex(log, index);
                return ExploredLog.majority(ExploredLog.configuration(ExploredLog.at(log, last)), holders(acked, Math.max(index, view)));
            }
        }, EQUAL, HEAVY, 1);
    }

    @Test
    void onlyTheConfigurationBeforeTheViewIsNotEnough() {
        breaks(new ReferenceRules() {
            @Override
            boolean stableAt(final long log, final int view, final int known, final int index, final int[] acked) {
                final int from = index < view || known >= view ? known : ExploredLog.configurationIndex(log, view - 1);
                return super.stableAt(log, view, from, index, acked);
            }
        }, EQUAL, HEAVY, 1);
    }

    @Test
    void aLeaverThatStillCountsLosesAnEntry() {
        breaks(counting(configuration(1, 2, 2)), configuration(1, 2, 2), configuration(1, 2, 0), 1);
    }

    @Test
    void aJoinerThatCountsLosesAnEntry() {
        breaks(counting(configuration(1, 2, 2)), configuration(1, 2, 0), 0, 1);
    }

    /** Rules under which the weights of {@code configuration} decide what is stable, whatever the log says. */
    private static ExploredRules counting(final int configuration) {
        return new ReferenceRules() {
            @Override
            boolean stableAt(final long log, final int view, final int known, final int index, final int[] acked) {
                return ExploredLog.majority(configuration, holders(acked, Math.max(index, view)));
            }
        };
    }
}

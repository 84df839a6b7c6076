// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * The ring's own decision rules for three nodes and two view changes, every interleaving; and the same with one rule
 * broken at a time, to show that the exploration would notice.
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

    /** The ring's rules; each decision is compared with what the plain rules say. */
    private static final class ComparedRules extends RingRules {
        private long primaries;

        ComparedRules() {
            super(PlantedBug.NONE);
        }

        @Override
        public Decision decide(final int members, final long[] logs, final int[] stable, final int[] epochs) {
            final Decision decision = super.decide(members, logs, stable, epochs);
            assertEquals(new ReferenceRules(epochs).winner(members, logs, stable), decision.winner());
            primaries += decision.winner() >= 0 ? 1 : 0;
            return decision;
        }
    }

    private static void holds(final int first, final int changed, final int data) {
        holds(first, changed, data, 0);
    }

    private static void holds(final int first, final int changed, final int data, final int losses) {
        final ComparedRules rules = new ComparedRules();
        final long states = new RuleExplorer(rules, changed).explore(first, data, losses);
        assertTrue(states > STATES_LEAST, "states: " + states);
        assertTrue(rules.primaries > 1000, "primary rings decided: " + rules.primaries);
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
    void aMemberThatLosesItsMemory() {
        holds(EQUAL, 0, 1, 1);
    }

    @Test
    void aMemberThatLosesItsMemoryAndCountsLosesAnEntry() {
        final RingRules rules = new RingRules(PlantedBug.NONE) {
            @Override
            public boolean trustsWhoForgot() {
                return true;
            }
        };
        assertThrows(RuleExplorer.Counterexample.class, () -> new RuleExplorer(rules, 0).explore(EQUAL, 1, 1));
    }

    @Test
    void deliveringWhatIsOnlyOrderedLosesAnEntry() {
        breaks(new RingRules(PlantedBug.NONE) {
            @Override
            public int stable(final long log, final int ring, final int known, final int[] acked, final long previous,
                final int[] epochs) {
                return known >= ExploredLog.viewOf(log, ring) ? ExploredLog.length(log)
                    : super.stable(log, ring, known, acked, previous, epochs);
            }
        }, EQUAL, 0, 2);
    }

    @Test
    void anAcknowledgementAfterThePromiseLosesAnEntry() {
        breaks(new RingRules(PlantedBug.NONE) {
            @Override
            public boolean logsAfterPromise() {
                return true;
            }
        }, EQUAL, 0, 2);
    }

    @Test
    void aViewInForceBeforeItIsStableSplitsTheGroup() {
        breaks(new RingRules(PlantedBug.VIEW_BEFORE_STABLE), EQUAL, HEAVY, 1);
    }

    @Test
    void onlyTheConfigurationBeforeTheViewIsNotEnough() {
        breaks(new RingRules(PlantedBug.NONE) {
            @Override
            public Decision decide(final int members, final long[] logs, final int[] stable, final int[] epochs) {
                final Decision decision = super.decide(members, logs, stable, epochs);
                if (decision.winner() < 0) {
                    return decision;
                }
                final long log = logs[decision.winner()];
                final int before = ExploredLog.configurationIndex(log, ExploredLog.length(log));
                return new Decision(decision.winner(), decision.configuration(), ExploredLog.configuration(ExploredLog.at(log, before)));
            }
        }, EQUAL, HEAVY, 1);
    }

    @Test
    void aLeaverThatStillCountsLosesAnEntry() {
        breaks(new RingRules(PlantedBug.LEAVER_COUNTED), configuration(1, 2, 2), configuration(1, 2, 0), 1);
    }

    @Test
    void aJoinerThatCountsLosesAnEntry() {
        breaks(new RingRules(PlantedBug.JOINER_COUNTED), configuration(1, 2, 0), 0, 1);
    }

    /** The winner is who has the longest log, whatever its epoch. */
    @Test
    void theLongestLogAloneDoesNotDecide() {
        breaks(new RingRules(PlantedBug.NONE) {
            @Override
            public Decision decide(final int members, final long[] logs, final int[] stable, final int[] epochs) {
                final Decision decision = super.decide(members, logs, stable, epochs);
                int longest = decision.winner();
                for (int node = 0; longest >= 0 && node < logs.length; node++) {
                    if ((members >> node & 1) != 0 && ExploredLog.length(logs[node]) > ExploredLog.length(logs[longest])) {
                        longest = node;
                    }
                }
                return new Decision(longest, decision.configuration(), decision.previous());
            }
        }, EQUAL, 0, 2);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Rule 8 for three nodes and two view changes, every interleaving; and the same with one part of it broken at a time. */
class OfferExplorationTest {
    private static final int EQUAL = 1 | 1 << 2 | 1 << 4;
    private static final int HOLDER = 0;
    private static final int FOLLOWER = 1;
    private static final int STATES_LEAST = 10_000;

    /** The ring's rules; each answer is compared with what the rule says in plain words. */
    private static final class ComparedRules extends OfferRules {
        private long offeredAgain;
        private long found;

        @Override
        int mark(final long log, final int base, final int[] viewMarks) {
            final int mark = super.mark(log, base, viewMarks);
            assertEquals(plainMark(log), mark);
            return mark;
        }

        @Override
        int viewMark(final long log, final int base, final int[] viewMarks) {
            final int mark = super.viewMark(log, base, viewMarks);
            assertEquals(plainMark(log), mark);
            return mark;
        }

        @Override
        int put(final int floor, final int held, final int seq, final int previous) {
            final int known = super.put(floor, held, seq, previous);
            assertEquals(plainPut(floor, held, seq, previous), known);
            return known;
        }

        @Override
        int open(final int open, final int mark, final long log) {
            final int stays = super.open(open, mark, log);
            assertEquals(open & ~ExploredLog.offers(log), stays);
            offeredAgain += stays != 0 ? 1 : 0;
            found += stays != open ? 1 : 0;
            return stays;
        }
    }

    private static void holds(final ExploredOffers offers, final int changes, final boolean resets) {
        final ComparedRules rules = new ComparedRules();
        final long states = new OfferExplorer(rules, changes).explore(EQUAL, offers);
        assertTrue(states > STATES_LEAST, "states: " + states);
        assertTrue(rules.offeredAgain > 100, "offers open when a view became stable: " + rules.offeredAgain);
        assertTrue(!resets || rules.found > 0, "offers found behind a mark: " + rules.found);
    }

    private static void breaks(final OfferRules rules, final ExploredOffers offers, final String found) {
        final String counterexample = assertThrows(RuleExplorer.Counterexample.class,
            () -> new OfferExplorer(rules, 2).explore(EQUAL, offers)).getMessage();
        assertTrue(counterexample.contains(found), counterexample);
    }

    @Test
    void anOfferOfAFollower() {
        holds(new ExploredOffers(FOLLOWER, 1, 0, 0), 2, false);
    }

    @Test
    void anOfferOfTheFirstHolder() {
        holds(new ExploredOffers(HOLDER, 1, 0, 0), 2, false);
    }

    @Test
    void twoOffersOfAFollower() {
        holds(new ExploredOffers(FOLLOWER, 2, 0, 0), 1, false);
    }

    @Test
    void theTokenMovesBetweenTwoOffers() {
        holds(new ExploredOffers(FOLLOWER, 2, 1, 0), 1, false);
    }

    @Test
    void aMemberStartsOver() {
        holds(new ExploredOffers(FOLLOWER, 1, 0, 1), 2, true);
    }

    @Test
    void theFirstHolderStartsOver() {
        holds(new ExploredOffers(HOLDER, 1, 0, 1), 2, true);
    }

    @Test
    void withoutMarksAnOfferIsRejectedThatTheLogHas() {
        breaks(new OfferRules() {
            @Override
            int viewMark(final long log, final int base, final int[] viewMarks) {
                return 0;
            }
        }, new ExploredOffers(FOLLOWER, 1, 0, 1), "rejected and ordered");
    }

    @Test
    void aHolderThatKnowsNoMarksLeavesAnOfferOpenForGood() {
        breaks(new OfferRules() {
            @Override
            int floor(final int viewMark, final int mark) {
                return 0;
            }
        }, new ExploredOffers(FOLLOWER, 2, 0, 0), "in vain");
    }

    @Test
    void aHolderThatKnowsOnlyTheViewsMarksNumbersTwice() {
        breaks(new OfferRules() {
            @Override
            int floor(final int viewMark, final int mark) {
                return super.floor(viewMark, viewMark);
            }
        }, new ExploredOffers(FOLLOWER, 1, 1, 0), "twice");
    }

    @Test
    void offeringAgainWhatTheLogHasRejectsWhatIsOrdered() {
        breaks(new OfferRules() {
            @Override
            int open(final int open, final int mark, final long log) {
                return open | ExploredLog.offers(log);
            }
        }, new ExploredOffers(HOLDER, 1, 0, 0), "rejected and ordered");
    }

    @Test
    void rejectingWhatIsOpenTooEarlyRejectsWhatTheWinnerHas() {
        breaks(new OfferRules() {
            @Override
            boolean rejectsAtOnce() {
                return true;
            }
        }, new ExploredOffers(FOLLOWER, 1, 0, 0), "rejected and ordered");
    }

    @Test
    void payloadsThatSurviveTheirRingAreOrderedAfterTheirRejection() {
        breaks(new OfferRules() {
            @Override
            boolean keepsPayloads() {
                return true;
            }
        }, new ExploredOffers(FOLLOWER, 1, 0, 0), "rejected and ordered");
    }

    @Test
    void anOfferCutFromTheLogAndForgottenIsNeverHeardOf() {
        breaks(new OfferRules() {
            @Override
            int reopened(final int open, final int cut) {
                return open;
            }
        }, new ExploredOffers(HOLDER, 1, 0, 0), "nothing was ever heard");
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StabilityHorizonTest {
    private static final MemberId[] IDS = {new MemberId(0, 1), new MemberId(0, 2), new MemberId(0, 3)};

    private static List<RingMember> members(final int... weights) {
        final List<RingMember> members = new ArrayList<>();
        for (int slot = 0; slot < weights.length; slot++) {
            if (weights[slot] >= 0) {
                members.add(new RingMember(IDS[slot], "n" + slot, weights[slot], new byte[0]));
            }
        }
        return members;
    }

    private static Electorate electorate(final int... weights) {
        return Electorate.of(1, 1, members(weights));
    }

    private static Configuration configuration(final long index, final List<Electorate> previous, final int... weights) {
        return new Configuration(2, index, new UUID(1, 1), 1, 1, "", members(weights), previous, List.of());
    }

    private static StabilityHorizon horizon(final List<Electorate> previous, final int... weights) {
        final StabilityHorizon horizon = new StabilityHorizon(IDS, false);
        horizon.add(configuration(10, previous, weights));
        return horizon;
    }

    @Test
    void aMajorityMakesStable() {
        final StabilityHorizon horizon = horizon(List.of(electorate(1, 1, 1)), 1, 1, 1);
        horizon.acknowledge(0, 15);
        assertEquals(0, horizon.stable());
        horizon.acknowledge(1, 12);
        assertEquals(12, horizon.stable());
        horizon.acknowledge(2, 20);
        assertEquals(15, horizon.stable());
    }

    @Test
    void nothingIsProvenBelowTheViewEntry() {
        final StabilityHorizon horizon = horizon(List.of(electorate(1, 1, 1)), 1, 1, 1);
        horizon.acknowledge(0, 9);
        horizon.acknowledge(1, 9);
        horizon.acknowledge(2, 9);
        assertEquals(0, horizon.stable());
    }

    /** The view needs every configuration known at the decision: A alone is a majority of the last and of the new one. */
    @Test
    void theViewNeedsEveryKnownConfiguration() {
        final StabilityHorizon horizon = horizon(List.of(electorate(1, 1, 1), electorate(3, 1, 1)), 3, 1, -1);
        horizon.acknowledge(0, 30);
        assertEquals(0, horizon.stable());
        horizon.acknowledge(1, 10);
        assertEquals(30, horizon.stable());
    }

    @Test
    void joinersCountForNothing() {
        final StabilityHorizon horizon = horizon(List.of(electorate(1, 1, 0)), 1, 1, 0);
        horizon.acknowledge(0, 30);
        horizon.acknowledge(2, 30);
        assertEquals(0, horizon.stable());
        horizon.acknowledge(1, 11);
        assertEquals(11, horizon.stable());
    }

    @Test
    void aConfigurationNeedsOldAndNew() {
        final StabilityHorizon horizon = horizon(List.of(), 1, 1, 1);
        horizon.acknowledge(0, 10);
        horizon.acknowledge(1, 10);
        assertEquals(10, horizon.stable());
        horizon.settle(10);
        horizon.add(configuration(15, List.of(electorate(1, 1, 1)), 3, 1, 1));
        horizon.acknowledge(0, 20);
        assertEquals(10, horizon.stable());
        horizon.acknowledge(1, 14);
        assertEquals(14, horizon.stable());
        horizon.acknowledge(1, 15);
        assertEquals(20, horizon.stable(), "the new weights hold for what follows the record");
    }

    /** Rule 4: who left is asked for its own record, as a member of the old configuration, and never after. */
    @Test
    void whoLeftCountsForNothingAfterItsRecord() {
        final StabilityHorizon horizon = horizon(List.of(), 1, 1, 1);
        horizon.acknowledge(0, 10);
        horizon.acknowledge(1, 10);
        horizon.settle(10);
        horizon.add(configuration(11, List.of(electorate(1, 1, 1)), 1, 1, -1));
        horizon.acknowledge(0, 20);
        horizon.acknowledge(2, 20);
        assertEquals(10, horizon.stable());
        horizon.acknowledge(1, 12);
        assertEquals(12, horizon.stable());
    }

    @Test
    void galerasRuleAsksEveryVoterInForce() {
        final StabilityHorizon horizon = new StabilityHorizon(IDS, true);
        horizon.add(configuration(10, List.of(electorate(1, 1, 1)), 1, 1, 1));
        horizon.acknowledge(0, 20);
        horizon.acknowledge(1, 18);
        assertEquals(0, horizon.stable());
        horizon.acknowledge(2, 11);
        assertEquals(11, horizon.stable());
    }

    @Test
    void whoMakesAMajorityWithTheSenderNeedNotBeTold() {
        final StabilityHorizon horizon = horizon(List.of(), 1, 1, 1);
        assertFalse(horizon.derivable(0, 1), "not before the view is stable");
        horizon.acknowledge(0, 10);
        horizon.acknowledge(1, 10);
        horizon.settle(horizon.stable());
        assertTrue(horizon.derivable(0, 1));
        final StabilityHorizon joiner = horizon(List.of(), 2, 1, 0);
        joiner.acknowledge(0, 10);
        joiner.settle(joiner.stable());
        assertFalse(joiner.derivable(0, 2), "a joiner proves nothing");
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static io.carillon.group.simulator.PartitionedGroup.MS;
import static io.carillon.group.simulator.PartitionedGroup.S;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that are not scheduled for a while: a short time is nobody's death, and who wakes up has no say before it has heard others. */
class FrozenProcessTest {
    private static final long FREEZE = 300 * MS;

    private static PartitionedGroup group(final int nodes, final boolean resets) {
        final int[] weights = new int[nodes];
        Arrays.fill(weights, 1);
        final PartitionedGroup group = new PartitionedGroup(weights, resets).form();
        group.run(S);
        return group;
    }

    /** The token goes to who writes alone. */
    private static void holdAt(final PartitionedGroup group, final int node) {
        group.until("node " + node + " holds the token", 10 * S, () -> {
            if (!group.node(node).core().holdsToken()) {
                group.offer(node);
            }
            return group.node(node).core().holdsToken();
        });
        group.run(200 * MS);
    }

    private static void checkUndisturbed(final PartitionedGroup group) {
        for (final int node : group.everybody()) {
            assertEquals(0, group.gatherings(node), () -> "nobody gathers; node " + node + ": " + group.reasons(node));
            assertEquals(0, group.changes(node), "the ring stays");
        }
    }

    /** Whoever it is, holder or representative or neither, writing or idle, once and every second. */
    @ParameterizedTest
    @CsvSource({"3, true", "3, false", "5, true", "5, false", "2, true"})
    void aFreezeOf300MillisecondsChangesNoView(final int nodes, final boolean writing) {
        final PartitionedGroup group = group(nodes, true);
        group.offerEvery(writing ? 25 * MS : 0);
        for (int holder = 0; holder < nodes; holder++) {
            group.offerEvery(0);
            holdAt(group, holder);
            group.offerEvery(writing ? 25 * MS : 0);
            group.forget();
            for (int frozen = 0; frozen < nodes; frozen++) {
                for (int nth = 0; nth < 3; nth++) {
                    group.node(frozen).pause(FREEZE);
                    group.run(S);
                }
            }
            checkUndisturbed(group);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 7})
    void aFreezeOfEverybodyOrOfAllButOneChangesNoView(final int nodes) {
        final PartitionedGroup group = group(nodes, true);
        group.offerEvery(20 * MS);
        group.forget();
        for (int spared = -1; spared < nodes; spared++) {
            for (int nth = 0; nth < 4; nth++) {
                for (int node = 0; node < nodes; node++) {
                    if (node != spared) {
                        group.node(node).pause(FREEZE);
                    }
                }
                group.run(S);
            }
        }
        checkUndisturbed(group);
        // And one after the other, so that somebody is always frozen.
        for (int nth = 0; nth < 40; nth++) {
            group.node(nth % nodes).pause(FREEZE);
            group.run(310 * MS);
        }
        checkUndisturbed(group);
    }

    /**
     * The others go on without a member that stands still. When it wakes up, cut off, with writes of its own under way, it acknowledges
     * none of them, and says soon that it is not primary; once it hears the others each of its writes is ordered or refused.
     */
    @ParameterizedTest
    @CsvSource({"0, 1000", "1, 1000", "0, 6000", "2, 6000", "1, 30000", "0, 30000"})
    void whoWakesUpAcknowledgesNothingBeforeItHearsAMajority(final int holder, final long pauseMs) {
        final PartitionedGroup group = group(3, false);
        holdAt(group, holder);
        final int frozen = 0;
        for (int nth = 0; nth < 10; nth++) {
            group.offer(frozen);
        }
        final long acknowledged = group.node(frozen).application().acknowledged();
        final long stable = group.node(frozen).reportedStable();
        group.node(frozen).pause(pauseMs * MS);
        group.split(List.of(Set.of(0), Set.of(1, 2)));
        group.run(pauseMs * MS);
        for (int nth = 0; nth < 10; nth++) {
            group.offer(frozen);
        }
        group.run(7 * S);
        assertEquals(acknowledged, group.node(frozen).application().acknowledged(), "nothing is acknowledged by one of three");
        assertEquals(stable, group.node(frozen).reportedStable(), "nothing is called stable");
        assertTrue(group.isNotPrimary(Set.of(frozen)) && group.isPrimary(Set.of(1, 2)), "the others are the group");
        group.mendAll();
        group.until("all are back", 3 * S, () -> group.isPrimary(group.everybody()));
        group.until("each write is ordered or refused", S, () -> group.node(frozen).application().pendingOffers() == 0);
    }

    /** The same where links are whole: what the others decided meanwhile is heard first. */
    @Test
    void whoWakesUpAmongOthersTakesTheirHistory() {
        for (final long seconds : new long[] {1, 3, 6, 12, 30}) {
            for (int frozen = 0; frozen < 3; frozen++) {
                final PartitionedGroup group = group(3, true);
                holdAt(group, 0);
                group.offerEvery(20 * MS);
                group.run(50 * MS);
                group.node(frozen).pause(seconds * S);
                group.run(seconds * S + S);
                group.offerEvery(0);
                group.until("all are back", 2 * S, () -> group.isPrimary(group.everybody()));
            }
        }
    }
}

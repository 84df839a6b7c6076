// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The decision of the representative; each history is one that a rule of docs/ring.md, section 4, was made for. */
class RingDecisionTest {
    private static final UUID GROUP = new UUID(7, 7);

    private static MemberId id(final char name) {
        return new MemberId(0, name);
    }

    /** Members as "A1 B1 C0". */
    private static List<RingMember> members(final String text) {
        final List<RingMember> members = new ArrayList<>();
        for (final String member : text.split(" ")) {
            members.add(new RingMember(id(member.charAt(0)), "node " + member.charAt(0), member.charAt(1) - '0', new byte[0]));
        }
        return members;
    }

    private static Configuration configuration(final long epoch, final long index, final String members) {
        return new Configuration(epoch, index, GROUP, 1, 1, "", members(members), List.of(), List.of());
    }

    private static ControlMessage.State state(final char name, final long lastEpoch, final long end, final boolean stableKnown,
        final Configuration... configurations) {
        return state(name, lastEpoch, end, stableKnown, Overrides.NONE, configurations);
    }

    private static ControlMessage.State state(final char name, final long lastEpoch, final long end, final boolean stableKnown,
        final Overrides overrides, final Configuration... configurations) {
        final EpochTable table = end == 0 ? new EpochTable(List.of())
            : new EpochTable(List.of(new EpochTable.Run(lastEpoch, 1, end)));
        return new ControlMessage.State(100, new RingMember(id(name), "node " + name, 1, new byte[0]), end, end, 0, table,
            stableKnown, List.of(configurations), overrides);
    }

    private static ControlMessage.Install decide(final ControlMessage.State... states) {
        return RingDecision.decide(100, List.of(states), "test");
    }

    @Test
    void nobodyWithoutAHistoryIsPrimary() {
        final ControlMessage.Install install = decide(state('A', 0, 0, false), state('B', 0, 0, false));
        assertFalse(install.primary());
        assertEquals(2, install.view().members().size());
    }

    @Test
    void theLongestLogOfTheLatestEpochWins() {
        final Configuration all = configuration(1, 1, "A1 B1 C1");
        assertEquals(id('B'), decide(state('A', 4, 90, true, all), state('B', 5, 50, true, all)).winner());
        assertEquals(id('B'), decide(state('A', 5, 49, true, all), state('B', 5, 50, true, all)).winner());
        assertEquals(id('A'), decide(state('A', 5, 50, true, all), state('B', 5, 50, true, all)).winner());
    }

    /** Rule 2: 101 held by A and C; A dies while C is cut off; B and C meet. */
    @Test
    void whatOneSurvivorHoldsIsNotCut() {
        final Configuration all = configuration(5, 1, "A1 B1 C1");
        final ControlMessage.Install install = decide(state('B', 5, 100, true, all), state('C', 5, 101, true, all));
        assertTrue(install.primary());
        assertEquals(id('C'), install.winner());
        assertEquals(101, install.winnerEnd());
    }

    /** Rule 3: A,B of {A,B,C} install an attempted view; C comes back with D and E of the view before. */
    @Test
    void aCandidateInAnybodysLogMustHaveItsMajorityToo() {
        final Configuration five = configuration(5, 1, "A1 B1 C1 D1 E1");
        final Configuration three = configuration(6, 10, "A1 B1 C1");
        assertFalse(decide(state('C', 6, 10, true, five, three), state('D', 5, 9, true, five), state('E', 5, 9, true, five))
            .primary());
        assertTrue(decide(state('A', 6, 10, true, five, three), state('B', 5, 9, true, five), state('D', 5, 9, true, five))
            .primary());
    }

    /** Rule 4: D and E left, which only A and B know. */
    @Test
    void leaversCountUntilTheirLeaveIsKnown() {
        final Configuration five = configuration(5, 1, "A1 B1 C1 D1 E1");
        final Configuration left = configuration(5, 20, "A1 B1 C1");
        final boolean knowing = decide(state('A', 5, 20, true, five, left), state('B', 5, 20, true, five, left)).primary();
        final boolean others = decide(state('C', 5, 19, true, five), state('D', 5, 19, true, five), state('E', 5, 19, true, five))
            .primary();
        assertFalse(knowing, "the record is in two of five logs, so cannot be known stable");
        assertTrue(others);
        assertTrue(decide(state('A', 5, 20, true, left), state('B', 5, 20, true, left)).primary(), "once it is stable two of three go on");
    }

    /** Rule 5: a joiner neither weighs nor wins. */
    @Test
    void joinersNeitherWeighNorWin() {
        final Configuration all = configuration(5, 1, "A1 B1 C1 D0");
        assertFalse(decide(state('A', 5, 50, true, all), state('D', 5, 60, true, all)).primary());
        final ControlMessage.Install install =
            decide(state('A', 5, 50, true, all), state('B', 5, 50, true, all), state('D', 5, 60, true, all));
        assertEquals(id('A'), install.winner());
        assertEquals(0, install.view().weightOf(id('D')));
    }

    /** Rule 6: 101 held by A and B; A restarts empty while B is cut off; A and C must not call themselves two of three. */
    @Test
    void whoLostItsMemoryDoesNotCount() {
        final Configuration all = configuration(5, 1, "A1 B1 C1");
        assertFalse(decide(state('C', 5, 100, true, all), state('X', 0, 0, false)).primary());
    }

    @Test
    void whenEveryVoterIsBackByNameTheRestStartsAnew() {
        final Configuration all = configuration(5, 1, "A1 B1 C1");
        final ControlMessage.Install install =
            decide(state('C', 5, 100, true, all), amnesiac('X', "node A"), amnesiac('Y', "node B"));
        assertTrue(install.primary());
        assertTrue(install.view().reason().contains("commits may be lost"));
        assertEquals(List.of(), install.view().previous());
        assertEquals(100, install.view().foundedEpoch());
        assertFalse(decide(state('C', 5, 100, true, all), amnesiac('X', "node A")).primary());
        assertFalse(decide(state('C', 5, 100, true, all), amnesiac('X', "node A"), amnesiac('Y', "node A")).primary());
    }

    private static ControlMessage.State amnesiac(final char name, final String nodeName) {
        return new ControlMessage.State(100, new RingMember(id(name), nodeName, 1, new byte[0]), 0, 0, 0,
            new EpochTable(List.of()), false, List.of(), Overrides.NONE);
    }

    @Test
    void anAttemptOfAnOlderEpochDoesNotBlock() {
        final Configuration dead = configuration(6, 111, "A1");
        final Configuration before = configuration(5, 1, "A1 B1 C1");
        final Configuration stable = configuration(7, 101, "B1 C1");
        final ControlMessage.Install install =
            decide(state('A', 6, 111, true, before, dead), state('B', 7, 101, true, stable), state('C', 7, 101, true, stable));
        assertTrue(install.primary());
        assertEquals(0, install.view().weightOf(id('A')));
        assertEquals(1, install.view().previous().size());
    }

    @Test
    void whatOnlyAJoinerHoldsIsNoCandidate() {
        final Configuration all = configuration(5, 1, "A1 B1 C1 D0");
        final Configuration heavy = configuration(5, 60, "A1 B1 C1 D9");
        assertTrue(decide(state('A', 5, 59, true, all), state('B', 5, 59, true, all), state('D', 5, 60, true, all, heavy)).primary());
        assertFalse(decide(state('A', 5, 60, true, all, heavy), state('B', 5, 59, true, all)).primary());
    }

    @Test
    void everyKnownConfigurationMustHoldTheView() {
        final Configuration equal = configuration(5, 1, "A1 B1 C1");
        final Configuration heavy = configuration(5, 60, "A3 B1 C1");
        final ControlMessage.Install install = decide(state('A', 5, 60, true, equal, heavy), state('B', 5, 59, true, equal));
        assertTrue(install.primary());
        assertEquals(2, install.view().previous().size());
        assertEquals(3, install.view().weightOf(id('A')));
    }

    /** The winner began late; a member that was away for long needs no more than the rest of what others hold. */
    @Test
    void theWinnersHistoryIsToldAsFarBackAsAnybodyHoldsIt() {
        final Configuration view = configuration(5, 90, "A1 B1 C1");
        final ControlMessage.State winner = new ControlMessage.State(100, new RingMember(id('A'), "node A", 1, new byte[0]), 100, 100, 0,
            new EpochTable(List.of(new EpochTable.Run(5, 95, 100))), true, List.of(view), Overrides.NONE);
        final ControlMessage.State whole = new ControlMessage.State(100, new RingMember(id('B'), "node B", 1, new byte[0]), 100, 100, 0,
            new EpochTable(List.of(new EpochTable.Run(2, 1, 89), new EpochTable.Run(5, 90, 100))), true, List.of(view), Overrides.NONE);
        assertEquals(whole.table(), decide(winner, whole).table());
        assertEquals(id('A'), decide(winner, whole).winner());
    }

    @Test
    void twoHistoriesAreNeverMixed() {
        final Configuration one = configuration(5, 1, "A1");
        final Configuration other = new Configuration(5, 1, new UUID(8, 8), 1, 1, "", members("B1"), List.of(), List.of());
        assertFalse(decide(state('A', 5, 60, true, one), state('B', 5, 60, true, other)).primary());
        final Configuration minority = new Configuration(5, 1, new UUID(8, 8), 1, 1, "", members("B1 C1"), List.of(), List.of());
        final ControlMessage.Install install = decide(state('A', 5, 60, true, one), state('B', 5, 60, true, minority));
        assertTrue(install.primary());
        assertEquals(0, install.view().weightOf(id('B')));
    }

    @Test
    void anOperatorMaySetTheQuorumAside() {
        final Configuration four = configuration(5, 1, "A1 B1 C1 D1");
        final Overrides half = new Overrides(true, false, false);
        assertFalse(decide(state('A', 5, 9, true, four), state('B', 5, 9, true, four)).primary());
        assertTrue(decide(state('A', 5, 9, true, half, four), state('B', 5, 9, true, four)).primary());
        assertFalse(decide(state('A', 5, 9, true, half, four)).primary());
        assertTrue(decide(state('A', 5, 9, true, new Overrides(false, true, false), four)).primary());
        final ControlMessage.Install fresh = decide(state('A', 0, 0, false), state('B', 0, 0, false, new Overrides(false, false, true)));
        assertTrue(fresh.primary());
        assertEquals(id('B'), fresh.winner());
        assertNotEquals(RingDecision.NO_GROUP, fresh.view().group());
    }
}

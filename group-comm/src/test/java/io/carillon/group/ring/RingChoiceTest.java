// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Whom a member makes a ring with where links are missing: members a, b, c ... by their letters. */
class RingChoiceTest {
    private static final UUID GROUP = new UUID(1, 1);

    private final TreeMap<MemberId, ControlMessage.Join> joins = new TreeMap<>();

    private static MemberId id(final char name) {
        return new MemberId(1, name);
    }

    private static List<MemberId> ids(final String names) {
        return names.chars().mapToObj(name -> id((char) name)).toList();
    }

    private static Electorate voters(final long epoch, final String names) {
        final List<Electorate.Vote> votes = new ArrayList<>();
        ids(names).forEach(id -> votes.add(new Electorate.Vote(id, 1, "")));
        return new Electorate(epoch, epoch * 10, votes);
    }

    private void says(final char name, final String hears, final Electorate... electorates) {
        says(name, hears, Overrides.NONE, 1, electorates);
    }

    private void says(final char name, final String hears, final Overrides word, final int weight, final Electorate... electorates) {
        joins.put(id(name), new ControlMessage.Join(9, 0, true, false, GROUP, weight, ids(hears), ids(hears), List.of(),
            GatherReason.PEER_LINKED, word, true, List.of(electorates)));
    }

    private String best() {
        final StringBuilder names = new StringBuilder();
        RingChoice.best(joins).forEach(id -> names.append((char) id.lsb()));
        return names.toString();
    }

    @Test
    void withAllLinksItIsEverybody() {
        for (final char name : "abc".toCharArray()) {
            says(name, "abc", voters(1, "abc"));
        }
        assertEquals("abc", best());
    }

    @Test
    void ofTwoThatCanBePrimaryTheLowestIdsAreChosen() {
        says('a', "ac", voters(1, "abc"));
        says('b', "bc", voters(1, "abc"));
        says('c', "abc", voters(1, "abc"));
        assertEquals("ac", best());
    }

    @Test
    void whoCanBePrimaryComesBeforeWhoAreMore() {
        says('a', "abcd", voters(5, "ab"));
        says('b', "ab", voters(5, "ab"));
        says('c', "acd", voters(1, "abcd"));
        says('d', "acd", voters(1, "abcd"));
        assertEquals("ab", best());
    }

    /** a attempted a view with b that b does not know: with c alone it is no majority of that; b and c are one of the view before. */
    @Test
    void whoseLogHoldsAnAttemptedViewIsLeftOutIfTheOthersCanDoWithout() {
        says('a', "ac", voters(1, "abc"), voters(2, "ab"));
        says('b', "bc", voters(1, "abc"));
        says('c', "abc", voters(1, "abc"));
        assertEquals("bc", best());
    }

    @Test
    void withoutAMajorityTheMostStayTogether() {
        says('a', "ab", voters(1, "abcdefgh"));
        says('b', "abcd", voters(1, "abcdefgh"));
        says('c', "bcd", voters(1, "abcdefgh"));
        says('d', "bcd", voters(1, "abcdefgh"));
        assertEquals("bcd", best());
    }

    @Test
    void anOperatorsWordLeavesItToTheWeights() {
        says('a', "ab", new Overrides(false, false, true), 5, voters(1, "abcdefgh"));
        says('b', "abc", voters(1, "abcdefgh"));
        says('c', "bc", voters(1, "abcdefgh"));
        assertEquals("ab", best());
    }
}

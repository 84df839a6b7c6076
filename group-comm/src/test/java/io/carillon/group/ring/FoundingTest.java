// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Epochs of groups that operators founded anew, on more than one side: logs are compared by epochs. */
class FoundingTest {
    private static final int RINGS = 4_000;

    private static RingMember member(final long number) {
        return new RingMember(new MemberId(0, number), "n" + number, 1, new byte[0]);
    }

    private static List<RingMember> members(final int count) {
        final List<RingMember> members = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            members.add(member(number));
        }
        return members;
    }

    @Test
    void noTwoMembersOfAConfigurationFoundInOneAnothersEpochs() {
        final List<RingMember> members = members(255);
        final TreeSet<Long> founded = new TreeSet<>();
        for (final RingMember member : members) {
            founded.add(Founding.epochAfter(70, member.id(), members));
        }
        assertEquals(members.size(), founded.size());
        long before = 70;
        for (final long epoch : founded) {
            assertTrue(epoch - before > RINGS, "room for the rings after " + before + " up to " + epoch);
            before = epoch;
        }
    }

    /** One side is what is left of five, the other one of two of them. */
    @Test
    void sidesOfDifferentConfigurationsDiffer() {
        final List<RingMember> five = members(5);
        final List<RingMember> two = five.subList(2, 4);
        final long first = Founding.epochAfter(70, five.getFirst().id(), five);
        final long second = Founding.epochAfter(70, two.getFirst().id(), two);
        assertTrue(Math.abs(first - second) > RINGS, first + " and " + second);
    }

    @Test
    void aLaterFoundingIsAboveWhatAnEarlierOneCounted() {
        final List<RingMember> members = members(2);
        final long first = Founding.epochAfter(70, members.getFirst().id(), members);
        assertTrue(Founding.epochAfter(first + RINGS, members.getLast().id(), members) > first + RINGS);
    }

    /** A member that its own configuration does not name takes a place beside those that it does. */
    @Test
    void aStrangerHasAPlaceToo() {
        final List<RingMember> members = members(255);
        final TreeSet<Long> founded = new TreeSet<>();
        for (final RingMember member : members) {
            founded.add(Founding.epochAfter(70, member.id(), members));
        }
        assertTrue(founded.add(Founding.epochAfter(70, member(1000).id(), members)));
    }
}

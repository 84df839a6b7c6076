// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * With whom to make a ring where not everybody hears everybody (docs/ring.md, section 4): members who all hear each other, such that they
 * can be primary if any such set can; then the heaviest, then the largest. A pure function of the JOINs, the same at all who have the same.
 */
final class RingChoice {
    private static final Comparator<Electorate> NEWEST_FIRST =
        Comparator.comparingLong(Electorate::epoch).thenComparingLong(Electorate::index).reversed();

    /** Of two rings, each sorted, that cannot be primary the better one is greater: the larger, then the one of the lower ids. */
    static final Comparator<List<MemberId>> WITHOUT_VOTES = Comparator.<List<MemberId>>comparingInt(List::size)
        .thenComparing((a, b) -> Arrays.compare(b.toArray(new MemberId[0]), a.toArray(new MemberId[0])));

    private final SortedMap<MemberId, ControlMessage.Join> joins;

    private RingChoice(final SortedMap<MemberId, ControlMessage.Join> joins) {
        this.joins = joins;
    }

    /** The members of the best ring, sorted. {@code joins} are those who may be in it. */
    static List<MemberId> best(final SortedMap<MemberId, ControlMessage.Join> joins) {
        return new RingChoice(joins).best();
    }

    /** Tells whether {@code members}, of {@code joins}, could be a primary ring. */
    static boolean canBePrimary(final SortedMap<MemberId, ControlMessage.Join> joins, final List<MemberId> members) {
        return new RingChoice(joins).canBePrimary(members);
    }

    private List<MemberId> best() {
        final List<MemberId> everybody = List.copyOf(joins.keySet());
        if (joins.values().stream().anyMatch(join -> !join.overrides().equals(Overrides.NONE))) {
            // Who may be primary is the operator's word then.
            return clique(everybody, (id, join) -> join.weight());
        }
        for (final Electorate electorate : electorates()) {
            final Weigher voters = (id, join) -> electorate.weightOf(id);
            final List<MemberId> heaviest = clique(everybody, voters);
            if (canBePrimary(heaviest)) {
                return heaviest;
            }
            // An attempted view in somebody's log asks for more: perhaps the others can do without that one.
            final List<MemberId> settled = clique(everybody.stream().filter(id -> !testimony(id).holdsCandidate()).toList(), voters);
            if (canBePrimary(settled)) {
                return settled;
            }
        }
        return clique(everybody, (id, join) -> 0);
    }

    private interface Weigher {
        int weight(MemberId id, ControlMessage.Join join);
    }

    private List<MemberId> clique(final List<MemberId> among, final Weigher weigher) {
        final TreeMap<MemberId, Clique.Candidate> candidates = new TreeMap<>();
        for (final MemberId id : among) {
            final ControlMessage.Join join = joins.get(id);
            candidates.put(id, new Clique.Candidate(weigher.weight(id, join), join.reach()));
        }
        return Clique.best(candidates);
    }

    private Testimony testimony(final MemberId id) {
        return Testimony.of(id, joins.get(id));
    }

    /** Distinct electorates: those that somebody knows stable, then the others, each the newest first. */
    private List<Electorate> electorates() {
        final List<Electorate> stable = new ArrayList<>();
        final List<Electorate> others = new ArrayList<>();
        for (final MemberId id : joins.keySet()) {
            final Testimony testimony = testimony(id);
            for (final Electorate electorate : testimony.electorates()) {
                final List<Electorate> to = electorate == testimony.stable() ? stable : others;
                if (to.stream().noneMatch(electorate::sameVotes)) {
                    to.add(electorate);
                }
            }
        }
        stable.sort(NEWEST_FIRST);
        others.sort(NEWEST_FIRST);
        stable.addAll(others);
        return stable;
    }

    /** As the decision will find it, if logs stay as the JOINs say ({@link RingDecision}). */
    private boolean canBePrimary(final Collection<MemberId> members) {
        final List<Testimony> present = members.stream().map(this::testimony).toList();
        final TreeSet<UUID> groups = new TreeSet<>();
        present.stream().filter(testimony -> !testimony.electorates().isEmpty()).forEach(testimony -> groups.add(testimony.group()));
        for (final UUID group : groups) {
            final List<Electorate> known = Testimony.known(present, group);
            final List<MemberId> voting = present.stream().filter(testimony -> testimony.isOf(group)).map(Testimony::id).toList();
            if (!known.isEmpty() && known.stream().allMatch(electorate -> electorate.hasMajority(voting))) {
                return true;
            }
        }
        return false;
    }
}

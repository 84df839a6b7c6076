// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a member's log says of who may vote.
 *
 * @param id the member.
 * @param group of its log; zero if the log holds no configuration.
 * @param stableKnown whether the first of {@code electorates} is known stable.
 * @param electorates of the latest stable configuration and of the newer ones, of the same votes the newest.
 */
record Testimony(MemberId id, UUID group, boolean stableKnown, List<Electorate> electorates) {
    static Testimony of(final ControlMessage.State state) {
        final List<Electorate> electorates = new ArrayList<>(state.configurations().size());
        for (final Configuration configuration : state.configurations()) {
            electorates.add(configuration.electorate());
        }
        return new Testimony(state.member().id(), state.latest() == null ? RingDecision.NO_GROUP : state.latest().group(),
            state.stableKnown(), electorates);
    }

    static Testimony of(final MemberId id, final ControlMessage.Join join) {
        return new Testimony(id, join.electorates().isEmpty() ? RingDecision.NO_GROUP : join.group(), join.stableKnown(),
            join.electorates());
    }

    boolean isOf(final UUID history) {
        return !electorates.isEmpty() && group.equals(history);
    }

    /** The latest that it knows stable, or null. */
    Electorate stable() {
        return stableKnown ? electorates.getFirst() : null;
    }

    /** Its log holds a configuration that it does not know to be stable. */
    boolean holdsCandidate() {
        return electorates.size() > (stableKnown ? 1 : 0);
    }

    /**
     * The electorates that must each be respected: the latest known stable, and every newer candidate in the log of a voter of one that is
     * known already. What only joiners hold cannot be stable.
     */
    static List<Electorate> known(final List<Testimony> present, final UUID group) {
        final Electorate stable = latestStable(present, group);
        final List<Electorate> known = new ArrayList<>();
        if (stable != null) {
            known.add(stable);
        }
        boolean grows = true;
        while (grows) {
            grows = false;
            for (final Testimony testimony : present) {
                if (testimony.isOf(group) && (stable == null || votes(testimony.id, known))) {
                    grows |= addNewer(known, stable, testimony);
                }
            }
        }
        return known;
    }

    private static Electorate latestStable(final List<Testimony> present, final UUID group) {
        Electorate stable = null;
        for (final Testimony testimony : present) {
            final Electorate candidate = testimony.isOf(group) ? testimony.stable() : null;
            if (candidate != null) {
                stable = stable == null || candidate.isNewerThan(stable) ? candidate : stable;
            }
        }
        return stable;
    }

    static boolean votes(final MemberId id, final List<Electorate> known) {
        return known.stream().anyMatch(electorate -> electorate.weightOf(id) > 0);
    }

    private static boolean addNewer(final List<Electorate> known, final Electorate stable, final Testimony testimony) {
        boolean added = false;
        for (final Electorate candidate : testimony.electorates) {
            if ((stable == null || candidate.isNewerThan(stable)) && known.stream().noneMatch(candidate::sameVotes)) {
                known.add(candidate);
                added = true;
            }
        }
        return added;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Who votes with which weight, as of one configuration entry of the log. Members of weight 0 are not listed.
 *
 * @param epoch of the entry.
 * @param index of the entry.
 * @param votes sorted by id.
 */
public record Electorate(long epoch, long index, List<Vote> votes) {
    /** A voter; the name recognises one that came back without its memory (docs/ring.md, section 8). */
    public record Vote(MemberId id, int weight, String name) {
    }

    public Electorate {
        votes = List.copyOf(votes);
    }

    static Electorate of(final long epoch, final long index, final List<RingMember> members) {
        final List<Vote> votes = new ArrayList<>(members.size());
        for (final RingMember member : members) {
            if (member.weight() > 0) {
                votes.add(new Vote(member.id(), member.weight(), member.name()));
            }
        }
        return new Electorate(epoch, index, votes);
    }

    int total() {
        int sum = 0;
        for (final Vote vote : votes) {
            sum += vote.weight();
        }
        return sum;
    }

    int weightOf(final MemberId id) {
        for (final Vote vote : votes) {
            if (vote.id().equals(id)) {
                return vote.weight();
            }
        }
        return 0;
    }

    /** Tells whether {@code present} weigh more than half. */
    boolean hasMajority(final Collection<MemberId> present) {
        return 2 * weightOf(present) > total();
    }

    /** Tells whether {@code present} weigh half or more. */
    boolean hasHalf(final Collection<MemberId> present) {
        return 2 * weightOf(present) >= total();
    }

    private int weightOf(final Collection<MemberId> present) {
        int sum = 0;
        for (final Vote vote : votes) {
            if (present.contains(vote.id())) {
                sum += vote.weight();
            }
        }
        return sum;
    }

    boolean sameVotes(final Electorate other) {
        return votes.equals(other.votes);
    }

    /** Order of configuration entries along histories: a later epoch's log decides what an earlier one left behind. */
    boolean isNewerThan(final Electorate other) {
        return epoch != other.epoch ? epoch > other.epoch : index > other.index;
    }
}

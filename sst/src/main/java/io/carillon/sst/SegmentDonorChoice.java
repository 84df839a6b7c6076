// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sst;

import io.carillon.certification.replicator.DonorChoice;
import io.carillon.certification.replicator.MemberState;
import io.carillon.group.MemberId;
import io.carillon.wsrep.NodeState;
import java.util.ArrayList;
import java.util.List;

/**
 * Donor choice by Galera's rules: the names of {@code wsrep_sst_donor} first, in their order; then, unless the list
 * says that nobody else will do, whoever is synced: of the joiner's segment before others.
 *
 * <p>A list that does not end with a comma allows nobody else. Only a synced member is taken, named or not; the
 * joiner asks again later. Among several, whose clients write least: the others' writes wait while a donor blocks its own. Ties go to the
 * member that has released most, then to the greatest id: the lowest id is whom the ring prefers for its own work.
 */
public final class SegmentDonorChoice implements DonorChoice {
    @Override
    public MemberState choose(final List<MemberState> members, final MemberId joiner, final String donors) {
        final List<String> names = names(donors);
        final MemberState asks = find(members, joiner);
        for (final String name : names) {
            final MemberState named = best(members, joiner, asks, name);
            if (named != null) {
                return named;
            }
        }
        if (names.isEmpty() || donors.trim().endsWith(",")) {
            return best(members, joiner, asks, null);
        }
        return null;
    }

    private static List<String> names(final String donors) {
        final List<String> names = new ArrayList<>();
        for (final String part : donors.split(",")) {
            if (!part.isBlank()) {
                names.add(part.trim());
            }
        }
        return names;
    }

    private static MemberState best(final List<MemberState> members, final MemberId joiner, final MemberState asks, final String name) {
        MemberState best = null;
        for (final MemberState member : members) {
            final boolean isFit = !member.id().equals(joiner) && member.state() == NodeState.SYNCED
                && (name == null || member.name().equals(name));
            if (isFit && (best == null || isBetter(member, best, asks == null ? 0 : asks.segment()))) {
                best = member;
            }
        }
        return best;
    }

    private static boolean isBetter(final MemberState member, final MemberState than, final int segment) {
        final boolean near = member.segment() == segment;
        if (near != (than.segment() == segment)) {
            return near;
        }
        if (magnitude(member.writeRate()) != magnitude(than.writeRate())) {
            return member.writeRate() < than.writeRate();
        }
        if (member.released() != than.released()) {
            return member.released() > than.released();
        }
        return member.id().compareTo(than.id()) > 0;
    }

    /** Twice as many count, a few more do not. */
    private static int magnitude(final int rate) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(rate);
    }

    private static MemberState find(final List<MemberState> members, final MemberId id) {
        for (final MemberState member : members) {
            if (member.id().equals(id)) {
                return member;
            }
        }
        return null;
    }
}

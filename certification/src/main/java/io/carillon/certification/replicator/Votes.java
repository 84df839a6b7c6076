// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Votes on the result of applying a seqno, counted in order: the result of most members wins, success when equally
 * many have it. Members that have no data have no vote. By a policy of n above 0, n successes suffice, however many others there are.
 */
final class Votes {
    /** Result of a member that applied it without error. */
    static final long SUCCESS = 0;

    private static final int ROUNDS_MAX = 256;

    private final Map<Long, Map<MemberId, Long>> open = new LinkedHashMap<>();
    private final Map<Long, Long> decided = new LinkedHashMap<>();
    /** Rounds decided since the members last changed: whoever is here now has seen how. */
    private final Set<Long> decidedInView = new HashSet<>();

    /** A VOTE entry. True when it decides its round. */
    boolean vote(final MemberId member, final long seqno, final long hash, final List<MemberState> members, final int policy) {
        if (decided.containsKey(seqno)) {
            return false;
        }
        open.computeIfAbsent(seqno, s -> new HashMap<>()).putIfAbsent(member, hash);
        evaluate(members, policy);
        bound(open);
        return decided.containsKey(seqno);
    }

    /** Members changed: a round may be decided without those that left. */
    void view(final List<MemberState> members, final int policy) {
        decidedInView.clear();
        evaluate(members, policy);
    }

    /** Tells whether {@code seqno} was decided before the present view, so that some member may not know how. */
    boolean isDecidedEarlier(final long seqno) {
        return decided.containsKey(seqno) && !decidedInView.contains(seqno);
    }

    /** Others had decided {@code seqno} before this member was there. False when it knows a decision. */
    boolean adopt(final long seqno, final long result) {
        open.remove(seqno);
        final boolean isNews = decided.putIfAbsent(seqno, result) == null;
        bound(decided);
        return isNews;
    }

    /** Result that the group agreed on for {@code seqno}, or null while it has not. */
    Long decision(final long seqno) {
        return decided.get(seqno);
    }

    /** Seqnos that are being voted on, ascending as begun. */
    Iterable<Long> open() {
        return List.copyOf(open.keySet());
    }

    void clear() {
        open.clear();
        decided.clear();
        decidedInView.clear();
    }

    private void evaluate(final List<MemberState> members, final int policy) {
        final Iterator<Map.Entry<Long, Map<MemberId, Long>>> rounds = open.entrySet().iterator();
        while (rounds.hasNext()) {
            final Map.Entry<Long, Map<MemberId, Long>> round = rounds.next();
            final Long winner = winner(round.getValue(), members, policy);
            if (winner != null) {
                decided.put(round.getKey(), winner);
                decidedInView.add(round.getKey());
                rounds.remove();
            }
        }
        bound(decided);
    }

    private static Long winner(final Map<MemberId, Long> votes, final List<MemberState> members, final int policy) {
        int voters = 0;
        int voted = 0;
        // Unsigned order puts success first, then the same hash everywhere.
        final TreeMap<Long, Integer> counts = new TreeMap<>(Long::compareUnsigned);
        for (final MemberState member : members) {
            if (!member.hasData()) {
                continue;
            }
            voters++;
            final Long vote = votes.get(member.id());
            if (vote != null) {
                voted++;
                counts.merge(vote, 1, Integer::sum);
            }
        }
        final int successes = counts.getOrDefault(SUCCESS, 0);
        if (policy > 0 && successes >= policy) {
            return SUCCESS;
        }
        final boolean isOpen = policy > 0 && successes + voters - voted >= policy;
        Map.Entry<Long, Integer> best = null;
        for (final Map.Entry<Long, Integer> count : counts.entrySet()) {
            if (best == null || count.getValue() > best.getValue()) {
                best = count;
            }
        }
        final boolean isDecided = best != null && (voted == voters || 2 * best.getValue() > voters && !isOpen);
        return isDecided ? best.getKey() : null;
    }

    private static void bound(final Map<?, ?> rounds) {
        final Iterator<?> oldest = rounds.keySet().iterator();
        while (rounds.size() > ROUNDS_MAX) {
            oldest.next();
            oldest.remove();
        }
    }
}

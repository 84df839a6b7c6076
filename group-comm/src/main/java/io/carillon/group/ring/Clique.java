// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/** The heaviest set of members who all hear each other: what a broken link between two of many must end in, on both sides the same. */
final class Clique {
    /** Beyond so many steps the best found so far is taken. Up to 16 members have fewer sets; a full mesh needs one step a member. */
    private static final int STEPS_MAX = 100_000;

    private final int[] weights;
    private final boolean[][] hears;
    private final boolean[] chosen;
    private boolean[] best;
    private int bestWeight = -1;
    private int bestSize;
    private int steps;

    private Clique(final int[] weights, final boolean[][] hears) {
        this.weights = weights;
        this.hears = hears;
        this.chosen = new boolean[weights.length];
        this.best = new boolean[weights.length];
    }

    /** A member: its weight, and whom it hears. */
    record Candidate(int weight, List<MemberId> reach) {
    }

    /** The members of the best one, sorted; two hear each other if each says so. */
    static List<MemberId> best(final SortedMap<MemberId, Candidate> candidates) {
        final List<MemberId> ids = List.copyOf(candidates.keySet());
        final int[] weights = new int[ids.size()];
        final boolean[][] hears = new boolean[ids.size()][ids.size()];
        for (int a = 0; a < ids.size(); a++) {
            final Candidate candidate = candidates.get(ids.get(a));
            weights[a] = candidate.weight;
            for (int b = 0; b < ids.size(); b++) {
                hears[a][b] = candidate.reach.contains(ids.get(b)) && candidates.get(ids.get(b)).reach.contains(ids.get(a));
            }
        }
        final boolean[] best = best(weights, hears);
        final List<MemberId> chosen = new ArrayList<>();
        for (int at = 0; at < best.length; at++) {
            if (best[at]) {
                chosen.add(ids.get(at));
            }
        }
        return List.copyOf(chosen);
    }

    /** Greatest weight, then most members, then the lowest positions. {@code hears} is symmetric. */
    static boolean[] best(final int[] weights, final boolean[][] hears) {
        final Clique search = new Clique(weights, hears);
        search.extend(0, 0, 0);
        return search.best;
    }

    private void extend(final int from, final int weight, final int size) {
        if (weight > bestWeight || weight == bestWeight && size > bestSize) {
            bestWeight = weight;
            bestSize = size;
            best = chosen.clone();
        }
        int weightLeft = 0;
        int sizeLeft = 0;
        for (int next = from; next < weights.length; next++) {
            if (fits(next)) {
                weightLeft += weights[next];
                sizeLeft++;
            }
        }
        for (int next = from; next < weights.length && steps < STEPS_MAX; next++) {
            final boolean hopeless = weight + weightLeft < bestWeight
                || weight + weightLeft == bestWeight && size + sizeLeft <= bestSize;
            if (hopeless) {
                return;
            }
            if (fits(next)) {
                steps++;
                chosen[next] = true;
                extend(next + 1, weight + weights[next], size + 1);
                chosen[next] = false;
                weightLeft -= weights[next];
                sizeLeft--;
            }
        }
    }

    private boolean fits(final int candidate) {
        for (int other = 0; other < chosen.length; other++) {
            if (chosen[other] && !hears[other][candidate]) {
                return false;
            }
        }
        return true;
    }
}

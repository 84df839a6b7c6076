// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;

/**
 * The stable index of one epoch, from cumulative acknowledgements (docs/ring.md, section 3, (a) to (d)).
 *
 * <p>The first step is the epoch's VIEW entry, each later one a configuration entry of the same epoch. An entry of a
 * step is stable only when each joint electorate and the new one hold it; what follows it needs the new one.
 */
final class StabilityHorizon {
    private final MemberId[] ids;
    private final boolean all;
    private final long[] acks;
    private final List<Step> steps = new ArrayList<>(2);
    private final PlantedBug bug;
    private boolean viewStable;

    /** Weights by slot; members outside the ring are in the total only. */
    private record Quorum(int[] weights, int total, int needed) {
        /** Largest index that enough weight has acknowledged; 0 if none. */
        long reached(final long[] acks) {
            long best = 0;
            for (int candidate = 0; candidate < weights.length; candidate++) {
                final long index = acks[candidate];
                if (weights[candidate] > 0 && index > best && weightAt(acks, index) >= needed) {
                    best = index;
                }
            }
            return best;
        }

        private int weightAt(final long[] acks, final long index) {
            int sum = 0;
            for (int slot = 0; slot < weights.length; slot++) {
                if (acks[slot] >= index) {
                    sum += weights[slot];
                }
            }
            return sum;
        }
    }

    private record Step(long index, List<Quorum> joint, Quorum inForce) {
    }

    /** @param all Galera's rule: every voter of the configuration in force instead of a majority. */
    StabilityHorizon(final MemberId[] ids, final boolean all) {
        this(ids, all, PlantedBug.NONE);
    }

    StabilityHorizon(final MemberId[] ids, final boolean all, final PlantedBug bug) {
        this.bug = bug;
        this.ids = ids;
        this.all = all;
        this.acks = new long[ids.length];
    }

    /** A configuration entry of this epoch was appended; the epoch's VIEW first. */
    void add(final Configuration configuration) {
        Check.that(steps.isEmpty() || steps.getLast().index < configuration.index(), "configuration entries ascend",
            configuration.index(), steps.size());
        final List<Quorum> joint = new ArrayList<>();
        for (final Electorate electorate : configuration.previous()) {
            if (bug != PlantedBug.VIEW_BEFORE_STABLE) {
                joint.add(quorum(electorate, false));
            }
        }
        final Quorum inForce = quorum(configuration.electorate(), all);
        plant(configuration, inForce.weights);
        steps.add(new Step(configuration.index(), List.copyOf(joint), inForce));
    }

    /** Counts whom the rules do not count. */
    private void plant(final Configuration configuration, final int[] weights) {
        for (int slot = 0; slot < ids.length; slot++) {
            final RingMember member = configuration.member(ids[slot]);
            if (bug == PlantedBug.JOINER_COUNTED && member != null && member.weight() == 0
                || bug == PlantedBug.LEAVER_COUNTED && member == null) {
                weights[slot] = 1;
            }
        }
    }

    private Quorum quorum(final Electorate electorate, final boolean everyVoter) {
        final int[] weights = new int[ids.length];
        for (int slot = 0; slot < ids.length; slot++) {
            weights[slot] = electorate.weightOf(ids[slot]);
        }
        final int total = electorate.total();
        return new Quorum(weights, total, everyVoter ? total : total / 2 + 1);
    }

    /** The member in {@code slot} logged everything up to {@code index}. True if that is news. */
    boolean acknowledge(final int slot, final long index) {
        if (index <= acks[slot]) {
            return false;
        }
        acks[slot] = index;
        return true;
    }

    long acknowledged(final int slot) {
        return acks[slot];
    }

    /** Largest stable index that the acknowledgements prove; 0 when they prove nothing in this epoch. */
    long stable() {
        long proven = 0;
        for (int at = 0; at < steps.size(); at++) {
            final Step step = steps.get(at);
            if (at > 0) {
                proven = Math.min(proven, step.index - 1);
            }
            if (!viewStable || at > 0) {
                for (final Quorum quorum : step.joint) {
                    if (quorum.reached(acks) < step.index) {
                        return proven;
                    }
                }
            }
            final long reached = step.inForce.reached(acks);
            if (reached < step.index) {
                return proven;
            }
            proven = reached;
            if (at + 1 < steps.size() && reached < steps.get(at + 1).index - 1) {
                return proven;
            }
        }
        return proven;
    }

    /** Everything up to {@code index} is stable, by proof or by word of another: forget what that settles. */
    void settle(final long index) {
        while (steps.size() > 1 && steps.get(1).index <= index) {
            steps.removeFirst();
            viewStable = true;
        }
        if (!steps.isEmpty() && steps.getFirst().index <= index) {
            viewStable = true;
        }
    }

    /** Tells whether a member that logged an entry knows from the acknowledgement of {@code sender} alone that it is stable. */
    boolean derivable(final int sender, final int receiver) {
        if (steps.size() != 1 || !viewStable) {
            return false;
        }
        final Quorum quorum = steps.getFirst().inForce;
        return quorum.weights[receiver] > 0 && quorum.weights[sender] + quorum.weights[receiver] >= quorum.needed;
    }

    /** Tells whether the members for whom {@code present} holds can make entries stable. */
    boolean canStabilise(final boolean[] present) {
        for (final Step step : steps) {
            if (weightOf(present, step.inForce) < step.inForce.needed) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether the members for whom {@code present} holds could be primary without the others. */
    boolean canBePrimary(final boolean[] present) {
        for (final Step step : steps) {
            if (weightOf(present, step.inForce) <= step.inForce.total / 2) {
                return false;
            }
        }
        return true;
    }

    private static int weightOf(final boolean[] present, final Quorum quorum) {
        int sum = 0;
        for (int slot = 0; slot < present.length; slot++) {
            sum += present[slot] ? quorum.weights[slot] : 0;
        }
        return sum;
    }
}

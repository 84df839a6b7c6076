// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import java.util.ArrayList;
import java.util.List;

/**
 * Directions of single links that have rates of their own: a far node, a slow, lossy, doubling, damaging or reordering way. They keep
 * them when everything heals, within what a group must live with.
 *
 * @param odd each of them, a later one instead of an earlier one.
 */
record Directions(List<Odd> odd) {
    /** All are alike. */
    static final Directions NONE = new Directions(List.of());

    /** What a link that is no fault may lose or damage. */
    private static final double HEALED_LOSS_MAX = 0.1;
    private static final double HEALED_DAMAGE_MAX = 0.02;
    private static final long US = 1_000L;
    private static final long MS = 1_000_000L;

    /**
     * One of them. Loss and duplication: of datagrams only.
     *
     * @param from a node.
     * @param to another one.
     * @param far whether it is one of all the ways of a far node.
     * @param delayMin least delay of a packet, nanoseconds.
     * @param delayMean mean of what comes on top.
     */
    record Odd(int from, int to, boolean far, long delayMin, long delayMean, double loss, double duplication, double damage) {
        double loss(final boolean healed) {
            return healed ? Math.min(loss, HEALED_LOSS_MAX) : loss;
        }

        double damage(final boolean healed) {
            return healed ? Math.min(damage, HEALED_DAMAGE_MAX) : damage;
        }
    }

    Directions {
        odd = List.copyOf(odd);
    }

    /** Those of the run {@code seed}. */
    static Directions draw(final long seed, final int nodes) {
        final Xoshiro256 random = Xoshiro256.stream(seed, "directions");
        if (nodes < 2 || !random.chance(0.4)) {
            return NONE;
        }
        final List<Odd> odd = new ArrayList<>();
        if (random.chance(0.4)) {
            addFar(odd, random.below(nodes), nodes, random);
        }
        for (int more = random.below(3) + (odd.isEmpty() ? 1 : 0); more > 0; more--) {
            final int from = random.below(nodes);
            final int to = (from + 1 + random.below(nodes - 1)) % nodes;
            final Odd way = draw(from, to, random);
            odd.add(way);
            if (random.chance(0.5)) {
                odd.add(new Odd(to, from, false, way.delayMin, way.delayMean, way.loss, way.duplication, way.damage));
            }
        }
        return new Directions(odd);
    }

    /** As in another part of the world, with little jitter. */
    private static void addFar(final List<Odd> odd, final int far, final int nodes, final Xoshiro256 random) {
        final long delay = random.spread(5 * MS, 60 * MS);
        final long jitter = random.spread(50 * US, 3 * MS);
        final double loss = random.chance(0.5) ? 0 : random.nextDouble() * 0.05;
        for (int peer = 0; peer < nodes; peer++) {
            if (peer != far) {
                odd.add(new Odd(far, peer, true, delay, jitter, loss, 0, 0));
                odd.add(new Odd(peer, far, true, delay, jitter, loss, 0, 0));
            }
        }
    }

    private static Odd draw(final int from, final int to, final Xoshiro256 random) {
        final long delay = random.spread(5 * US, 3 * MS);
        final long jitter = random.spread(5 * US, 3 * MS);
        return switch (random.below(5)) {
            case 0 -> new Odd(from, to, false, random.spread(MS, 50 * MS), jitter, 0, 0, 0);
            case 1 -> new Odd(from, to, false, delay, jitter, random.nextDouble() * 0.6, 0, 0);
            case 2 -> new Odd(from, to, false, delay, jitter, 0, 0.1 + random.nextDouble() * 0.5, 0);
            case 3 -> new Odd(from, to, false, delay, jitter, 0, 0, random.nextDouble() * 0.2);
            // Far more jitter than delay: datagrams overtake each other.
            default -> new Odd(from, to, false, 5 * US, random.spread(MS, 20 * MS), 0, 0, 0);
        };
    }

    /** By direction, from times {@code nodes} plus to; null where it is like the others. */
    Odd[] byLink(final int nodes) {
        final Odd[] links = new Odd[nodes * nodes];
        for (final Odd way : odd) {
            links[way.from * nodes + way.to] = way;
        }
        return links;
    }
}

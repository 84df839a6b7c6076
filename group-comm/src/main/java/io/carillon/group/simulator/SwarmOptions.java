// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.TokenRotation;
import io.carillon.group.simulator.SimulatedLog.Durability;
import java.util.Arrays;

/**
 * The conditions of one run, drawn from its seed (swarm testing: each run has some faults and lacks others, so that
 * rare combinations are met). Times in nanoseconds of virtual time,
 * rates as probabilities, intervals as means, 0 for never.
 *
 * @param nodes members to be, 1 to 7.
 * @param durability of all logs.
 * @param streams links are connections: in order, no loss while they last.
 * @param partitionsClose a blocked connection is reset at once; else it is silent and its packets are late or lost.
 * @param delayMin least delay of a packet.
 * @param delayMean mean of what comes on top.
 * @param loss of a packet, datagrams only.
 * @param duplication of a packet, datagrams only.
 * @param batch longest time a node gathers packets before it ends its batch.
 * @param syncMean mean time of an fsync.
 * @param persistMean mean time to make a ring state durable.
 * @param powerLoss probability that a crash is one of the machine and not of the process: what was not fsynced is lost.
 * @param crashEvery mean interval between crashes.
 * @param pauseEvery mean interval between pauses.
 * @param partitionEvery mean interval between partitions.
 * @param clogEvery mean interval between clogs of one direction of one link.
 * @param leaveEvery mean interval between ordered leaves.
 * @param downMean mean time until a crashed or departed node starts again.
 * @param pauseMean mean length of a pause, at most 30 s.
 * @param partitionMean mean length of a partition.
 * @param offerEvery mean interval between the offers of one writer.
 * @param hotWriter the only writer, or -1 when all write.
 * @param payloadMax largest payload, bytes.
 * @param barriers share of workload steps that also ask for a barrier.
 * @param weightChanges share of workload steps that change the own weight.
 * @param weights the nodes' weights when promoted.
 * @param damage probability that bits of a packet are flipped on its way.
 * @param driftPpmMax how many millionths the clocks may be too fast or too slow.
 * @param tooLarge share of offers that are larger than an entry may be.
 * @param load what costs time and space.
 * @param extremes what seldom happens.
 * @param rotation how the token goes round, if it does.
 * @param floods of tiny offers.
 * @param filters of types of packets.
 * @param roundTrip that members are told to have been measured, on every link that is like the others; 0: not measured.
 * @param tiny share of offers that have 1 to 15 bytes; without any, all have 16 at least.
 * @param directions that are not like the others.
 * @param outsiders probability that a core must go on alone before everything heals.
 * @param ring timers and limits of all members.
 */
record SwarmOptions(int nodes, Durability durability, boolean streams, boolean partitionsClose, long delayMin, long delayMean, double loss,
    double duplication, long batch, long syncMean, long persistMean, double powerLoss, long crashEvery, long pauseEvery,
        long partitionEvery,
    long clogEvery, long leaveEvery, long downMean, long pauseMean, long partitionMean, long offerEvery, int hotWriter, int payloadMax,
    double barriers, double weightChanges, int[] weights, double damage, int driftPpmMax, double tooLarge, Load load, Extremes extremes,
    Rotations rotation, Floods floods, Filters filters, long roundTrip, double tiny, Directions directions,
        double outsiders, RingConfig ring) {
    private static final int DRIFT_PPM_MAX = 20_000;
    private static final double OUTSIDERS = 0.5;
    private static final long US = 1_000L;
    private static final long MS = 1_000_000L;
    private static final long S = 1_000_000_000L;

    /** The conditions of the run {@code seed}. */
    static SwarmOptions draw(final long seed) {
        return draw(seed, Load.draw(seed), Extremes.draw(seed), true);
    }

    /**
     * The same with another load and other extremes, a parked token, no floods and no filters: without any, seeds mean what they meant
     * before there were.
     */
    static SwarmOptions draw(final long seed, final Load load, final Extremes extremes) {
        return draw(seed, load, extremes, false);
    }

    private static SwarmOptions draw(final long seed, final Load load, final Extremes extremes, final boolean asToday) {
        final Xoshiro256 random = Xoshiro256.stream(seed, "config");
        final int usual = nodeCount(random);
        final int nodes = extremes.nodes() > 0 ? extremes.nodes() : usual;
        final boolean streams = random.chance(0.6);
        final int[] weights = new int[nodes];
        final boolean unequal = random.chance(0.25);
        for (int i = 0; i < nodes; i++) {
            weights[i] = unequal ? 1 + random.below(4) : 1;
        }
        final Durability durability = Durability.values()[random.below(3)];
        final Xoshiro256 weather = Xoshiro256.stream(seed, "more options");
        final long delayMin = random.spread(5 * US, 3 * MS);
        final long faultMean = random.spread(400 * MS, 8 * S);
        return new SwarmOptions(nodes, durability, streams, random.chance(0.5), delayMin, random.spread(5 * US, 4 * MS),
            streams || random.chance(0.3) ? 0 : random.nextDouble() * random.nextDouble() * 0.3,
            streams || random.chance(0.5) ? 0 : random.nextDouble() * 0.3,
            random.chance(0.5) ? 0 : random.spread(US, 200 * US), random.spread(50 * US, 20 * MS), random.spread(20 * US, 30 * MS),
            random.chance(0.5) ? 0 : random.nextDouble(), sometimes(random, 0.7, faultMean * 2), sometimes(random, 0.6, faultMean * 2),
            sometimes(random, 0.75, faultMean), sometimes(random, 0.4, faultMean), sometimes(random, 0.3, faultMean * 3),
            random.spread(20 * MS, 5 * S), random.spread(20 * MS, 5 * S), random.spread(20 * MS, 8 * S), random.spread(2 * MS, 60 * MS),
            random.chance(0.3) ? random.below(nodes) : -1, random.chance(0.2) ? 40_000 : 1 + (int) random.spread(16, 2000),
            random.chance(0.5) ? 0.1 : 0, random.chance(0.2) ? 0.02 : 0, weights, weather.chance(0.25) ? weather.nextDouble() * 0.02 : 0,
            weather.chance(0.4) ? weather.below(DRIFT_PPM_MAX) : 0, weather.chance(0.2) ? 0.01 : 0, load,
            extremes, asToday ? Rotations.draw(seed, nodes) : Rotations.NONE, asToday ? Floods.draw(seed) : Floods.NONE,
            asToday ? Filters.draw(seed) : Filters.NONE, asToday ? roundTrip(seed) : 0,
            asToday ? tiny(seed) : 0, asToday ? Directions.draw(seed, nodes) : Directions.NONE, asToday ? OUTSIDERS : 0, ring(random));
    }

    /** Whatever the links take: what was measured is not always so any more. */
    private static long roundTrip(final long seed) {
        final Xoshiro256 random = Xoshiro256.stream(seed, "round trip");
        return random.chance(0.5) ? random.spread(50 * US, 100 * MS) : 0;
    }

    private static double tiny(final long seed) {
        final Xoshiro256 random = Xoshiro256.stream(seed, "tiny offers");
        return random.chance(0.3) ? 0.05 + random.nextDouble() * 0.6 : 0;
    }

    private static int nodeCount(final Xoshiro256 random) {
        final int[] likely = {3, 3, 3, 3, 4, 4, 5, 5, 5, 2, 2, 1, 6, 7};
        return likely[random.below(likely.length)];
    }

    private static long sometimes(final Xoshiro256 random, final double probability, final long mean) {
        final long drawn = random.spread(Math.max(1, mean / 4), mean * 2);
        return random.chance(probability) ? drawn : 0;
    }

    private static RingConfig ring(final Xoshiro256 random) {
        final long suspect = random.spread(300 * MS, 6 * S);
        return new RingConfig("", 1, random.spread(50 * MS, Math.min(S, suspect / 3)), random.spread(20 * MS, 120 * MS), suspect,
            Math.min(suspect, random.spread(150 * MS, 800 * MS)), random.spread(5 * MS, 50 * MS), random.spread(150 * MS, 1500 * MS),
            random.spread(100 * MS, 400 * MS), 1 << 16, random.chance(0.3) ? 1 << 16 : 4 << 20, random.chance(0.3) ? 1 << 17 : 8 << 20,
            random.chance(0.3) ? 1 << 16 : 1 << 20, 1 + random.below(16), random.chance(0.5) ? 16 : 16_384, random.chance(0.1));
    }

    /** Conditions for a script: nothing happens by itself, every packet takes one millisecond, a blocked connection is reset. */
    static SwarmOptions quiet(final int nodes, final Durability durability) {
        return quiet(nodes, durability, true);
    }

    /** The same, but a blocked connection only stays silent. */
    static SwarmOptions quietAndSilent(final int nodes, final Durability durability) {
        return quiet(nodes, durability, false);
    }

    private static SwarmOptions quiet(final int nodes, final Durability durability, final boolean partitionsClose) {
        final int[] weights = new int[nodes];
        Arrays.fill(weights, 1);
        return quiet(weights, durability, partitionsClose);
    }

    /** The same with nodes of given weights; with {@code partitionsClose} a blocked connection is reset, else it is silent. */
    static SwarmOptions quiet(final int[] weights, final Durability durability, final boolean partitionsClose) {
        return new SwarmOptions(weights.length, durability, true, partitionsClose, MS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            -1, 64, 0, 0, weights, 0, 0, 0, Load.NONE, Extremes.NONE,
            Rotations.NONE, Floods.NONE, Filters.NONE, 0, 0, Directions.NONE, 0, RingConfig.defaults(""));
    }

    /** The same with a token that goes round, three packets at most on a visit, of which two follow it. */
    SwarmOptions rotating() {
        return new SwarmOptions(nodes, durability, streams, partitionsClose, delayMin, delayMean, loss, duplication, batch, syncMean,
            persistMean, powerLoss, crashEvery, pauseEvery, partitionEvery, clogEvery, leaveEvery, downMean, pauseMean, partitionMean,
            offerEvery, hotWriter, payloadMax, barriers, weightChanges, weights, damage, driftPpmMax, tooLarge, load, extremes,
            new Rotations(new TokenRotation(true, 8, 3, 2, 5 * S), -1), floods, filters, roundTrip, tiny, directions,
            outsiders, ring);
    }

    /** How much the clock of {@code node} is too fast, in millionths; half of the nodes are too slow. */
    long driftPpm(final int node) {
        return driftPpmMax * (node % 2 == 0 ? 1L : -1L) * (node / 2 + 1) / nodes;
    }

    /** The settings of the member on {@code node}. */
    RingConfig ringOf(final int node, final int certificationWindow) {
        return new RingConfig("n" + node, weights[node], ring.keepaliveNs(), ring.memberKeepaliveNs(), ring.suspectNs(),
            ring.quickSuspectNs(),
            ring.joinNs(), ring.installNs(), ring.pauseNs(), ring.entryLengthMax(), ring.offeredBytesMax(),
                ring.heldBytesMax(), ring.pullBytes(),
            ring.tokenPassAfter(), certificationWindow, ring.stableAll(), rotation.of(node));
    }
}

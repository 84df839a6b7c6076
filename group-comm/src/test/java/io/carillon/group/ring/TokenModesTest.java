// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemoryLog;
import org.junit.jupiter.api.Test;

/**
 * What a commit costs with a parked token and with one that goes round, in virtual time: every packet takes one delay, and nothing
 * else takes any. Each writer has one offer under way and makes the next one when that is stable. Deterministic; the figures stand in
 * docs/ring.md, section 2a. {@code -Dcarillon.print=true} prints them.
 */
class TokenModesTest {
    private static final int COMMITS = 300;
    private static final long STEP_NS = RingWorld.DELAY_NS / 10;

    private final long[] scanned = new long[5];
    private final long[] offeredNs = new long[5];
    private final long[] offered = new long[5];
    private long packets;

    /** @param delays mean from offer to stable at the origin, in delays. */
    private record Cost(double delays, double packetsPerCommit, double commitsPerDelay) {
    }

    private Cost cost(final int members, final int writers, final boolean rotates) {
        final RingWorld world = new RingWorld(members);
        for (final RingWorldNode node : world.nodes) {
            node.config = node.config.withRotation(rotates ? TokenRotation.rotating() : TokenRotation.PARKED);
        }
        world.form();
        world.run(20 * RingWorld.MS);
        packets = 0;
        world.tap = packet -> packets++;
        final long beganNs = world.nowNs;
        for (int writer = 0; writer < writers; writer++) {
            scanned[writer] = world.node(writer).log.endIndex();
            offer(world, writer);
            world.run(3 * STEP_NS); // they do not all begin at the same time
        }
        long commits = 0;
        long sumNs = 0;
        while (commits < COMMITS) {
            world.run(STEP_NS);
            for (int writer = 0; writer < writers; writer++) {
                if (isStable(world.node(writer), writer)) {
                    commits++;
                    sumNs += world.nowNs - offeredNs[writer];
                    offer(world, writer);
                }
            }
        }
        final double delays = (double) (world.nowNs - beganNs) / RingWorld.DELAY_NS;
        final Cost cost = new Cost((double) sumNs / commits / RingWorld.DELAY_NS, (double) packets / commits, commits / delays);
        if (Boolean.getBoolean("carillon.print")) {
            System.out.printf("%d members, %d write, %s: %.2f delays, %.1f packets a commit, %.2f commits a delay%n", members, writers,
                rotates ? "rotate" : "park", cost.delays, cost.packetsPerCommit, cost.commitsPerDelay);
        }
        return cost;
    }

    private void offer(final RingWorld world, final int writer) {
        offeredNs[writer] = world.nowNs;
        offered[writer] = world.node(writer).offer("w" + writer);
        assertTrue(offered[writer] > 0, "taken");
    }

    private boolean isStable(final RingWorldNode node, final int writer) {
        while (scanned[writer] < node.stable) {
            final MemoryLog.Held held = node.log.entries().get((int) scanned[writer]++);
            if (held.origin().equals(node.id()) && held.originSeq() == offered[writer]) {
                return true;
            }
        }
        return false;
    }

    @Test
    void aSingleWriterWaitsForTwoDelaysInEitherMode() {
        for (final int members : new int[] {3, 5}) {
            assertEquals(cost(members, 1, false).delays, cost(members, 1, true).delays, 0.2, members + " members");
        }
    }

    /** The token's way to each writer comes on top: half a round on the average, and no more than a round. */
    @Test
    void whereAllWriteEachWaitsForTheToken() {
        for (final int members : new int[] {3, 5}) {
            final Cost parked = cost(members, members, false);
            final Cost rotating = cost(members, members, true);
            assertTrue(parked.delays < 3.5, members + " members, parked: " + parked);
            assertTrue(rotating.delays > parked.delays && rotating.delays <= members + 2.2, members + " members, rotating: " + rotating);
        }
    }
}

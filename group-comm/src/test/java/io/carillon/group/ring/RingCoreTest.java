// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingCoreTest {
    private static final long MS = RingWorld.MS;

    @Test
    void aFoundedGroupOrdersAlone() {
        final RingWorld world = new RingWorld(1);
        world.node(0).start(true, -1);
        world.until(100 * MS, "founded", () -> world.allPrimary(1));
        assertEquals(1, world.node(0).offer("a"));
        assertEquals(List.of("a"), world.node(0).delivered());
    }

    @Test
    void threeMembersJoinAndOrder() {
        final RingWorld world = new RingWorld(3);
        world.form();
        for (int round = 0; round < 50; round++) {
            for (int number = 0; number < 3; number++) {
                assertTrue(world.node(number).offer(number + ":" + round) > 0);
            }
            world.run(MS);
        }
        world.run(5 * MS);
        assertEquals(150, world.node(0).delivered().size());
        assertEquals(world.node(0).delivered(), world.node(1).delivered());
        assertEquals(world.node(0).delivered(), world.node(2).delivered());
    }

    @Test
    void theHolderIsAnsweredAfterTwoDelaysAndOthersAfterTwoDelays() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.run(MS);
        final long before = world.nowNs;
        world.node(0).offer("x");
        world.until(10 * MS, "stable at the holder", () -> world.node(0).delivered().contains("x"));
        assertEquals(200_000, world.nowNs - before);
        world.run(MS);
        final long then = world.nowNs;
        world.node(1).offer("y");
        world.until(10 * MS, "stable at the origin", () -> world.node(1).delivered().contains("y"));
        assertEquals(200_000, world.nowNs - then);
    }

    @Test
    void theTokenMovesToWhoWritesAlone() {
        final RingWorld world = new RingWorld(3);
        world.form();
        final int offers = world.node(0).config.tokenPassAfter() + 10;
        for (int count = 0; count < offers; count++) {
            world.node(2).offer("w" + count);
            world.run(MS);
        }
        assertTrue(world.node(2).trace.contains(TraceEvent.TOKEN_HELD));
        assertEquals(offers, world.node(0).delivered().size());
    }

    @Test
    void theHolderDiesAndTheOthersGoOn() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.node(1).offer("before");
        world.run(5 * MS);
        world.node(0).crash();
        world.until(50 * MS, "a view of two", () -> world.node(1).isPrimary(2) && world.node(2).isPrimary(2));
        world.node(1).offer("after");
        world.run(5 * MS);
        assertEquals(List.of("before", "after"), world.node(2).delivered());
    }

    @Test
    void aSilentHolderIsReplacedWithinASecond() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.run(MS);
        world.node(0).pause();
        world.until(900 * MS, "a view of two", () -> world.node(1).isPrimary(2) && world.node(2).isPrimary(2));
        assertTrue(world.node(1).offer("meanwhile") > 0);
        world.run(20 * MS);
        world.node(0).resume();
        world.until(5000 * MS, "three again", () -> world.allPrimary(3));
        assertEquals(List.of("meanwhile"), world.node(0).delivered());
    }

    @Test
    void aSilentMemberWhoIsNotNeededCostsNothing() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.node(2).pause();
        for (int count = 0; count < 100; count++) {
            assertTrue(world.node(1).offer("w" + count) > 0);
            world.run(10 * MS);
            assertEquals(count + 1, world.node(1).delivered().size());
        }
        assertEquals(3, world.node(0).view().members().size());
        world.until(6000 * MS, "evicted", () -> world.node(0).isPrimary(2) && world.node(1).isPrimary(2));
    }

    @Test
    void theMinorityIsNotPrimaryAndMergesAgain() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.isolate(0);
        world.until(100 * MS, "a view of two", () -> world.node(1).isPrimary(2) && world.node(2).isPrimary(2));
        assertNotNull(world.node(0).notPrimary);
        assertEquals(RingResult.NOT_PRIMARY, world.node(0).offer("lost"));
        world.node(1).offer("kept");
        world.run(5 * MS);
        world.heal();
        world.until(1000 * MS, "three again", () -> world.allPrimary(3));
        world.run(5 * MS);
        assertEquals(List.of("kept"), world.node(0).delivered());
        assertEquals(0, world.node(1).view().members().get(0).weight());
        world.promote(0);
        assertTrue(world.node(0).offer("again") > 0);
        world.run(5 * MS);
        assertEquals(List.of("kept", "again"), world.node(2).delivered());
    }

    @Test
    void aMemberLeavesInOrder() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.node(0).core.leave(world.nowNs);
        world.node(0).settle();
        world.until(100 * MS, "left", () -> world.node(0).left);
        world.until(100 * MS, "a view of two", () -> world.node(1).isPrimary(2) && world.node(2).isPrimary(2));
        world.node(0).crash();
        world.node(1).core.leave(world.nowNs);
        world.node(1).settle();
        world.until(100 * MS, "left", () -> world.node(1).left);
        world.node(1).crash();
        world.until(100 * MS, "alone and primary", () -> world.node(2).isPrimary(1));
        assertTrue(world.node(2).offer("alone") > 0);
        world.run(MS);
        assertEquals(List.of("alone"), world.node(2).delivered());
        assertFalse(world.node(2).trace.contains(TraceEvent.NOT_PRIMARY) && world.node(2).notPrimary != null);
    }

    @Test
    void afterAFullOutageAMajorityStartsByItself() {
        final RingWorld world = new RingWorld(3);
        world.form();
        for (int count = 0; count < 5; count++) {
            world.node(count % 3).offer("w" + count);
        }
        world.run(5 * MS);
        final List<String> acknowledged = world.node(0).delivered();
        assertEquals(5, acknowledged.size());
        for (int number = 0; number < 3; number++) {
            world.node(number).crash();
        }
        world.run(MS);
        world.node(1).start(false, -1);
        world.run(1000 * MS);
        assertNotNull(world.node(1).notPrimary);
        world.node(2).start(false, -1);
        world.until(1000 * MS, "two of three", () -> world.node(1).isPrimary(2) && world.node(2).isPrimary(2));
        world.run(5 * MS);
        assertEquals(acknowledged, world.node(2).delivered());
        world.node(0).start(false, -1);
        world.until(2000 * MS, "three", () -> world.allPrimary(3));
    }

    @Test
    void aBrokenLinkEndsInAStableClique() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.cut(0, 2);
        world.until(3000 * MS, "a clique of two", () -> world.node(0).isPrimary(2) && world.node(1).isPrimary(2)
            && world.node(2).notPrimary != null);
        final long epoch = world.node(1).view().epoch();
        world.run(20_000 * MS);
        assertEquals(epoch, world.node(1).view().epoch());
        assertTrue(world.node(1).offer("x") > 0);
        world.run(MS);
        assertEquals(List.of("x"), world.node(0).delivered());
        world.heal();
        world.until(6000 * MS, "three again", () -> world.allPrimary(3));
    }

    @Test
    void aBarrierSeesWhatOthersWereTold() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.node(1).offer("x");
        world.until(10 * MS, "acknowledged", () -> world.node(1).delivered().contains("x"));
        final long barrier = world.node(2).core.barrier(world.nowNs);
        world.node(2).settle();
        world.until(10 * MS, "answered", () -> world.node(2).barriers.containsKey(barrier));
        assertTrue(world.node(2).barriers.get(barrier) >= world.node(1).stable);
        world.isolate(2);
        world.run(100 * MS);
        assertEquals(RingResult.NOT_PRIMARY, world.node(2).core.barrier(world.nowNs));
    }

    @Test
    void aJoinerWhoseHistoryWasPurgedIsTold() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.node(2).crash();
        world.until(100 * MS, "two", () -> world.node(0).isPrimary(2) && world.node(1).isPrimary(2));
        for (int count = 0; count < 30; count++) {
            world.node(0).offer("w" + count);
            world.run(MS);
        }
        world.node(0).log.purge(world.node(0).stable - 5);
        world.node(1).log.purge(world.node(1).stable - 5);
        world.node(2).start(false, -1);
        world.until(3000 * MS, "told", () -> !world.node(2).historyDiffers.isEmpty());
        world.until(3000 * MS, "three", () -> world.allPrimary(3));
        assertEquals(1, world.node(2).historyDiffers.size());
    }

    @Test
    void largeAndSmallPayloadsKeepTheirOrder() {
        final RingWorld world = new RingWorld(3);
        world.form();
        final List<String> offered = new ArrayList<>();
        for (int count = 0; count < 40; count++) {
            final String payload = count + "x".repeat(count % 3 == 0 ? 20_000 : 10);
            offered.add(payload);
            assertTrue(world.node(1).offer(payload) > 0);
        }
        world.run(20 * MS);
        assertEquals(offered, world.node(2).delivered());
        assertNull(world.node(2).notPrimary);
    }

    @Test
    void halfOfTheWeightSufficesWhenAnOperatorSaysSo() {
        final RingWorld world = new RingWorld(2);
        world.form();
        world.node(0).core.overrides(world.nowNs, true, false);
        world.node(0).settle();
        world.isolate(0);
        world.until(1000 * MS, "alone and primary", () -> world.node(0).isPrimary(1) && world.node(1).notPrimary != null);
        assertTrue(world.node(0).offer("alone") > 0);
        world.run(MS);
        world.heal();
        world.until(2000 * MS, "two again", () -> world.allPrimary(2));
        world.until(10 * MS, "caught up", () -> world.node(1).delivered().equals(List.of("alone")));
    }

    @Test
    void anOperatorBootstrapsWhatIsLeft() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.node(0).offer("x");
        world.run(5 * MS);
        world.node(1).crash();
        world.node(0).crash();
        world.until(1000 * MS, "not primary", () -> world.node(2).notPrimary != null);
        world.node(2).core.bootstrap(world.nowNs);
        world.node(2).settle();
        world.until(1000 * MS, "alone and primary", () -> world.node(2).isPrimary(1));
        assertTrue(world.node(2).offer("y") > 0);
        world.node(0).start(false, -1);
        world.until(2000 * MS, "two", () -> world.node(0).isPrimary(2) && world.node(2).isPrimary(2));
        world.until(100 * MS, "caught up", () -> world.node(0).delivered().equals(List.of("x", "y")));
    }
}

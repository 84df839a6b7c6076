// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static io.carillon.group.ring.RingWorld.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;
import io.carillon.group.MemoryLog;
import io.carillon.group.wire.ConfigurationCodec;
import io.carillon.group.wire.PacketType;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Members whose log is not the group's, or gone. */
class StartingOverTest {
    private final RingWorld world = new RingWorld(4);

    /** A group of two with a long log, whose members are gone; and another one of two. */
    private void twoGroups() {
        pair(2, 3);
        for (int count = 0; count < 50; count++) {
            world.node(2).offer("theirs " + count);
        }
        world.run(20 * MS);
        assertEquals(50, world.node(3).delivered().size());
        // What is stable is written down with a configuration.
        world.node(3).core.weight(world.nowNs, 2);
        world.node(3).settle();
        world.run(20 * MS);
        world.node(2).crash();
        world.node(3).crash();
        world.run(MS);
        world.stableEntries.clear();
        pair(0, 1);
        world.node(0).offer("ours");
        world.run(20 * MS);
    }

    private void pair(final int first, final int second) {
        world.node(first).start(true, -1);
        world.node(second).start(false, -1);
        world.until(2000 * MS, "two", () -> world.node(first).isPrimary(2) && world.node(second).isPrimary(2));
        world.promote(second);
    }

    /** At its start it tells its server what it knew to be stable: of another history. */
    private void startStranger() {
        final TreeMap<Long, byte[]> ours = new TreeMap<>(world.stableEntries);
        world.stableEntries.clear();
        world.node(2).start(false, -1);
        world.stableEntries.clear();
        world.stableEntries.putAll(ours);
    }

    @Test
    void itsPositionMeansNothingToTheOthers() {
        twoGroups();
        startStranger();
        world.until(5000 * MS, "the stranger starts over", () -> !world.node(2).historyDiffers.isEmpty());
        world.until(5000 * MS, "and is in", () -> world.node(0).isPrimary(3) && world.node(2).isPrimary(3));
        world.run(100 * MS);
        assertEquals(List.of("ours"), world.node(2).delivered());
        world.node(1).pause();
        world.node(0).offer("of one voter only");
        world.run(200 * MS);
        assertEquals(List.of("ours"), world.node(0).delivered(), "what the stranger had called stable was another history's");
        world.node(1).resume();
        world.run(3000 * MS);
        assertTrue(world.node(0).delivered().contains("of one voter only"));
    }

    /** Until a majority holds the view that takes it in, a former voter may be one of few that hold what it acknowledged. */
    @Test
    void itsLogIsKeptUntilTheViewIsStable() {
        twoGroups();
        final long end = world.node(2).log.endIndex();
        world.tap = packet -> {
            if (packet[0] == PacketType.INSTALL && !world.node(1).paused) {
                world.node(1).pause();
            }
        };
        startStranger();
        world.until(5000 * MS, "the view is ordered", () -> world.node(2).trace.contains(TraceEvent.RECOVERY));
        world.run(100 * MS);
        assertTrue(world.node(1).paused);
        assertEquals(end, world.node(2).log.endIndex());
        assertEquals(List.of(), world.node(2).historyDiffers);
        world.tap = packet -> { };
        world.node(1).resume();
        world.until(20_000 * MS, "the stranger starts over", () -> !world.node(2).historyDiffers.isEmpty());
        world.until(5000 * MS, "and has the group's log", () -> world.node(2).delivered().equals(List.of("ours")));
    }

    /** Who was so slow that the others have purged the view that takes it in could never tell who is in the group. */
    @Test
    void whoFindsTheRingsViewPurgedIsTakenInByANewOne() {
        final RingWorld three = new RingWorld(3);
        three.node(0).start(true, -1);
        three.node(1).start(false, -1);
        three.until(2000 * MS, "two", () -> three.allPrimary(2));
        three.promote(1);
        three.tap = packet -> {
            if (packet[0] == PacketType.INSTALL) {
                three.node(2).pause();
            }
        };
        three.node(2).start(false, -1);
        three.until(2000 * MS, "taken in", () -> three.node(0).isPrimary(3) && three.node(1).isPrimary(3));
        three.tap = packet -> { };
        final RingView first = three.node(0).view();
        for (int count = 0; count < 20; count++) {
            three.node(0).offer("x".repeat(8000)); // the answer to a pull is several packets: the configuration comes with a later one
        }
        three.node(1).core.weight(three.nowNs, 2);
        three.node(1).settle();
        three.run(100 * MS);
        assertEquals(first.epoch(), three.node(0).view().epoch());
        assertTrue(three.node(0).view().index() > first.index());
        three.node(0).log.purge(first.index());
        three.node(1).log.purge(first.index());
        three.node(2).resume();
        three.until(5000 * MS, "in", () -> three.node(2).trace.contains(TraceEvent.OPERATIONAL));
        assertTrue(three.node(2).view().epoch() > first.epoch(), "by a newer ring");
        three.promote(2);
        final long barrier = three.node(2).core.barrier(three.nowNs);
        three.node(2).settle();
        three.until(100 * MS, "answered", () -> three.node(2).barriers.containsKey(barrier));
        assertEquals(three.node(0).stable, three.node(2).barriers.get(barrier));
    }

    /** Five, of which 3 and 4 know nothing since 2 went on with 0 and 1; then 0 and 1 went on without 2, which was in another group. */
    private static RingWorld fiveThatPart() {
        final RingWorld five = new RingWorld(5);
        five.form();
        for (int count = 0; count < 20; count++) {
            five.node(0).offer("x".repeat(8000));
        }
        five.run(20 * MS);
        five.isolate(3, 4);
        five.until(5000 * MS, "three", () -> five.allPrimary(3));
        five.isolate(2);
        five.until(5000 * MS, "two", () -> five.allPrimary(2));
        final RingWorldNode two = five.node(2);
        two.crash();
        final List<RingMember> strangers = List.of(new RingMember(two.id(), two.name, 1, new byte[0]),
            new RingMember(new MemberId(9, 1), "s1", 1, new byte[0]), new RingMember(new MemberId(9, 2), "s2", 1, new byte[0]));
        final byte[] view = ConfigurationCodec.encode(new Configuration(two.state.promisedEpoch(), 1, new UUID(9, 9), 1, 1, "strangers",
            strangers, List.of(), List.of()));
        two.log = new MemoryLog();
        two.log.append(1, 1, two.state.promisedEpoch(), 9, 1, 0, EntryKind.VIEW, new UnsafeBuffer(view), 0, view.length);
        two.state = new RingState(two.id(), two.state.promisedEpoch(), 0);
        two.start(false, -1);
        return five;
    }

    /**
     * A former voter gives its log up and gets the group's entry by entry: meanwhile it lacks configurations that it
     * had acknowledged, and those who never knew them must not take its word that there are none.
     */
    @Test
    void aLogThatIsNotYetTheGroupsProvesNothing() {
        final RingWorld five = fiveThatPart();
        final int[] answers = new int[1];
        five.loss = (from, to, type) -> to == 2 && type == PacketType.ENTRIES && answers[0]++ > 0;
        five.heal();
        five.isolate(3, 4);
        five.until(30_000 * MS, "2 has the beginning of the group's log",
            () -> !five.node(2).historyDiffers.isEmpty() && five.node(2).log.endIndex() > 9);
        assertTrue(five.node(2).log.endIndex() < 25, "but not the view of the three: " + five.node(2).log.endIndex());
        assertTrue(five.node(2).state.givenUpEpoch() > 0, "on the disk before the log went");
        five.heal();
        five.isolate(0, 1);
        five.run(10_000 * MS);
        assertTrue(five.allPrimary(2), "0 and 1 go on");
        for (int number = 2; number < 5; number++) {
            assertNotNull(five.node(number).notPrimary, "primary beside 0 and 1: " + number);
        }
        five.loss = (from, to, type) -> false;
        five.heal();
        five.until(30_000 * MS, "five again", () -> five.allPrimary(5));
        five.until(5000 * MS, "2 has all", () -> five.node(2).delivered().size() == 20);
    }

    /** A leave is a VIEW, too, and what follows it may be ordered before it is stable. */
    @Test
    void aLeaveAfterTheBaseIsNotTakenForTheEpochsFirst() {
        final RingWorld two = new RingWorld(2);
        final RingWorldNode node = two.node(0);
        final RingMember self = new RingMember(node.id(), node.name, 1, new byte[0]);
        final byte[] view = ConfigurationCodec.encode(new Configuration(5, 11, new UUID(1, 1), 2, 1, "n1 leaves", List.of(self), List.of(),
            List.of()));
        node.log.reset(10, 10, 5);
        node.log.append(11, 11, 5, 0, 1, 0, EntryKind.VIEW, new UnsafeBuffer(view), 0, view.length);
        node.log.append(12, 12, 5, 0, 1, 1, EntryKind.WRITE_SET, new UnsafeBuffer(new byte[1]), 0, 1);
        node.state = new RingState(node.id(), 5, 0);
        node.start(false, -1);
        assertEquals(0, node.stable);
    }

    /** No majority vouches that nobody used the next epoch: logs would be taken for equal that are not. */
    @Test
    void aStartByEverybodysReturnTakesAnEpochOfItsOwn() {
        final RingWorld three = new RingWorld(3);
        three.form();
        three.node(1).offer("kept");
        three.run(5 * MS);
        for (int number = 0; number < 3; number++) {
            three.node(number).crash();
        }
        for (int number = 0; number < 2; number++) {
            three.node(number).state = RingState.fresh(new MemberId(1, number));
            three.node(number).log = new MemoryLog();
        }
        three.run(MS);
        three.node(2).start(false, -1);
        three.node(0).start(false, -1);
        three.run(1000 * MS);
        assertNotNull(three.node(2).notPrimary);
        three.node(1).start(false, -1);
        three.until(2000 * MS, "three", () -> three.allPrimary(3));
        assertTrue(three.node(2).view().reason().contains("commits may be lost"));
        assertTrue(three.node(2).view().epoch() >= 1 << 16, "epoch " + three.node(2).view().epoch());
        assertEquals(List.of("kept"), three.node(0).delivered());
    }
}

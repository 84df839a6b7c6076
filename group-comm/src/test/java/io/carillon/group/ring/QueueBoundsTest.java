// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import org.junit.jupiter.api.Test;

/** What the core tells of its queues, by which the simulator knows that they are bounded. */
class QueueBoundsTest {
    private static final long MS = RingWorld.MS;

    @Test
    void theHolderNumbersNoMoreThanEveryWindowHolds() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.run(10 * MS);
        assertTrue(world.node(0).core.holdsToken());
        assertEquals(0, world.node(0).core.numberedUnstable());
        for (int count = 1; count <= Ordering.UNSTABLE_MAX; count++) {
            assertTrue(world.node(0).offer("x") > 0);
            assertEquals(count, world.node(0).core.numberedUnstable());
        }
        assertEquals(RingResult.BACK_PRESSURED, world.node(0).offer("x"));
        assertEquals(0, world.node(1).core.numberedUnstable());
        world.run(50 * MS);
        assertEquals(0, world.node(0).core.numberedUnstable());
        assertEquals(Ordering.UNSTABLE_MAX, world.node(2).delivered().size());
    }

    @Test
    void whoComesBackAsksForNoMoreThanTheBudget() {
        final RingWorld world = new RingWorld(3);
        world.form();
        world.node(2).crash();
        for (int count = 0; count < 100; count++) {
            world.node(0).offer("x".repeat(1000));
            world.run(MS);
        }
        world.node(2).start(false, -1);
        world.until(3000 * MS, "it asks", () -> world.node(2).core.askedBytes() > 0);
        assertTrue(world.node(2).core.askedBytes() <= world.node(2).config.pullBytes());
        world.until(3000 * MS, "it has everything", () -> world.node(2).delivered().size() == 100);
        world.until(3000 * MS, "it asks for nothing more", () -> world.node(2).core.askedBytes() == 0);
        assertEquals(0, world.node(2).core.heldOrders());
    }

    @Test
    void orderRecordsAreCountedBeyondTheEnd() {
        final OrderWindow window = new OrderWindow();
        assertEquals(0, window.count(0));
        for (int index = 1; index <= OrderWindow.SIZE; index++) {
            assertTrue(window.put(0, index, 0, index, EntryKind.WRITE_SET));
        }
        assertFalse(window.put(0, OrderWindow.SIZE + 1, 0, 1, EntryKind.WRITE_SET));
        assertEquals(OrderWindow.SIZE, window.count(0));
        assertEquals(OrderWindow.SIZE - 100, window.count(100));
        assertEquals(0, window.count(OrderWindow.SIZE));
    }
}

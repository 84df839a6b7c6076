// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class EventQueueTest {
    @Test
    void eventsComeByTimeAndThenByInsertion() {
        final EventQueue queue = new EventQueue();
        final Xoshiro256 random = new Xoshiro256(3);
        for (int i = 0; i < 5000; i++) {
            queue.add(random.below(700), EventKind.MARK, 0, i, 0, null);
        }
        long time = -1;
        long inserted = -1;
        for (int i = 0; i < 5000; i++) {
            final int slot = queue.poll();
            assertTrue(queue.time(slot) > time || queue.time(slot) == time && queue.a(slot) > inserted, "event " + i);
            time = queue.time(slot);
            inserted = queue.a(slot);
            queue.release(slot);
        }
        assertEquals(-1, queue.poll());
    }

    @Test
    void aSlotKeepsItsContentUntilItIsReleased() {
        final EventQueue queue = new EventQueue();
        queue.add(5, EventKind.PACKET, 3, 11, 12, "packet");
        final int slot = queue.poll();
        for (int i = 0; i < 3000; i++) {
            queue.add(i, EventKind.MARK, 1, i, i, null);
        }
        assertEquals("packet", queue.attachment(slot));
        assertEquals(EventKind.PACKET, queue.kind(slot));
        assertEquals(3, queue.node(slot));
        assertEquals(12, queue.b(slot));
    }
}

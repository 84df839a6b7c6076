// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import static io.carillon.group.ring.RingWorld.DELAY_NS;
import static io.carillon.group.ring.RingWorld.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.wire.PacketType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a process of a member offered that is no more. */
class FormerOffersTest {
    private final RingWorld world = new RingWorld(5);

    /**
     * The holder alone logs the offer; a new process of its origin gets it with the holder's log, in a ring that does not
     * last, and loses it again to the majority's.
     */
    @Test
    void whatTheFormerProcessOfferedIsNotRejectedToTheNextOne() {
        world.form();
        final long end = world.node(2).log.endIndex();
        assertTrue(world.node(2).offer("of the former process") > 0);
        world.run(DELAY_NS + DELAY_NS / 2);
        world.node(2).crash();
        for (int number = 0; number < 5; number++) {
            world.isolate(number);
        }
        world.run(1000 * MS);
        assertEquals(end + 1, world.node(0).log.endIndex(), "the holder has numbered it");
        assertEquals(end, world.node(1).log.endIndex(), "nobody else has it");

        world.node(2).start(false, -1);
        world.run(MS);
        assertEquals(end, world.node(2).log.endIndex());
        world.tap = packet -> {
            if (packet[0] == PacketType.INSTALL && !world.node(3).paused) {
                world.node(3).pause();
            }
        };
        mend(0, 2);
        mend(0, 3);
        mend(2, 3);
        world.until(5000 * MS, "it came with the holder's log", () -> world.node(2).log.endIndex() > end);
        assertEquals(0, world.node(2).rejected.size());
        world.isolate(0);
        world.isolate(2);
        world.tap = packet -> { };
        world.node(3).resume();
        mend(1, 3);
        mend(1, 4);
        mend(3, 4);
        world.until(10_000 * MS, "a view of three", () -> List.of(1, 3, 4).stream().allMatch(number -> world.node(number).isPrimary(3)));
        assertNotNull(world.node(2).notPrimary);
        assertTrue(world.node(1).offer("of the majority") > 0);
        world.run(10 * MS);

        world.heal();
        world.until(20_000 * MS, "five", () -> world.allPrimary(5));
        world.run(1000 * MS);
        assertTrue(world.node(2).trace.contains(TraceEvent.TRUNCATED));
        assertEquals(List.of("of the majority"), world.node(2).delivered());
        assertEquals(Map.of(), world.node(2).rejected);
        assertTrue(world.node(2).offer("of the new process") > 0);
        world.run(10 * MS);
        assertEquals(List.of("of the majority", "of the new process"), world.node(0).delivered());
    }

    /** One link of a partition comes back. */
    private void mend(final int a, final int b) {
        assertTrue(world.cut.remove(a * 1000L + b));
        world.link(world.node(a), world.node(b));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import org.junit.jupiter.api.Test;

/** What an application is given of large write sets before they are decided. */
class AheadDataTest {
    /** Numbers that a provider takes ahead at once (docs/ipc.md). */
    static final int AHEAD_MAX = 8;

    private static final String VALUE = "0123456789".repeat(100_000);
    private static final int FRAGMENT = 256 << 10;

    private final ToyCluster cluster = new ToyCluster();
    private final ToyServer a = cluster.seed();
    private final ToyServer b = joined("b");

    private ToyServer joined(final String name) {
        final ToyServer server = cluster.joined(name);
        server.ahead = new HashMap<>();
        return server;
    }

    @Test
    void theDataIsThereBeforeTheEndComes() {
        final ToyServer.LargeWriteSet large = a.beginLarge("big", VALUE, FRAGMENT);
        cluster.settle();
        assertEquals(1, b.ahead.size());
        assertTrue(b.ahead.values().iterator().next().size() > VALUE.length());
        b.write("y", "1");
        large.end();
        cluster.settle();
        assertEquals("commit", a.results.get(large.callNumber));
        assertTrue(b.events.getLast().endsWith("data ahead"), b.events.toString());
        assertEquals(a.rows, b.rows);
        assertEquals(0, b.ahead.size());
    }

    @Test
    void whatConflictsIsForgotten() {
        final ToyServer.LargeWriteSet large = a.beginLarge("x", VALUE, FRAGMENT);
        cluster.settle();
        b.write("x", "1");
        large.end();
        cluster.settle();
        assertEquals("conflict", a.results.get(large.callNumber));
        assertEquals("{x=1}", b.rows.toString());
        assertEquals(0, b.ahead.size());
    }

    @Test
    void whatIsWithdrawnIsForgotten() {
        final ToyServer.LargeWriteSet large = a.beginLarge("x", VALUE, FRAGMENT);
        cluster.settle();
        a.replicator.withdraw(large.callNumber);
        cluster.settle();
        assertEquals(0, b.ahead.size());
        assertTrue(b.events.contains("dropped"), b.events.toString());
    }

    @Test
    void whatAnAbsentMemberBeganIsForgotten() {
        final ToyServer c = joined("c");
        c.beginLarge("x", VALUE, FRAGMENT);
        cluster.settle();
        assertEquals(1, b.ahead.size());
        cluster.isolate(c.group);
        cluster.settle();
        assertEquals(0, b.ahead.size());
    }

    @Test
    void whatTakesTooLongIsForgotten() {
        a.beginLarge("x", VALUE, FRAGMENT);
        cluster.settle();
        for (int nth = 0; nth <= ToyCluster.WINDOW; nth++) {
            b.write("y" + nth, "1");
        }
        cluster.settle();
        assertEquals(0, b.ahead.size());
    }

    @Test
    void theOriginHasItsOwn() {
        a.ahead = new HashMap<>();
        a.beginLarge("x", VALUE, FRAGMENT);
        cluster.settle();
        assertEquals(0, a.ahead.size());
        assertEquals(1, b.ahead.size());
    }

    @Test
    void onlySoManyAreUnderWay() {
        for (int nth = 0; nth < 10; nth++) {
            a.beginLarge("x" + nth, VALUE, FRAGMENT);
        }
        cluster.settle();
        assertEquals(AHEAD_MAX, b.ahead.size());
    }

    /** Where one ends and another begins in a pass, the application still has the former when it is given the latter. */
    @Test
    void whatEndsMakesRoomOnceTheApplicationKnows() {
        final ToyServer.LargeWriteSet first = a.beginLarge("x", VALUE, FRAGMENT);
        for (int nth = 1; nth < AHEAD_MAX; nth++) {
            a.beginLarge("x" + nth, VALUE, FRAGMENT);
        }
        cluster.settle();
        b.group.deaf = true;
        a.replicator.withdraw(first.callNumber);
        a.beginLarge("y", VALUE, FRAGMENT);
        cluster.settle();
        b.group.deaf = false;
        cluster.settle();
        assertEquals(AHEAD_MAX - 1, b.ahead.size());
        a.beginLarge("z", VALUE, FRAGMENT);
        cluster.settle();
        assertEquals(AHEAD_MAX, b.ahead.size());
    }

    @Test
    void whoJoinsBetweenGetsItWhole() {
        final ToyServer.LargeWriteSet large = a.beginLarge("big", VALUE, FRAGMENT);
        cluster.settle();
        final ToyServer c = joined("c");
        large.end();
        cluster.settle();
        assertEquals(a.rows, c.rows);
        assertEquals(0, c.ahead.size());
        assertEquals(0, b.ahead.size());
    }
}

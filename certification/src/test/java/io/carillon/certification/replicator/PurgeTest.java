// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What may be dropped from the log. */
class PurgeTest {
    private static final long A_SECOND_NS = 1_000_000_000L;

    private final ToyCluster cluster = new ToyCluster();

    private void write(final ToyServer server, final int count) {
        for (int nth = 0; nth < count; nth++) {
            server.write("key " + nth, "value");
            cluster.settle();
        }
        server.tick(2 * A_SECOND_NS);
    }

    /** A restart that finds no configuration in its log could prove nothing of its group. */
    @Test
    void theLatestConfigurationStaysInTheLog() {
        final ToyServer a = cluster.seed();
        write(a, 8 * ToyCluster.WINDOW);
        assertEquals(cluster.configurationIndex() - 1, a.purgeable);
        a.group.promote();
        cluster.settle();
        final long configured = cluster.configurationIndex();
        assertTrue(configured > 8 * ToyCluster.WINDOW, "index of the record: " + configured);
        write(a, ToyCluster.WINDOW);
        assertTrue(a.purgeable > 1 && a.purgeable < configured, "two windows of certification are kept, too: " + a.purgeable);
        write(a, 8 * ToyCluster.WINDOW);
        assertEquals(configured - 1, a.purgeable);
    }

    /** The origin is in the next view again, and what it said while there was none is lost. */
    @Test
    void aLargeWriteSetThatNeverEndsHoldsTheLogForNoMoreThanItsWindow() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final ToyServer c = cluster.joined("c");
        final long begun = b.beginLarge("big", "0123456789".repeat(100_000), 256 << 10).callNumber;
        cluster.settle();
        cluster.outage();
        cluster.settle();
        b.replicator.withdraw(begun);
        cluster.recover(a.group, b.group, c.group);
        cluster.settle();
        write(a, 4 * ToyCluster.WINDOW);
        a.group.promote();
        cluster.settle();
        write(a, 4 * ToyCluster.WINDOW);
        for (final ToyServer server : List.of(a, b, c)) {
            server.tick(2 * A_SECOND_NS);
            cluster.settle();
        }
        for (final ToyServer server : List.of(a, b, c)) {
            server.tick(2 * A_SECOND_NS);
            assertEquals(cluster.configurationIndex() - 1, server.purgeable, server.name);
        }
    }

    /** The closing entry at distance {@code others} + 1 from the first fragment, on members that saw all and one that began between. */
    private String outcomeBehind(final int others) {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        write(a, 5 * ToyCluster.WINDOW);
        final ToyServer.LargeWriteSet large = b.beginLarge("big", "0123456789".repeat(100_000), 256 << 10);
        cluster.settle();
        final long first = a.position.seqno();
        final ToyServer c = cluster.joined("c");
        write(a, others - (int) (a.position.seqno() - first));
        large.end();
        cluster.settle();
        assertEquals(first + others + 1, a.position.seqno());
        for (final ToyServer server : List.of(b, c)) {
            assertEquals(a.rows, server.rows, server.name);
            assertEquals(a.position, server.position, server.name);
        }
        assertEquals(a.events.getLast(), c.events.getLast());
        return b.results.get(large.callNumber);
    }

    @Test
    void aLargeWriteSetWithinItsWindowCommitsOnAllMembers() {
        assertEquals("commit", outcomeBehind(ToyCluster.WINDOW - 2));
    }

    @Test
    void aLargeWriteSetThatTookLongerThanItsWindowCommitsOnNone() {
        assertEquals("conflict", outcomeBehind(ToyCluster.WINDOW - 1));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
}

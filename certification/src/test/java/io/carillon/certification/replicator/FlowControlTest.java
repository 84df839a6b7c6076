// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.NodeState;
import org.junit.jupiter.api.Test;

/** Writers wait for members that are behind, and not for ever; desync. */
class FlowControlTest {
    private final ToyCluster cluster = new ToyCluster();

    @Test
    void aLongQueueHoldsTheWritersUntilItIsShortAgain() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        b.full = true;
        for (int i = 0; i < 100; i++) {
            a.write("r" + i, "1");
            cluster.settle();
        }
        final int applied = a.rows.size();
        assertTrue(applied > 16 && applied < 40, "applied " + applied);
        b.full = false;
        b.replicator.progress(b.position.seqno(), 0);
        cluster.settle();
        assertEquals(100, a.rows.size() + a.results.values().stream().filter("conflict"::equals).count());
        assertEquals(a.rows, b.rows);
    }

    @Test
    void aMemberThatHangsHoldsTheWritersNoLongerThanItsLease() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        b.full = true;
        for (int i = 0; i < 40; i++) {
            a.write("r" + i, "1");
            cluster.settle();
        }
        final int applied = a.rows.size();
        a.tick(FlowControl.LEASE_MS * 1_000_000L);
        cluster.settle();
        assertTrue(a.rows.size() > applied, a.rows.size() + " after " + applied);
    }

    @Test
    void desyncNests() {
        final ToyServer a = cluster.seed();
        for (int i = 0; i < 2; i++) {
            a.replicator.desync(++a.call, true);
        }
        cluster.settle();
        assertEquals("OK", a.results.get(a.call));
        assertEquals(NodeState.DONOR, a.state);
        a.replicator.desync(++a.call, false);
        cluster.settle();
        assertEquals(NodeState.DONOR, a.state);
        a.replicator.desync(++a.call, false);
        cluster.settle();
        assertEquals(NodeState.SYNCED, a.state);
        assertEquals(2, a.events.stream().filter("synced"::equals).count());
        a.replicator.desync(++a.call, false);
        cluster.settle();
        assertTrue(a.results.get(a.call).startsWith("TRX_FAIL"));
    }
}

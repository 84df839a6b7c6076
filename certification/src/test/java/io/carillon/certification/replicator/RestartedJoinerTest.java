// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.NodeState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A joiner's server dies while it is given a snapshot, and is started again before the donor of that is done. */
class RestartedJoinerTest {
    private final ToyCluster cluster = new ToyCluster();

    /** The joiner's server died while {@code a} gave it a snapshot; {@code c} gives one to the next, which this returns. */
    private ToyServer startedAgain(final ToyServer a, final ToyServer c) {
        a.donates = false;
        c.donates = false;
        final ToyServer b = cluster.joined("b");
        assertEquals(NodeState.DONOR, a.state);
        cluster.crash(b.group);
        cluster.settle();
        final ToyServer again = cluster.restarted(b).attach(null);
        again.connect("gcomm://a");
        cluster.settle();
        assertEquals(NodeState.DONOR, a.state);
        assertEquals(NodeState.DONOR, c.state);
        return again;
    }

    @Test
    void aFailureOfTheSnapshotForTheServerBeforeIsNothingToTheNext() {
        endsForTheServerBefore(-32);
    }

    @Test
    void theEndOfTheSnapshotForTheServerBeforeIsNothingToTheNext() {
        endsForTheServerBefore(0);
    }

    private void endsForTheServerBefore(final int code) {
        final ToyServer a = cluster.seed();
        final ToyServer c = cluster.joined("c");
        final ToyServer b = startedAgain(a, c);
        final long donations = a.events.stream().filter(e -> e.startsWith("donate")).count();
        a.sent(code);
        cluster.settle();
        b.tick(SnapshotRequest.WORD_NS);
        cluster.settle();
        assertEquals("OK", a.results.get(a.call));
        assertEquals(NodeState.SYNCED, a.state);
        assertEquals(donations, a.events.stream().filter(e -> e.startsWith("donate")).count(), a.events.toString());
        assertEquals(NodeState.JOINER, b.state);
        c.donation.run();
        cluster.settle();
        for (final ToyServer server : List.of(a, b, c)) {
            assertEquals(NodeState.SYNCED, server.state, server.name);
        }
    }

    /** Such a copy may arrive all the same, and both may have written into the same files. */
    @Test
    void theSnapshotForTheServerBeforeIsNotTaken() {
        final ToyServer a = cluster.seed();
        final ToyServer b = startedAgain(a, cluster.joined("c"));
        a.donation.run();
        cluster.settle();
        assertTrue(b.events.stream().anyMatch(e -> e.startsWith("inconsistent the snapshot is at seqno")), b.events.toString());
        assertTrue(b.results.get(b.call).startsWith("CONN_FAIL"), b.results.toString());
    }
}

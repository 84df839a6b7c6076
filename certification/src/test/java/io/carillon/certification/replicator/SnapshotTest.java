// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.NodeState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A joiner that the log does not serve. */
class SnapshotTest {
    private final ToyCluster cluster = new ToyCluster();

    @Test
    void joinerWithoutDataGetsASnapshotAndThenWhatFollowed() {
        final ToyServer a = cluster.seed();
        a.write("before", "1");
        cluster.settle();
        a.donates = false;
        final ToyServer b = cluster.joined("b");
        assertEquals(NodeState.DONOR, a.state);
        assertEquals(NodeState.JOINER, b.state);
        assertEquals(List.of("view 3 PRIMARY CONNECTED_ONLY 2", "state request needed"), b.events);
        a.write("meanwhile", "2");
        cluster.settle();
        a.donation.run();
        cluster.settle();
        assertEquals("{before=1, meanwhile=2}", b.rows.toString());
        assertEquals(NodeState.SYNCED, b.state);
        assertEquals(NodeState.SYNCED, a.state);
        assertEquals(List.of("write set 4 commit of 1", "synced"), b.events.subList(2, 4));
        assertEquals(1, b.group.weight);
    }

    @Test
    void aDonorThatDiesFailsItsJoiner() {
        final ToyServer a = cluster.seed();
        final ToyServer c = cluster.joined("c");
        a.donates = false;
        final ToyServer b = cluster.joined("b");
        cluster.crash(a.group);
        cluster.settle();
        assertTrue(b.events.stream().anyMatch(e -> e.startsWith("inconsistent") && e.contains("donor left")), b.events.toString());
        assertEquals(1, c.view.members().size());
    }
}

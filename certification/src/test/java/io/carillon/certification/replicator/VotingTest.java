// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Votes on the result of applying. */
class VotingTest {
    private final ToyCluster cluster = new ToyCluster();

    @Test
    void whoIsAloneWithAnErrorIsInconsistent() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final ToyServer c = cluster.joined("c");
        a.write("x", "1");
        cluster.settle();
        b.replicator.vote(a.position.seqno(), 0x77, "duplicate key");
        cluster.settle();
        assertTrue(b.events.stream().anyMatch(e -> e.startsWith("inconsistent") && e.contains("duplicate key")), b.events.toString());
        assertFalse(a.events.stream().anyMatch(e -> e.startsWith("inconsistent")));
        assertFalse(c.events.stream().anyMatch(e -> e.startsWith("inconsistent")));
        assertEquals(2, a.view.members().size());
    }

    @Test
    void aCommonErrorIsNoInconsistency() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final ToyServer c = cluster.joined("c");
        a.write("x", "1");
        cluster.settle();
        for (final ToyServer server : List.of(a, b, c)) {
            server.replicator.vote(a.position.seqno(), 0x77, "no such table");
        }
        cluster.settle();
        for (final ToyServer server : List.of(a, b, c)) {
            assertFalse(server.events.stream().anyMatch(e -> e.startsWith("inconsistent")), server.name);
        }
    }

    @Test
    void whoAppliesLateWhatTheOthersCouldNotIsInconsistent() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final ToyServer c = cluster.joined("c");
        c.full = true;
        a.write("x", "1");
        cluster.settle();
        final long seqno = a.position.seqno();
        a.replicator.vote(seqno, 0x77, "no such table");
        b.replicator.vote(seqno, 0x77, "no such table");
        cluster.settle();
        assertFalse(c.events.stream().anyMatch(e -> e.startsWith("inconsistent")));
        c.full = false;
        c.replicator.progress(c.position.seqno(), 0);
        assertTrue(c.events.stream().anyMatch(e -> e.startsWith("inconsistent")), c.events.toString());
    }

    /** {@code gcs.vote_policy=1}: one success outvotes any number of errors. */
    @Test
    void byPolicyFewSuccessesOutvoteTheMajority() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final ToyServer c = cluster.joined("c");
        final ReplicatorConfig d = ToyCluster.CONFIG;
        for (final ToyServer server : List.of(a, b, c)) {
            server.replicator.configure(new ReplicatorConfig(d.certifier(), d.segment(), d.writeSetMax(), d.waitPrimaryNs(), d.fateNs(), 1,
                d.flow()));
        }
        c.full = true;
        a.write("x", "1");
        cluster.settle();
        final long seqno = a.position.seqno();
        a.replicator.vote(seqno, 0x77, "no such table");
        b.replicator.vote(seqno, 0x77, "no such table");
        cluster.settle();
        assertEquals(3, c.view.members().size());
        assertFalse(a.events.stream().anyMatch(e -> e.startsWith("inconsistent")), "one that may succeed has not voted");
        c.full = false;
        c.replicator.progress(c.position.seqno(), 0);
        cluster.settle();
        assertFalse(c.events.stream().anyMatch(e -> e.startsWith("inconsistent")), c.events.toString());
        for (final ToyServer server : List.of(a, b)) {
            assertTrue(server.events.stream().anyMatch(e -> e.startsWith("inconsistent") && e.contains("result is success")), server.name);
        }
    }
}

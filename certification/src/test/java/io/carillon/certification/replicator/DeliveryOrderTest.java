// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.certification.ConflictJournal;
import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.NodeState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Write sets, verdicts and reads in one order on all nodes. */
class DeliveryOrderTest {
    private final ToyCluster cluster = new ToyCluster();

    @Test
    void rowsAndVerdictsFlowInOneOrder() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final long first = a.write("x", "1");
        final long second = b.write("y", "2");
        cluster.settle();
        assertEquals("commit", a.results.get(first));
        assertEquals("commit", b.results.get(second));
        assertEquals(a.rows, b.rows);
        assertEquals("{x=1, y=2}", a.rows.toString());
        assertEquals(a.position, b.position);
    }

    @Test
    void conflictIsDecidedTheSameEverywhere() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final long first = a.write("x", "a");
        final long second = b.write("x", "b");
        cluster.settle();
        assertEquals("commit", a.results.get(first));
        assertEquals("conflict", b.results.get(second));
        assertEquals("{x=a}", b.rows.toString());
        assertTrue(a.events.getLast().endsWith("dummy of 2"), a.events.toString());
        for (final ToyServer server : List.of(a, b)) {
            assertEquals("[db.t=1]", server.replicator.conflicts().byTable().toString());
            final ConflictJournal.Conflict conflict = server.replicator.conflicts().latest().getFirst();
            assertEquals(b.session, conflict.failed().session());
            assertEquals(a.session, conflict.winner().session());
            assertEquals(conflict.failed().seqno() - 1, conflict.winner().seqno());
            assertEquals(KeyType.EXCLUSIVE, conflict.type());
        }
    }

    /** Its rows are nobody's else; but how could one tell, so far back. */
    @Test
    void whoseOriginIsTooFarBehindDoesNotCommitAndIsLogged() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final long seen = a.position.seqno();
        for (int i = 0; i < ToyCluster.WINDOW - 1; i++) {
            a.write("a" + i, "1");
        }
        cluster.settle();
        final long last = b.write("y", "within", seen);
        cluster.settle();
        final long late = b.write("z", "beyond", seen);
        cluster.settle();
        assertEquals("commit", b.results.get(last));
        assertEquals("conflict", b.results.get(late));
        for (final ToyServer server : List.of(a, b)) {
            final ConflictJournal journal = server.replicator.conflicts();
            assertEquals(1, journal.behind());
            assertTrue(journal.latestBehind().startsWith("certification interval " + (ToyCluster.WINDOW + 1) + " for trx (write set ")
                && journal.latestBehind().endsWith(" exceeds the limit of " + ToyCluster.WINDOW), journal.latestBehind());
        }
    }

    @Test
    void verdictsStayTheSameForAJoinerThatBeganInTheMiddle() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final List<ToyServer> all = new ArrayList<>(List.of(a, b));
        final Random random = new Random(42);
        for (int i = 0; i < 600; i++) {
            if (i == 300) {
                cluster.settle();
                all.add(cluster.joined("c"));
            }
            final ToyServer writer = all.get(random.nextInt(all.size()));
            writer.write("r" + random.nextInt(6), "v" + i);
            if (random.nextInt(4) == 0) {
                cluster.settle();
            }
        }
        cluster.settle();
        for (final ToyServer server : all) {
            assertEquals(a.rows, server.rows, server.name);
            assertEquals(a.position, server.position);
            assertEquals(NodeState.SYNCED, server.state);
        }
        assertTrue(a.events.stream().anyMatch(e -> e.contains("conflict")));
    }

    @Test
    void syncPointCoversWhatWasAcknowledgedBefore() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        a.write("x", "1");
        cluster.settle();
        b.replicator.syncPoint(++b.call);
        b.replicator.syncPoint(++b.call);
        cluster.settle();
        assertEquals("sync " + a.position.seqno(), b.results.get(b.call));
        assertEquals("sync " + a.position.seqno(), b.results.get(b.call - 1));
    }

    @Test
    void aFullFeedWaitsInTheLog() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        b.full = true;
        for (int i = 0; i < 20; i++) {
            a.write("r" + i, "1");
            cluster.settle();
        }
        assertEquals(20, a.rows.size());
        assertEquals(0, b.rows.size());
        b.full = false;
        b.replicator.progress(b.position.seqno(), 0);
        assertEquals(a.rows, b.rows);
    }

    @Test
    void aLargeWriteSetTravelsInFragmentsAndIsStreamed() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final String value = "0123456789".repeat(1_200_000);
        final long large = a.writeLarge("big", value, 256 << 10);
        b.write("other", "1");
        cluster.settle();
        assertEquals("commit", a.results.get(large));
        assertEquals(value, b.rows.get("big"));
        assertTrue(a.events.contains("fragment 45"), a.events.toString());
        assertTrue(b.partsMax <= 256 << 10, "part of " + b.partsMax);
        assertEquals(a.rows, b.rows);
    }

    @Test
    void whatTheRingDoesNotTakeAtOnceIsOfferedAgainInOrder() {
        final ToyServer a = cluster.seed();
        a.group.refuse = 3;
        final long first = a.write("x", "1");
        final long second = a.write("x", "2");
        cluster.settle();
        assertEquals("commit", a.results.get(first));
        assertEquals("commit", a.results.get(second));
        assertEquals("{x=2}", a.rows.toString());
    }

    @Test
    void aWriteSetAboveTheLimitIsRefusedWhole() {
        final ToyServer a = cluster.seed();
        final ReplicatorConfig d = ToyCluster.CONFIG;
        a.replicator.configure(new ReplicatorConfig(d.certifier(), d.segment(), 100_000, d.waitPrimaryNs(), d.fateNs(), 0, d.flow()));
        final long small = a.write("x", "1");
        final long inline = a.write("y", "1".repeat(120_000));
        final long large = a.writeLarge("z", "1".repeat(600_000), 256 << 10);
        cluster.settle();
        assertEquals("commit", a.results.get(small));
        assertEquals("TOO_LARGE", a.results.get(inline));
        assertEquals("TOO_LARGE", a.results.get(large));
        assertEquals("{x=1}", a.rows.toString());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.certification.CertifierConfig;
import io.carillon.certification.ConflictJournal;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.NodeState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicatorTest {
    static final int WINDOW = 64;
    static final ReplicatorConfig CONFIG = new ReplicatorConfig(new CertifierConfig(WINDOW, 1 << 20, Integer.MAX_VALUE), 0,
        Integer.MAX_VALUE,
        30_000_000_000L, 10_000_000_000L, 16, 1.0);
    static final List<ToyServer> SERVERS = new CopyOnWriteArrayList<>();
    static final DonorChoice FIRST_SYNCED = (members, joiner, donors) -> {
        for (final MemberState member : members) {
            if (member.state() == NodeState.SYNCED && !member.id().equals(joiner)) {
                return member;
            }
        }
        return null;
    };

    private final FakeCluster cluster = new FakeCluster();

    @BeforeEach
    void noServers() {
        SERVERS.clear();
    }

    private ToyServer server(final String name) {
        final ToyServer server = new ToyServer(cluster, name);
        SERVERS.add(server);
        return server;
    }

    private ToyServer seed() {
        final ToyServer a = server("a").attach(null);
        a.connect("gcomm://");
        cluster.settle();
        return a;
    }

    private ToyServer joined(final String name) {
        final ToyServer b = server(name).attach(null);
        b.connect("gcomm://a");
        cluster.settle();
        return b;
    }

    @Test
    void founderIsSyncedAtOnceAndItsViewComesInOrder() {
        final ToyServer a = seed();
        assertEquals("OK", a.results.get(1L));
        assertEquals(List.of("view 1 PRIMARY CONNECTED 1", "synced"), a.events);
        assertEquals(NodeState.SYNCED, a.state);
        assertEquals(0, a.view.ownIndex());
        assertEquals(a.session, a.view.members().get(0).id());
    }

    @Test
    void rowsAndVerdictsFlowInOneOrder() {
        final ToyServer a = seed();
        final ToyServer b = joined("b");
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
        final ToyServer a = seed();
        final ToyServer b = joined("b");
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

    @Test
    void joinerWithoutDataGetsASnapshotAndThenWhatFollowed() {
        final ToyServer a = seed();
        a.write("before", "1");
        cluster.settle();
        a.donates = false;
        final ToyServer b = joined("b");
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
    void joinerThatTheLogServesNeedsNoSnapshot() {
        final ToyServer a = seed();
        final ToyServer b = joined("b");
        b.replicator.disconnect(++b.call);
        cluster.settle();
        assertEquals("OK", b.results.get(b.call));
        assertEquals("final", b.events.getLast());
        final Gtid left = b.position;
        a.write("missed", "1");
        cluster.settle();
        b.events.clear();
        b.connect("gcomm://a");
        cluster.settle();
        assertEquals("view 5 PRIMARY CONNECTED_ONLY 2", b.events.get(0));
        assertEquals("view " + left.seqno() + " PRIMARY SYNTHETIC 2", b.events.get(1));
        assertFalse(b.events.contains("state request needed"));
        assertEquals("synced", b.events.getLast());
        assertEquals(a.rows, b.rows);
        assertEquals(a.position, b.position);
    }

    @Test
    void verdictsStayTheSameForAJoinerThatBeganInTheMiddle() {
        final ToyServer a = seed();
        final ToyServer b = joined("b");
        final List<ToyServer> all = new ArrayList<>(List.of(a, b));
        final java.util.Random random = new java.util.Random(42);
        for (int i = 0; i < 600; i++) {
            if (i == 300) {
                cluster.settle();
                all.add(joined("c"));
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
        final ToyServer a = seed();
        final ToyServer b = joined("b");
        a.write("x", "1");
        cluster.settle();
        b.replicator.syncPoint(++b.call);
        b.replicator.syncPoint(++b.call);
        cluster.settle();
        assertEquals("sync " + a.position.seqno(), b.results.get(b.call));
        assertEquals("sync " + a.position.seqno(), b.results.get(b.call - 1));
    }

    @Test
    void lostPrimaryRejectsNewCallsAndKeepsThoseUnderWay() {
        final ToyServer a = seed();
        final ToyServer b = joined("b");
        cluster.held = true;
        final long sent = b.write("x", "1");
        cluster.isolate(b.group);
        cluster.settle();
        final long late = b.write("y", "1");
        b.replicator.syncPoint(++b.call);
        assertEquals("NOT_PRIMARY", b.results.get(late));
        assertEquals("sync -1", b.results.get(b.call));
        assertEquals(null, b.results.get(sent));
        assertEquals(io.carillon.wsrep.View.Status.NON_PRIMARY, b.view.status());
        cluster.heal(b.group);
        cluster.held = false;
        cluster.settle();
        assertEquals("commit", b.results.get(sent));
        assertEquals(NodeState.SYNCED, b.state);
        assertEquals(a.rows, b.rows);
        assertEquals(a.position, b.position);
    }

    @Test
    void fateIsGivenUpAfterABoundedTimeAndTheWriteSetIsThenAppliedLikeAnyOther() {
        final ToyServer a = seed();
        final ToyServer b = joined("b");
        cluster.held = true;
        final long sent = b.write("x", "1");
        cluster.isolate(b.group);
        cluster.settle();
        b.tick(CONFIG.fateNs() - 1);
        assertEquals(null, b.results.get(sent));
        b.tick(1);
        assertEquals("FATE_UNKNOWN", b.results.get(sent));
        cluster.heal(b.group);
        cluster.held = false;
        cluster.settle();
        assertEquals("{x=1}", b.rows.toString());
        assertEquals("FATE_UNKNOWN", b.results.get(sent));
        assertEquals(a.position, b.position);
    }

    @Test
    void aFullFeedWaitsInTheLog() {
        final ToyServer a = seed();
        final ToyServer b = joined("b");
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
        final ToyServer a = seed();
        final ToyServer b = joined("b");
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
    void aStreamingTransactionDoesNotOutliveItsOriginsAbsence() {
        final ToyServer a = seed();
        final ToyServer b = joined("b");
        final long first = b.stream("s1", -1);
        cluster.settle();
        final long before = b.position.seqno();
        final long second = b.stream("s2", before);
        cluster.settle();
        assertEquals("commit", b.results.get(first));
        assertEquals("commit", b.results.get(second));
        cluster.isolate(b.group);
        cluster.settle();
        cluster.heal(b.group);
        cluster.settle();
        final ToyServer c = joined("c");
        final long third = b.stream("s3", before + 1);
        final long anew = b.stream("s4", -1);
        cluster.settle();
        assertEquals("conflict", b.results.get(third));
        assertEquals("commit", b.results.get(anew));
        assertEquals(a.rows, b.rows);
        assertEquals(a.rows, c.rows);
    }

    @Test
    void leavingDoesNotWaitForAFullFeedAndTheRestComesAfterwards() {
        final ToyServer a = seed();
        final ToyServer b = joined("b");
        a.write("x", "1");
        cluster.settle();
        b.fullAfterParts = 2;
        a.writeLarge("big", "0123456789".repeat(300_000), 256 << 10);
        a.write("y", "1");
        cluster.settle();
        assertTrue(b.full);
        b.replicator.disconnect(++b.call);
        cluster.settle();
        assertEquals("final", b.events.getLast());
        assertEquals("OK", b.results.get(b.call));
        b.full = false;
        b.connect("gcomm://a");
        cluster.settle();
        assertEquals(a.rows, b.rows);
        assertEquals(a.position, b.position);
        assertEquals(NodeState.SYNCED, b.state);
    }

    @Test
    void whatTheRingDoesNotTakeAtOnceIsOfferedAgainInOrder() {
        final ToyServer a = seed();
        a.group.refuse = 3;
        final long first = a.write("x", "1");
        final long second = a.write("x", "2");
        cluster.settle();
        assertEquals("commit", a.results.get(first));
        assertEquals("commit", a.results.get(second));
        assertEquals("{x=2}", a.rows.toString());
    }

    @Test
    void desyncNests() {
        final ToyServer a = seed();
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

    @Test
    void whoIsAloneWithAnErrorIsInconsistent() {
        final ToyServer a = seed();
        final ToyServer b = joined("b");
        final ToyServer c = joined("c");
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
        final ToyServer a = seed();
        final ToyServer b = joined("b");
        final ToyServer c = joined("c");
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
        final ToyServer a = seed();
        final ToyServer b = joined("b");
        final ToyServer c = joined("c");
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

    @Test
    void bootstrapObeysSafeToBootstrap(@TempDir final Path dir) throws Exception {
        final ToyServer a = server("a").attach(dir);
        a.connect("gcomm://");
        cluster.settle();
        assertTrue(Files.readString(dir.resolve("grastate.dat")).contains("seqno:   -1\nsafe_to_bootstrap: 1"));
        final ToyServer b = joined("b");
        assertTrue(Files.readString(dir.resolve("grastate.dat")).contains("safe_to_bootstrap: 0"));
        a.replicator.disconnect(++a.call);
        cluster.settle();
        final String saved = Files.readString(dir.resolve("grastate.dat"));
        assertTrue(saved.contains("uuid:    " + a.position.uuid() + "\nseqno:   " + a.position.seqno() + "\nsafe_to_bootstrap: 0"), saved);
        a.attach(dir);
        final long call = a.connect("gcomm://");
        assertTrue(a.results.get(call).startsWith("NODE_FAIL It may not be safe to bootstrap"), a.results.get(call));
        assertEquals(1, b.view.members().size());
    }

    @Test
    void connectGivesUpWithoutAPrimaryView() {
        final ToyServer a = server("a").attach(null);
        final long call = a.connect("gcomm://nobody");
        a.tick(CONFIG.waitPrimaryNs());
        assertTrue(a.results.get(call).startsWith("NODE_FAIL no primary view within 30 s"));
    }

    @Test
    void leavingEndsWithAnEmptyViewAndCanBeRepeated() {
        final ToyServer a = seed();
        final ToyServer b = joined("b");
        for (int i = 0; i < 5; i++) {
            b.replicator.disconnect(++b.call);
            cluster.settle();
            assertEquals("final", b.events.getLast());
            b.connect("gcomm://a");
            cluster.settle();
            assertEquals(NodeState.SYNCED, b.state);
            a.write("x", "" + i);
            cluster.settle();
            assertEquals(a.rows, b.rows);
        }
    }

    @Test
    void aDonorThatDiesFailsItsJoiner() {
        final ToyServer a = seed();
        final ToyServer c = joined("c");
        a.donates = false;
        final ToyServer b = joined("b");
        cluster.crash(a.group);
        cluster.settle();
        assertTrue(b.events.stream().anyMatch(e -> e.startsWith("inconsistent") && e.contains("donor left")), b.events.toString());
        assertEquals(1, c.view.members().size());
    }
}

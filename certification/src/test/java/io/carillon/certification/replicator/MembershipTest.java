// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Founding, connecting, leaving. */
class MembershipTest {
    private final ToyCluster cluster = new ToyCluster();

    @Test
    void founderIsSyncedAtOnceAndItsViewComesInOrder() {
        final ToyServer a = cluster.seed();
        assertEquals("OK", a.results.get(1L));
        assertEquals(List.of("view 1 PRIMARY CONNECTED 1", "synced"), a.events);
        assertEquals(NodeState.SYNCED, a.state);
        assertEquals(0, a.view.ownIndex());
        assertEquals(a.session, a.view.members().get(0).id());
    }

    @Test
    void joinerThatTheLogServesNeedsNoSnapshot() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
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
    void leavingDoesNotWaitForAFullFeedAndTheRestComesAfterwards() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
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
    void bootstrapObeysSafeToBootstrap(@TempDir final Path dir) throws Exception {
        final ToyServer a = cluster.server("a").attach(dir);
        a.connect("gcomm://");
        cluster.settle();
        assertTrue(Files.readString(dir.resolve("grastate.dat")).contains("seqno:   -1\nsafe_to_bootstrap: 1"));
        final ToyServer b = cluster.joined("b");
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
        final ToyServer a = cluster.server("a").attach(null);
        final long call = a.connect("gcomm://nobody");
        a.tick(ToyCluster.CONFIG.waitPrimaryNs());
        assertTrue(a.results.get(call).startsWith("NODE_FAIL no primary view within 30 s"));
    }

    /** As a member that was cut off does: nobody would bring it back. */
    @Test
    void aNewSidecarUnderARunningServerWaitsForAPrimaryViewAsLongAsItTakes() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        cluster.killSidecar(b);
        a.write("x", "1");
        cluster.settle();
        cluster.replaceSidecar(b);
        b.tick(10 * ToyCluster.CONFIG.waitPrimaryNs());
        cluster.settle();
        assertEquals(NodeState.SYNCED, b.state);
        assertEquals(a.rows, b.rows);
        assertFalse(b.events.contains("final"));
    }

    @Test
    void leavingEndsWithAnEmptyViewAndCanBeRepeated() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
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
    void aServerThatComesBackBehindWhatItsPredecessorWasGivenGetsTheRest() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        a.write("x", "1");
        cluster.settle();
        final Gtid flushed = b.position;
        final Map<String, String> rows = Map.copyOf(b.rows);
        a.write("y", "1");
        a.write("z", "1");
        cluster.settle();
        assertEquals(a.rows, b.rows);
        // The server process dies with what its engine had not flushed; its sidecar stays a member.
        b.replicator.detach();
        a.write("while away", "1");
        cluster.settle();
        b.rows.clear();
        b.rows.putAll(rows);
        b.position = flushed;
        b.events.clear();
        b.replicator.attach(new NodeSession(new UUID(1, 2), "b", "b:3306", null, flushed, -1, -1, new long[0]), b);
        a.write("before it connects", "1");
        cluster.settle();
        assertEquals(rows, b.rows, b.events.toString());
        b.connect("gcomm://a");
        cluster.settle();
        assertEquals(a.rows, b.rows);
        assertEquals(a.position, b.position);
        assertEquals(NodeState.SYNCED, b.state);
        assertFalse(b.events.contains("state request needed"), b.events.toString());
        assertFalse(b.events.contains("final"), "the end of its predecessor's membership is none of its business: " + b.events);
    }

    /** The same process, another group, lower numbers. */
    @Test
    void whatWasCommittedInOneGroupSaysNothingInAnother() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        for (int i = 0; i < 50; i++) {
            a.write("x" + i, "1");
            cluster.settle();
        }
        final long before = b.position.seqno();
        b.replicator.disconnect(++b.call);
        a.replicator.disconnect(++a.call);
        cluster.settle();
        cluster.forget();
        final ToyServer c = cluster.server("c").attach(null);
        c.connect("gcomm://");
        cluster.settle();
        c.write("y", "1");
        cluster.settle();
        b.connect("gcomm://c");
        b.replicator.progress(before, 0);
        cluster.settle();
        assertEquals(NodeState.SYNCED, b.state);
        assertEquals("{y=1}", b.rows.toString());
        b.replicator.progress(before, 0);
        b.tick(1_000_000_000L);
        c.tick(1_000_000_000L);
        cluster.settle();
        final long released = c.replicator.members().stream().filter(m -> m.name().equals("b")).findFirst().orElseThrow().released();
        assertEquals(b.position.seqno(), released);
        c.write("y", "2");
        cluster.settle();
        assertEquals(c.rows, b.rows);
    }

    @Test
    void aFounderContinuesTheHistoryOfItsData(@TempDir final Path dir) throws Exception {
        final Gtid kept = new Gtid(new UUID(0x77, 0x88), 500);
        Files.writeString(dir.resolve("grastate.dat"), "uuid: " + kept.uuid() + "\nseqno: -1\nsafe_to_bootstrap: 1\n");
        final ToyServer a = cluster.server("a");
        a.position = kept;
        a.attach(dir);
        a.connect("gcomm://");
        cluster.settle();
        assertEquals(List.of("view 501 PRIMARY CONNECTED 1", "synced"), a.events);
        a.write("x", "1");
        cluster.settle();
        final ToyServer b = cluster.joined("b");
        b.write("y", "1");
        cluster.settle();
        assertEquals(new Gtid(kept.uuid(), 504), b.position);
        assertEquals(a.rows, b.rows);
        assertEquals(a.position, b.position);
    }

    /** The sidecar's log is of a group that the server's data has nothing to do with. */
    @Test
    void aFounderDropsAForeignLog(@TempDir final Path dir) throws Exception {
        final ToyServer a = cluster.server("a").attach(dir);
        a.connect("gcomm://");
        cluster.settle();
        a.write("x", "1");
        cluster.settle();
        final Gtid former = a.position;
        cluster.crash(a.group);
        cluster.settle();
        cluster.forget();
        final Gtid kept = new Gtid(new UUID(0x77, 0x88), 20);
        Files.writeString(dir.resolve("grastate.dat"), "uuid: " + kept.uuid() + "\nseqno: 20\nsafe_to_bootstrap: 1\n");
        final ToyServer again = cluster.restarted(a);
        again.position = kept;
        again.attach(dir);
        again.connect("gcomm://");
        cluster.settle();
        assertEquals(new Gtid(kept.uuid(), 21), again.position);
        assertEquals(2, former.seqno());
        assertEquals(NodeState.SYNCED, again.state);
    }

    /** The sidecar outlives its server, which lost the last it had committed. */
    @Test
    void aServerThatComesBackWithLessIsGivenTheRest() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        a.write("x", "1");
        cluster.settle();
        final Gtid durable = b.position;
        a.write("y", "1");
        a.write("z", "1");
        cluster.settle();
        b.replicator.detach();
        a.write("x", "2");
        cluster.settle();
        b.position = durable;
        b.rows.keySet().retainAll(List.of("x"));
        b.replicator.attach(new NodeSession(new UUID(1, 2), "b", "b:3306", null, durable, -1, -1, new long[0]), b);
        b.connect("gcomm://a");
        cluster.settle();
        assertEquals("{x=2, y=1, z=1}", b.rows.toString());
        assertEquals(a.position, b.position);
        assertEquals(NodeState.SYNCED, b.state);
    }

    @Test
    void whoLeavesBeforeItEnteredAgainIsGivenNothing() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        a.write("x", "1");
        cluster.settle();
        b.replicator.disconnect(++b.call);
        cluster.settle();
        a.write("y", "1");
        cluster.settle();
        final String before = b.rows.toString();
        // It connects, and its connection is replaced before it is in a view.
        b.replicator.connect(++b.call, "toy", "gcomm://a", "", false);
        b.replicator.detach();
        b.replicator.attach(new NodeSession(b.session, "b", "b:3306", null, b.position, b.position.seqno(), b.position.seqno(),
            new long[0]), b);
        cluster.settle();
        assertEquals(before, b.rows.toString());
        b.connect("gcomm://a");
        cluster.settle();
        assertEquals(a.rows, b.rows);
        assertEquals(a.position, b.position);
    }
}

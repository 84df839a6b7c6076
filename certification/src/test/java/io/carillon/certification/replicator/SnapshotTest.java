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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    /** Its server believes that it is desynced, since it was in an earlier membership. */
    @Test
    void aResyncEndsNoDonation() {
        final ToyServer a = cluster.seed();
        a.donates = false;
        final ToyServer b = cluster.joined("b");
        a.replicator.desync(++a.call, false);
        cluster.settle();
        assertEquals("OK", a.results.get(a.call));
        assertEquals(NodeState.DONOR, a.state);
        assertEquals(1, a.replicator.members().get(0).desyncCount());
        a.replicator.desync(++a.call, true);
        cluster.settle();
        assertEquals(2, a.replicator.members().get(0).desyncCount());
        a.replicator.desync(++a.call, false);
        a.replicator.desync(++a.call, false);
        cluster.settle();
        assertEquals(1, a.replicator.members().get(0).desyncCount());
        a.donation.run();
        cluster.settle();
        assertEquals(0, a.replicator.members().get(0).desyncCount());
        assertEquals(NodeState.SYNCED, a.state);
        assertEquals(NodeState.SYNCED, b.state);
    }

    /** The view in which it is back says of it what it was before: nobody is asked again, or two would write into the same files. */
    @Test
    void aDonorThatIsCutOffBeforeItHearsOfItIsTheDonorWhenItIsBack() {
        final ToyServer a = cluster.seed();
        final ToyServer c = cluster.joined("c");
        a.donates = false;
        a.group.deaf = true;
        final ToyServer b = cluster.joined("b");
        a.write("meanwhile", "2");
        cluster.isolate(a.group);
        cluster.settle();
        cluster.heal(a.group);
        a.group.deaf = false;
        cluster.settle();
        b.tick(1_000_000_000L);
        cluster.settle();
        assertEquals(2, a.events.stream().filter(event -> event.startsWith("donate")).count(), "to c and b: " + a.events);
        assertFalse(c.events.stream().anyMatch(event -> event.startsWith("donate")), c.events.toString());
        a.donation.run();
        cluster.settle();
        for (final ToyServer server : List.of(a, b, c)) {
            assertEquals(NodeState.SYNCED, server.state, server.name);
            assertEquals(a.rows, server.rows);
        }
    }

    /** What a view says of a member may be older than what the member has ordered since. */
    @Test
    void aViewThatIsBehindLeavesNobodyDesynced() {
        final ToyServer a = cluster.seed();
        a.donates = false;
        cluster.joined("b");
        final byte[] donating = a.group.info;
        a.donation.run();
        cluster.settle();
        assertEquals(NodeState.SYNCED, a.state);
        cluster.held = true;
        a.replicator.desync(++a.call, true);
        a.group.info = donating;
        cluster.changes.add(() -> cluster.install(cluster.members, true));
        cluster.settle();
        assertEquals(1, a.replicator.members().get(0).desyncCount(), "as the view has it");
        cluster.held = false;
        cluster.settle();
        assertEquals("OK", a.results.get(a.call));
        assertEquals(1, a.replicator.members().get(0).desyncCount(), "as it is");
        a.replicator.desync(++a.call, false);
        cluster.settle();
        assertEquals(0, a.replicator.members().get(0).desyncCount());
        assertEquals(NodeState.SYNCED, a.state);
    }

    /** {@code a} gives {@code b} a snapshot and was chosen for this one, too: a view says of it what it was before the first. */
    private ToyServer askedWhileItGives(final ToyServer a) {
        final byte[] synced = a.group.info;
        a.donates = false;
        cluster.joined("b");
        assertEquals(NodeState.DONOR, a.state);
        cluster.held = true;
        final ToyServer c = cluster.joined("c");
        a.group.info = synced;
        cluster.changes.add(() -> cluster.install(cluster.members, true));
        cluster.settle();
        assertEquals(0, a.replicator.members().get(0).desyncCount(), "as the view has it");
        cluster.held = false;
        cluster.settle();
        assertEquals(1, a.events.stream().filter(e -> e.startsWith("donate")).count());
        assertEquals(1, a.replicator.members().get(0).desyncCount());
        a.donation.run();
        cluster.settle();
        assertEquals(NodeState.SYNCED, a.state);
        assertEquals(0, a.replicator.members().get(0).desyncCount());
        return c;
    }

    private void asksAgain(final ToyServer a, final ToyServer c) {
        c.tick(1_000_000_000L);
        cluster.settle();
        assertEquals(2, a.events.stream().filter(e -> e.startsWith("donate")).count());
        a.donation.run();
        cluster.settle();
        assertEquals(NodeState.SYNCED, c.state);
        assertEquals(NodeState.SYNCED, a.state);
        assertEquals(0, a.replicator.members().get(0).desyncCount());
    }

    @Test
    void whoGivesASnapshotIsAskedForNoOther() {
        final ToyServer a = cluster.seed();
        asksAgain(a, askedWhileItGives(a));
    }

    /** Who heard that the donor gives another one a snapshot is gone; the donor says it again after the view. */
    @Test
    void aRefusalOutlivesTheSidecarThatHeardIt() {
        final ToyServer a = cluster.seed();
        final ToyServer c = askedWhileItGives(a);
        cluster.killSidecar(c);
        cluster.replaceSidecar(c);
        cluster.settle();
        asksAgain(a, c);
    }

    @Test
    void aDonorThatDiesIsReplacedByAnother() {
        final ToyServer a = cluster.seed();
        final ToyServer c = cluster.joined("c");
        a.donates = false;
        c.donates = false;
        final ToyServer b = cluster.joined("b");
        assertEquals(NodeState.DONOR, a.state);
        cluster.crash(a.group);
        cluster.settle();
        b.tick(SnapshotRequest.WORD_NS);
        cluster.settle();
        assertEquals(NodeState.DONOR, c.state);
        c.donation.run();
        cluster.settle();
        assertEquals(NodeState.SYNCED, b.state);
        assertEquals(NodeState.SYNCED, c.state);
        assertEquals(2, c.view.members().size());
    }

    @Test
    void aDonorThatFailsIsReplacedByAnother() {
        final ToyServer a = cluster.seed();
        final ToyServer c = cluster.joined("c");
        a.donates = false;
        final ToyServer b = cluster.joined("b");
        a.sent(-32);
        cluster.settle();
        assertEquals("OK", a.results.get(a.call));
        b.tick(0);
        cluster.settle();
        assertEquals(List.of("synced", "donate 3", "synced"),
            c.events.stream().filter(e -> e.startsWith("donate") || e.equals("synced")).toList());
        assertEquals(NodeState.SYNCED, b.state);
        assertEquals(NodeState.SYNCED, a.state);
        assertEquals(NodeState.SYNCED, c.state);
    }

    @Test
    void aDonorWhoseServerGoesIsReplacedByAnother() {
        final ToyServer a = cluster.seed();
        cluster.joined("c");
        a.donates = false;
        final ToyServer b = cluster.joined("b");
        a.replicator.detach();
        cluster.settle();
        b.tick(SnapshotRequest.WORD_NS);
        cluster.settle();
        assertEquals(NodeState.SYNCED, b.state);
    }

    /** Nobody is there to be asked: the group must hear of it without the server. */
    @Test
    void whoseServerWentWhileTheRingTookNothingIsNotChosen() {
        final ToyServer a = cluster.seed();
        final ToyServer c = cluster.joined("c");
        a.group.refuse = 1;
        a.replicator.detach();
        cluster.settle();
        assertEquals(NodeState.UNDEFINED, c.replicator.members().getFirst().state());
        final ToyServer b = cluster.joined("b");
        assertEquals(NodeState.SYNCED, b.state);
        assertTrue(c.events.contains("donate 3"), c.events.toString());
    }

    @Test
    void theOnlyDonorMayTryAgainAndItsSecondFailureIsAnError() {
        final ToyServer a = cluster.seed();
        a.donates = false;
        final ToyServer b = cluster.joined("b");
        a.sent(-32);
        cluster.settle();
        assertFalse(b.events.stream().anyMatch(e -> e.startsWith("inconsistent")), b.events.toString());
        b.tick(1_000_000_000L);
        cluster.settle();
        assertEquals(NodeState.DONOR, a.state);
        a.sent(-32);
        cluster.settle();
        assertTrue(b.events.stream().anyMatch(e -> e.startsWith("inconsistent a could not give a snapshot, code -32")
            && e.contains("no other member could")), b.events.toString());
        assertEquals(1, a.view.members().size());
    }

    @Test
    void halfReplacedDataIsNoPosition(@TempDir final Path dir) throws Exception {
        final ToyServer a = cluster.seed();
        a.donates = false;
        final ToyServer b = cluster.server("b").attach(dir);
        b.connect("gcomm://a");
        cluster.settle();
        assertTrue(Files.readString(dir.resolve("grastate.dat")).contains("uuid:    " + Gtid.UNDEFINED_UUID + "\nseqno:   -1"));
        a.donation.run();
        cluster.settle();
        assertTrue(Files.readString(dir.resolve("grastate.dat")).contains("uuid:    " + a.position.uuid() + "\nseqno:   -1"));
    }

    /** As with Galera: who removes the file, or whose file says that the data is not the group's, wants a snapshot. */
    @Test
    void aRecoveredPositionCountsOnlyIfTheSavedStateNamesItsHistory(@TempDir final Path dir) throws Exception {
        cluster.seed();
        final ToyServer b = cluster.server("b").attach(dir);
        b.connect("gcomm://a");
        cluster.settle();
        cluster.crash(b.group);
        cluster.settle();
        final ToyServer again = cluster.restarted(b).attach(dir);
        again.connect("gcomm://a");
        cluster.settle();
        assertFalse(again.events.contains("state request needed"), again.events.toString());
        cluster.crash(again.group);
        cluster.settle();
        Files.delete(dir.resolve("grastate.dat"));
        final ToyServer removed = cluster.restarted(again).attach(dir);
        removed.connect("gcomm://a");
        cluster.settle();
        assertTrue(removed.events.contains("state request needed"), removed.events.toString());
        assertEquals(NodeState.SYNCED, removed.state);
    }

    @Test
    void theViewTellsWhoWritesMuch() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        for (int i = 0; i < 40; i++) {
            a.write("r" + i, "1");
            cluster.settle();
        }
        a.tick(1_000_000_000L);
        b.tick(1_000_000_000L);
        final ToyServer c = cluster.joined("c");
        assertEquals(List.of("a 20", "b 0", "c 0"),
            c.replicator.members().stream().map(member -> member.name() + " " + member.writeRate()).toList());
    }

    @Test
    void aDonationEndsWhateverBecameOfTheJoiner() {
        final ToyServer a = cluster.seed();
        final ToyServer c = cluster.joined("c");
        a.donates = false;
        final ToyServer b = cluster.joined("b");
        cluster.isolate(b.group);
        cluster.settle();
        cluster.heal(b.group);
        cluster.settle();
        assertEquals(NodeState.DONOR, a.state);
        a.donation.run();
        cluster.settle();
        assertEquals("OK", a.results.get(a.call));
        for (final ToyServer server : List.of(a, b, c)) {
            assertEquals(NodeState.SYNCED, server.state, server.name);
        }
    }

    @Test
    void aDonationThatEndsWithoutAPrimaryViewEnds() {
        final ToyServer a = cluster.seed();
        final ToyServer c = cluster.joined("c");
        a.donates = false;
        cluster.joined("b");
        cluster.isolate(a.group);
        cluster.settle();
        a.sent(0);
        cluster.heal(a.group);
        cluster.settle();
        assertEquals(NodeState.SYNCED, a.state);
        assertEquals(NodeState.SYNCED, c.replicator.members().stream().filter(m -> m.name().equals("a")).findFirst().orElseThrow().state());
        a.sent(0);
        assertTrue(a.results.get(a.call).startsWith("CONN_FAIL"));
    }
}

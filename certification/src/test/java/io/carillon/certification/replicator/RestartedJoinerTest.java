// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.NodeState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A joiner's server dies while {@code a} gives it a snapshot, and is started again before that is over: the next one has its address,
 * so what {@code a} still sends comes to it.
 */
class RestartedJoinerTest {
    private final ToyCluster cluster = new ToyCluster();
    private final ToyServer a = cluster.seed();
    private ToyServer b;

    private void dies() {
        a.donates = false;
        b = cluster.joined("b");
        assertEquals(NodeState.DONOR, a.state);
        cluster.crash(b.group);
        cluster.settle();
        a.events.clear();
    }

    private void restarts() {
        b = cluster.restarted(b).attach(null);
        b.connect("gcomm://a");
        cluster.settle();
    }

    /** A server prepares for a snapshot before it says what a donor must know. */
    private void startedAgain() {
        dies();
        final List<Runnable> prepared = new ArrayList<>();
        b = cluster.restarted(b).attach(null);
        b.engine = prepared::add;
        b.connect("gcomm://a");
        cluster.settle();
        b.engine = Runnable::run;
        prepared.getFirst().run();
        cluster.settle();
        assertEquals(NodeState.DONOR, a.state);
    }

    private static long donations(final ToyServer server) {
        return server.events.stream().filter(event -> event.startsWith("donate")).count();
    }

    /** All that {@code b} still waits for passes; then it is given what it asked for. */
    private void isGivenItsOwn() {
        b.tick(1_000_000_000L);
        cluster.settle();
        b.tick(SnapshotRequest.WORD_NS);
        cluster.settle();
        assertEquals(1, donations(a), a.events.toString());
        a.donation.run();
        cluster.settle();
        for (final ToyServer server : List.of(a, b)) {
            assertEquals(NodeState.SYNCED, server.state, server.name);
        }
    }

    private void isRefused() {
        cluster.settle();
        assertTrue(b.events.stream().anyMatch(e -> e.startsWith("inconsistent the snapshot is at seqno")), b.events.toString());
        assertTrue(b.results.get(b.call).startsWith("CONN_FAIL"), b.results.toString());
    }

    private void waitsWithAnotherSidecar() {
        startedAgain();
        cluster.killSidecar(b);
        cluster.replaceSidecar(b);
        cluster.settle();
    }

    @Test
    void theEndForTheServerBeforeIsNotThatForTheNext() {
        waitsWithAnotherSidecar();
        a.sent(0);
        cluster.settle();
        isGivenItsOwn();
    }

    /** It may fail once more. */
    @Test
    void norIsItsFailure() {
        waitsWithAnotherSidecar();
        a.sent(-32);
        cluster.settle();
        b.tick(SnapshotRequest.WORD_NS);
        cluster.settle();
        assertEquals(1, donations(a), a.events.toString());
        a.donates = true;
        a.sent(-32);
        cluster.settle();
        b.tick(1_000_000_000L);
        cluster.settle();
        assertEquals(2, donations(a), b.events.toString());
        assertEquals(NodeState.SYNCED, b.state);
    }

    /** A view says of the donor what it was before the first request, so the second one chooses it, too. */
    private void choosesTheSameDonor() {
        final byte[] synced = a.group.info;
        dies();
        cluster.held = true;
        restarts();
        a.group.info = synced;
        cluster.changes.add(() -> cluster.install(cluster.members, true));
        cluster.settle();
        a.full = true;
        cluster.held = false;
        cluster.settle();
        assertEquals(NodeState.DONOR, a.state);
        assertEquals(0, donations(a), "it has not come to the second request yet");
    }

    private void comesToTheSecondRequest() {
        cluster.settle();
        a.full = false;
        cluster.settle();
        assertEquals(1, donations(a));
    }

    @Test
    void theEndForTheServerBeforeIsNotThatOfADonorThatIsChosenTwice() {
        final ToyServer c = cluster.joined("c");
        choosesTheSameDonor();
        a.sent(0);
        comesToTheSecondRequest();
        a.sent(-32);
        cluster.settle();
        b.tick(0);
        cluster.settle();
        assertEquals(1, donations(c), b.events.toString());
        assertEquals(NodeState.SYNCED, b.state);
    }

    @Test
    void norIsItsFailureThatOfADonorThatIsChosenTwice() {
        final ToyServer c = cluster.joined("c");
        choosesTheSameDonor();
        a.sent(-32);
        comesToTheSecondRequest();
        b.tick(SnapshotRequest.WORD_NS);
        cluster.settle();
        assertEquals(0, donations(c), "both would write into the same files");
        a.donation.run();
        cluster.settle();
        assertEquals(NodeState.SYNCED, b.state);
    }

    @Test
    void theCopyForTheServerBeforeIsNotTaken() {
        startedAgain();
        a.donation.run();
        isRefused();
    }

    @Test
    void aCopyThatComesBeforeAnybodyWasAskedIsNotTaken() {
        startedAgain();
        final List<Runnable> arrivals = new ArrayList<>();
        b.engine = arrivals::add;
        a.donation.run();
        cluster.settle();
        assertEquals(NodeState.SYNCED, a.state);
        arrivals.getFirst().run();
        isRefused();
    }

    @Test
    void aCopyThatComesWhileTheRequestIsUnderWayWaitsForWhatBecomesOfIt() {
        dies();
        cluster.held = true;
        restarts();
        a.donation.run();
        cluster.settle();
        assertNull(b.results.get(b.call));
        cluster.rejectOffers(b.group);
        isRefused();
    }

    /** A sidecar that came after the second request does not know when that was. */
    @Test
    void norIsItByAnotherSidecar() {
        waitsWithAnotherSidecar();
        a.donation.run();
        isRefused();
    }

    @Test
    void whoGaveTheServerBeforeASnapshotAndIsGoneIsWaitedFor() {
        final ToyServer c = cluster.joined("c");
        startedAgain();
        cluster.killSidecar(a);
        b.tick(SnapshotRequest.WORD_NS - 1);
        cluster.settle();
        assertEquals(0, donations(c));
        b.tick(1);
        cluster.settle();
        assertEquals(1, donations(c));
        assertEquals(NodeState.SYNCED, b.state);
    }

    /** The new one does not know for whom it is. */
    @Test
    void whoGaveItAndHasAnotherSidecarIsWaitedFor() {
        final ToyServer c = cluster.joined("c");
        startedAgain();
        cluster.killSidecar(a);
        cluster.replaceSidecar(a);
        cluster.settle();
        b.tick(SnapshotRequest.WORD_NS);
        cluster.settle();
        assertEquals(0, donations(c));
        a.sent(0);
        cluster.settle();
        isGivenItsOwn();
    }

    @Test
    void whoGaveItAndCameBackWithoutWhileTheJoinerWasAwayIsNotWaitedFor() {
        startedAgain();
        cluster.forgetsItsDonationWhileAway(a, b);
        isGivenItsOwn();
    }

    /** It was not to be seen when the next server asked. */
    @Test
    void twoThatWriteIntoTheSameFilesAreTheEnd() {
        final ToyServer c = cluster.joined("c");
        c.donates = false;
        a.donates = false;
        b = cluster.joined("b");
        cluster.isolate(a.group);
        cluster.crash(b.group);
        cluster.settle();
        restarts();
        assertEquals(1, donations(c));
        cluster.heal(a.group);
        cluster.settle();
        assertTrue(b.events.contains("inconsistent a still gives a snapshot, and c was asked for it meanwhile: both write into the same"
            + " files"), b.events.toString());
    }

    @Test
    void nobodyElseIsAskedWhileTheServerBeforeIsGivenOne() {
        final ToyServer c = cluster.joined("c");
        startedAgain();
        b.tick(SnapshotRequest.WORD_NS);
        cluster.settle();
        assertEquals(0, donations(c), "both would write into the same files");
        a.sent(-32);
        cluster.settle();
        isGivenItsOwn();
    }
}

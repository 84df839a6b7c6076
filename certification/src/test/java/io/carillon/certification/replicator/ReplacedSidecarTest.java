// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.NodeState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A snapshot is on its way from a to b, and the sidecar of one of them is replaced, or its connection. The servers' scripts know
 * nothing of that: whoever asks somebody else meanwhile has two of them write into the same files.
 */
class ReplacedSidecarTest {
    private final ToyCluster cluster = new ToyCluster();
    private final ToyServer a = cluster.seed();
    private final ToyServer c = cluster.joined("c");
    private ToyServer b;

    private void begin() {
        a.write("before", "1");
        cluster.settle();
        a.donates = false;
        b = cluster.joined("b");
        assertEquals(NodeState.DONOR, a.state);
        a.write("meanwhile", "2");
        cluster.settle();
    }

    private void asksNobodyElse() {
        for (int second = 0; second < 2 * SnapshotRequest.WORD_NS / 1_000_000_000L; second++) {
            b.tick(1_000_000_000L);
            cluster.settle();
        }
        assertFalse(asked(c), c.events.toString());
    }

    private static boolean asked(final ToyServer donor) {
        return donor.events.stream().anyMatch(event -> event.startsWith("donate"));
    }

    private void allAreWhole() {
        cluster.settle();
        for (final ToyServer server : List.of(a, b, c)) {
            assertEquals("{before=1, meanwhile=2}", server.rows.toString(), server.name);
            assertEquals(NodeState.SYNCED, server.state, server.name);
            assertEquals(3, server.replicator.members().size(), server.name);
            for (final MemberState member : server.replicator.members()) {
                assertEquals(NodeState.SYNCED, member.state(), member.name());
                assertEquals(0, member.desyncCount(), member.name());
            }
        }
        assertEquals(1, b.events.stream().filter("state request needed"::equals).count(), "it was asked once");
    }

    // ---- the joiner's

    @Test
    void theJoinersServerGoesOnWaitingForTheSameSnapshot() {
        begin();
        cluster.killSidecar(b);
        cluster.replaceSidecar(b);
        cluster.settle();
        asksNobodyElse();
        a.donation.run();
        allAreWhole();
        assertFalse(asked(c));
    }

    /** Its answer has a way to go; the donor's word may be there before. */
    @Test
    void whatIsSaidBeforeTheServersRequestIsHereCounts() {
        begin();
        final List<Runnable> answers = new ArrayList<>();
        b.engine = answers::add;
        cluster.killSidecar(b);
        cluster.replaceSidecar(b);
        cluster.settle();
        assertEquals(1, answers.size());
        b.engine = Runnable::run;
        answers.getFirst().run();
        asksNobodyElse();
        a.donation.run();
        allAreWhole();
    }

    @Test
    void aSnapshotThatCameMeanwhileCounts() {
        begin();
        cluster.killSidecar(b);
        a.donation.run();
        cluster.settle();
        cluster.replaceSidecar(b);
        allAreWhole();
        assertFalse(asked(c));
        assertEquals("OK", b.results.get(b.call));
    }

    @Test
    void aDonorThatWasDoneMeanwhileIsNotTakenForOneThatIsGone() {
        begin();
        cluster.killSidecar(b);
        final Runnable arrival = a.donation;
        a.sent(0);
        cluster.settle();
        cluster.replaceSidecar(b);
        cluster.settle();
        cluster.killSidecar(a);
        asksNobodyElse();
        arrival.run();
        cluster.replaceSidecar(a);
        allAreWhole();
    }

    @Test
    void aFailureMeanwhileIsHeardOf() {
        begin();
        cluster.killSidecar(b);
        a.sent(-32);
        cluster.settle();
        cluster.replaceSidecar(b);
        cluster.settle();
        b.tick(0);
        allAreWhole();
        assertTrue(asked(c));
    }

    @Test
    void whereNobodyGivesItAnotherOneIsAsked() {
        begin();
        cluster.killSidecar(b);
        a.donation = null;
        a.donates = true;
        cluster.killSidecar(a);
        cluster.replaceSidecar(b);
        cluster.settle();
        assertFalse(asked(c), "somebody might");
        cluster.replaceSidecar(a);
        cluster.settle();
        b.tick(SnapshotRequest.WORD_NS);
        cluster.settle();
        b.tick(SnapshotRequest.WORD_NS);
        allAreWhole();
    }

    @Test
    void aBrokenConnectionOfTheJoinersServerIsNoEnd() {
        begin();
        b.replicator.detach();
        b.reattach();
        cluster.settle();
        assertFalse(b.events.contains("final"), b.events.toString());
        asksNobodyElse();
        a.donation.run();
        allAreWhole();
    }

    // ---- the donor's

    @Test
    void theDonorsServerGoesOnAndSoDoesTheJoiner() {
        begin();
        cluster.killSidecar(a);
        assertFalse(asked(c));
        cluster.replaceSidecar(a);
        cluster.settle();
        assertEquals(NodeState.DONOR, a.state);
        asksNobodyElse();
        a.donation.run();
        allAreWhole();
        assertFalse(asked(c));
    }

    /** What the one script ends with would count for the other. */
    @Test
    void nobodyElseIsGivenOneMeanwhile() {
        begin();
        c.donates = false;
        cluster.killSidecar(a);
        cluster.replaceSidecar(a);
        cluster.settle();
        a.events.clear();
        final ToyServer d = cluster.joined("d");
        assertFalse(asked(a), a.events.toString());
        assertTrue(asked(c));
        a.sent(-32);
        cluster.settle();
        assertEquals(NodeState.JOINER, d.state);
        c.donation.run();
        cluster.settle();
        assertEquals(NodeState.SYNCED, d.state);
    }

    @Test
    void theFailureIsReportedByAnotherSidecar() {
        begin();
        cluster.killSidecar(a);
        cluster.replaceSidecar(a);
        cluster.settle();
        a.sent(-32);
        cluster.settle();
        b.tick(0);
        allAreWhole();
        assertTrue(asked(c));
        assertEquals("OK", a.results.get(a.call));
    }

    @Test
    void soIsOneThatTheNewSidecarHearsOfBeforeItIsInAView() {
        begin();
        cluster.killSidecar(a);
        cluster.replaceSidecar(a);
        a.sent(-32);
        cluster.settle();
        b.tick(0);
        allAreWhole();
        assertTrue(asked(c));
    }

    @Test
    void aServerThatWasNeverToldToDonateDoesNotLetTheJoinerWait() {
        begin();
        cluster.killSidecar(a);
        a.donation = null;
        a.donates = true;
        cluster.replaceSidecar(a);
        cluster.settle();
        b.tick(0);
        cluster.settle();
        b.tick(1_000_000_000L);
        allAreWhole();
    }

    @Test
    void norIfTheJoinerWasAwayMeanwhile() {
        begin();
        a.donates = true;
        cluster.forgetsItsDonationWhileAway(a, b);
        b.tick(1_000_000_000L);
        allAreWhole();
    }

    @Test
    void aBrokenConnectionOfTheDonorsServerIsNoEnd() {
        begin();
        a.replicator.detach();
        cluster.settle();
        a.reattach();
        cluster.settle();
        assertEquals(NodeState.DONOR, a.state);
        asksNobodyElse();
        a.donation.run();
        allAreWhole();
    }

    @Test
    void aRequestThatWasLostWithTheConnectionIsAFailure() {
        begin();
        a.replicator.detach();
        a.donation = null;
        cluster.settle();
        a.reattach();
        cluster.settle();
        b.tick(0);
        allAreWhole();
        assertTrue(asked(c));
    }

    @Test
    void twoThatWriteIntoTheSameFilesAreTheEnd() {
        begin();
        c.donates = false;
        cluster.killSidecar(a);
        b.tick(SnapshotRequest.WORD_NS);
        cluster.settle();
        assertTrue(asked(c));
        cluster.replaceSidecar(a);
        cluster.settle();
        assertTrue(b.events.contains("inconsistent a still gives a snapshot, and c was asked for it meanwhile: both write into the same"
            + " files"), b.events.toString());
    }

    @Test
    void theCopyOfADonorThatWasGivenUpIsNotTaken() {
        begin();
        c.donates = false;
        cluster.killSidecar(a);
        b.tick(SnapshotRequest.WORD_NS);
        cluster.settle();
        assertTrue(asked(c));
        a.donation.run();
        cluster.settle();
        assertTrue(b.events.stream().anyMatch(e -> e.startsWith("inconsistent the snapshot is at seqno")), b.events.toString());
        assertTrue(b.results.get(b.call).startsWith("CONN_FAIL"), b.results.toString());
    }
}

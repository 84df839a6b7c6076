// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.View;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of calls and transactions when a node is cut off. */
class PrimaryLossTest {
    private final ToyCluster cluster = new ToyCluster();

    private void commitsOnceItIsBack(final ToyServer a, final ToyServer b, final long sent) {
        cluster.heal(b.group);
        cluster.held = false;
        cluster.settle();
        assertEquals("commit", b.results.get(sent));
        assertEquals(a.rows, b.rows);
    }

    @Test
    void lostPrimaryRejectsNewCallsAndKeepsThoseUnderWay() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        cluster.held = true;
        final long sent = b.write("x", "1");
        cluster.isolate(b.group);
        cluster.settle();
        final long late = b.write("y", "1");
        b.replicator.syncPoint(++b.call);
        assertEquals("NOT_PRIMARY", b.results.get(late));
        assertEquals("sync -1", b.results.get(b.call));
        assertEquals(null, b.results.get(sent));
        assertEquals(View.Status.NON_PRIMARY, b.view.status());
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
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        cluster.held = true;
        final long sent = b.write("x", "1");
        cluster.isolate(b.group);
        cluster.settle();
        b.tick(ToyCluster.CONFIG.fateNs() - 1);
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
    void withoutABoundItWaitsUntilItsFateIsKnown() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        b.replicator.configure(ReplicatorConfig.defaults());
        cluster.held = true;
        final long sent = b.write("x", "1");
        cluster.isolate(b.group);
        cluster.settle();
        b.tick(1_000_000_000_000_000L);
        assertEquals(null, b.results.get(sent));
        commitsOnceItIsBack(a, b, sent);
    }

    /** Its client would have the statement executed again. */
    @Test
    void aStatementInIsolationWaitsForItsOutcome() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        cluster.held = true;
        final long sent = b.isolated("x", "1");
        final long other = b.write("y", "1");
        cluster.isolate(b.group);
        cluster.settle();
        b.tick(ToyCluster.CONFIG.fateNs());
        assertEquals("FATE_UNKNOWN", b.results.get(other));
        assertEquals(null, b.results.get(sent));
        b.replicator.detach();
        b.reattach(sent);
        b.tick(ToyCluster.CONFIG.fateNs());
        assertEquals(null, b.results.get(sent));
        commitsOnceItIsBack(a, b, sent);
    }

    /** It is in the log up to the view of the sidecar that took that one's place, or nowhere. */
    @Test
    void whatAnEarlierSidecarHadIsToldByTheLogAlsoWhenThePrimaryIsLost() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        b.group.deaf = true;
        final long ordered = b.isolated("x", "1");
        final long committed = b.write("y", "1");
        cluster.settle();
        cluster.held = true;
        final long lost = b.isolated("z", "1");
        cluster.killSidecar(b);
        cluster.held = false;
        b.full = true;
        cluster.replaceSidecar(b, ordered, committed, lost);
        cluster.settle();
        assertEquals(2, a.view.members().size());
        cluster.isolate(b.group);
        cluster.settle();
        b.tick(ToyCluster.CONFIG.fateNs());
        for (final long call : List.of(ordered, committed, lost)) {
            assertEquals(null, b.results.get(call), "the server takes nothing yet");
        }
        b.full = false;
        b.tick(0);
        assertEquals("commit", b.results.get(ordered));
        assertEquals("commit", b.results.get(committed));
        assertEquals("NOT_PRIMARY", b.results.get(lost));
        assertEquals("{x=1, y=1}", a.rows.toString());
        assertEquals(a.rows, b.rows);
    }

    @Test
    void aStatementInIsolationDoesNotKeepTheNodeFromLeaving() {
        cluster.seed();
        final ToyServer b = cluster.joined("b");
        cluster.held = true;
        final long sent = b.isolated("x", "1");
        cluster.isolate(b.group);
        cluster.settle();
        b.replicator.disconnect(++b.call);
        cluster.settle();
        assertEquals("FATE_UNKNOWN", b.results.get(sent));
    }

    @Test
    void aStreamingTransactionDoesNotOutliveItsOriginsAbsence() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
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
        final ToyServer c = cluster.joined("c");
        final long third = b.stream("s3", before + 1);
        final long anew = b.stream("s4", -1);
        cluster.settle();
        assertEquals("conflict", b.results.get(third));
        assertEquals("commit", b.results.get(anew));
        assertEquals(a.rows, b.rows);
        assertEquals(a.rows, c.rows);
    }

    /** A message of its own that was ordered before the loss and becomes stable after the return, while a large write set is under way. */
    @Test
    void theServerIsToldThatItIsInSyncAgainWhateverWasOrderedMeanwhile() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final long large = b.writeLarge("big", "0123456789".repeat(100_000), 256 << 10);
        cluster.settle();
        b.group.deaf = true;
        b.writeLarge("bigger", "0123456789".repeat(200_000), 256 << 10);
        b.replicator.vote(b.position.seqno(), 0, "");
        cluster.settle();
        b.events.clear();
        cluster.isolate(b.group);
        cluster.settle();
        cluster.heal(b.group);
        b.group.deaf = false;
        cluster.settle();
        assertEquals("commit", b.results.get(large));
        assertEquals(List.of("view 6 PRIMARY CHANGE 2", "synced"), b.events.subList(b.events.size() - 2, b.events.size()));
        assertEquals(NodeState.SYNCED, b.state);
        assertEquals(a.rows, b.rows);
    }

    /** Its caller would wait for ever: nobody orders it any more. */
    @Test
    void aMessageUnderWayIsAnsweredWhenTheNodeLeaves() {
        cluster.seed();
        final ToyServer b = cluster.joined("b");
        cluster.held = true;
        final long desync = ++b.call;
        b.replicator.desync(desync, true);
        cluster.isolate(b.group);
        cluster.settle();
        assertEquals(null, b.results.get(desync));
        b.replicator.disconnect(++b.call);
        cluster.settle();
        assertEquals("TRX_FAIL the node left the group before this was ordered", b.results.get(desync));
    }

    @Test
    void aDesyncedNodeIsDesyncedAgainAfterTheLoss() {
        cluster.seed();
        final ToyServer b = cluster.joined("b");
        b.group.deaf = true;
        b.replicator.desync(++b.call, true);
        cluster.settle();
        cluster.isolate(b.group);
        cluster.settle();
        assertEquals(NodeState.UNDEFINED, b.state);
        cluster.heal(b.group);
        b.group.deaf = false;
        cluster.settle();
        assertEquals("OK", b.results.get(b.call));
        assertEquals(NodeState.DONOR, b.state);
        b.replicator.desync(++b.call, false);
        cluster.settle();
        assertEquals("OK", b.results.get(b.call));
        assertEquals(NodeState.SYNCED, b.state);
    }
}

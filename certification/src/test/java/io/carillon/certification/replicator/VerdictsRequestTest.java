// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.carillon.wsrep.NodeState;
import org.junit.jupiter.api.Test;

/** A joiner whose log holds everything but the beginning of the history, and which kept no verdicts. */
class VerdictsRequestTest {
    private final ToyCluster cluster = new ToyCluster();

    private void write(final ToyServer server, final int count) {
        for (int nth = 0; nth < count; nth++) {
            server.write("key " + nth, "value");
            cluster.settle();
        }
    }

    private static void desync(final ToyServer server) {
        server.replicator.desync(++server.call, true);
    }

    /** A member whose log begins in the middle, killed with its sidecar and started again; not connected. */
    private ToyServer killedAndStarted(final ToyServer writer) {
        write(writer, 4 * ToyCluster.WINDOW);
        final ToyServer joined = cluster.joined("b");
        write(writer, 3 * ToyCluster.WINDOW);
        assertEquals(NodeState.SYNCED, joined.state);
        cluster.crash(joined.group);
        cluster.settle();
        return cluster.restarted(joined).attach(null);
    }

    private void assertEntered(final ToyServer joiner, final ToyServer member) {
        assertFalse(joiner.events.contains("state request needed"), joiner.events.toString());
        assertEquals(NodeState.SYNCED, joiner.state);
        write(member, 3);
        assertEquals(member.rows, joiner.rows);
        assertEquals(member.position, joiner.position);
    }

    @Test
    void theOnlyOtherMemberAnswersAlsoWhileItIsDesynced() {
        final ToyServer a = cluster.seed();
        final ToyServer b = killedAndStarted(a);
        desync(a);
        b.connect("gcomm://a");
        cluster.settle();
        assertEquals(NodeState.DONOR, a.state);
        assertEntered(b, a);
    }

    /** All members must choose the same one of them. */
    @Test
    void oneOfSeveralDesyncedMembersAnswers() {
        final ToyServer a = cluster.seed();
        final ToyServer c = cluster.joined("c");
        final ToyServer b = killedAndStarted(a);
        desync(a);
        desync(c);
        b.connect("gcomm://a");
        cluster.settle();
        assertEntered(b, c);
        assertEquals(a.rows, c.rows);
    }

    @Test
    void anotherMemberAnswersWhenTheServerOfTheChosenOneIsGone() {
        final ToyServer a = cluster.seed();
        final ToyServer c = cluster.joined("c");
        final ToyServer b = killedAndStarted(a);
        a.full = true;
        b.connect("gcomm://a");
        cluster.settle();
        assertEquals(NodeState.UNDEFINED, b.state);
        a.replicator.detach();
        cluster.settle();
        b.tick(2_000_000_000L);
        cluster.settle();
        assertEntered(b, c);
    }

    /** What was asked for comes when nobody is there to go on with it; the next server asks anew. */
    @Test
    void verdictsComeWhileTheServerIsGone() {
        final ToyServer a = cluster.seed();
        final ToyServer b = killedAndStarted(a);
        a.full = true;
        b.connect("gcomm://a");
        cluster.settle();
        assertEquals(NodeState.UNDEFINED, b.state);
        b.replicator.detach();
        a.full = false;
        a.replicator.progress(a.position.seqno(), 0);
        cluster.settle();
        final ToyServer again = b.attach(null);
        again.connect("gcomm://a");
        cluster.settle();
        assertEntered(again, a);
    }
}

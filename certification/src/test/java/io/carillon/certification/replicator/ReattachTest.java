// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.View;
import io.carillon.wsrep.WsrepStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A server whose connection breaks while the process of its node goes on. */
class ReattachTest {
    private final ToyCluster cluster = new ToyCluster();

    @Test
    void aCallLostWithItsConnectionIsRejected() {
        cluster.seed();
        final ToyServer b = cluster.joined("b");
        final long lost = ++b.call;
        b.replicator.detach();
        b.reattach(lost);
        cluster.settle();
        assertEquals("NOT_PRIMARY", b.results.get(lost));
        final long next = b.write("x", "1");
        cluster.settle();
        assertEquals("commit", b.results.get(next));
    }

    @Test
    void aCallThatIsUnderWayGetsItsVerdict() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        cluster.held = true;
        final long sent = b.write("x", "1");
        b.group.refuse = 1;
        final long waits = b.write("y", "1");
        b.replicator.detach();
        final long lost = ++b.call;
        b.reattach(sent, waits, lost);
        cluster.settle();
        assertNull(b.results.get(sent));
        assertNull(b.results.get(waits));
        assertEquals("NOT_PRIMARY", b.results.get(lost));
        cluster.held = false;
        cluster.settle();
        assertEquals("commit", b.results.get(sent));
        assertEquals("commit", b.results.get(waits));
        assertEquals(a.rows, b.rows);
        assertEquals(a.position, b.position);
    }

    /** Behind a view that the server has not seen either: it is no sign that what follows was never ordered. */
    @Test
    void aCallThatWasOrderedMeanwhileGetsItsVerdict() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        cluster.held = true;
        final long sent = b.write("x", "1");
        b.replicator.detach();
        final ToyServer c = cluster.server("c").attach(null);
        c.connect("gcomm://a");
        cluster.settle();
        cluster.held = false;
        cluster.settle();
        final long lost = ++b.call;
        b.reattach(sent, lost);
        cluster.settle();
        assertEquals("commit", b.results.get(sent));
        assertEquals("NOT_PRIMARY", b.results.get(lost));
        assertEquals(a.rows, b.rows);
        assertEquals(a.position, b.position);
        assertEquals(3, b.view.members().size());
    }

    @Test
    void aCallThatWasRejectedWithNobodyThereIsRejected() {
        cluster.seed();
        final ToyServer b = cluster.joined("b");
        cluster.held = true;
        final long sent = b.write("x", "1");
        b.replicator.detach();
        cluster.rejectOffers(b.group);
        cluster.held = false;
        b.reattach(sent);
        cluster.settle();
        assertEquals("NOT_PRIMARY", b.results.get(sent));
    }

    @Test
    void theFateOfACallIsGivenUpInTheEndAlsoWhenThePrimaryIsLostMeanwhile() {
        cluster.seed();
        final ToyServer b = cluster.joined("b");
        cluster.held = true;
        final long sent = b.write("x", "1");
        b.replicator.detach();
        cluster.isolate(b.group);
        cluster.settle();
        b.tick(ToyCluster.CONFIG.fateNs());
        b.reattach(sent);
        assertEquals(View.Status.NON_PRIMARY, b.view.status());
        assertEquals(NodeState.UNDEFINED, b.state);
        b.tick(ToyCluster.CONFIG.fateNs());
        assertEquals("FATE_UNKNOWN", b.results.get(sent));
    }

    /** Its group need not know that a connection broke: no view says so. */
    @Test
    void theNodeStaysAMember() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final List<View> views = List.copyOf(a.views);
        b.replicator.detach();
        final long meanwhile = a.write("x", "1");
        cluster.settle();
        assertEquals("commit", a.results.get(meanwhile));
        b.events.clear();
        b.reattach();
        cluster.settle();
        assertEquals(views, a.views);
        assertEquals(a.rows, b.rows);
        assertEquals(NodeState.SYNCED, b.state);
        assertFalse(b.events.contains("state request needed"), b.events.toString());
    }

    @Test
    void anAnswerThatWasLostIsGivenAgainAndNothingIsDoneTwice() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final List<View> views = List.copyOf(a.views);
        final long connect = b.call;
        final long desync = ++b.call;
        b.replicator.desync(desync, true);
        cluster.settle();
        assertEquals("OK", b.results.remove(desync));
        b.results.remove(connect);
        b.replicator.detach();
        b.reattach();
        b.replicator.connect(connect, "toy", "gcomm://a", "", false);
        b.replicator.desync(desync, true);
        cluster.settle();
        assertEquals("OK", b.results.get(connect));
        assertEquals("OK", b.results.get(desync));
        assertEquals(NodeState.DONOR, b.state);
        assertEquals(views, a.views);
        b.replicator.desync(++b.call, false);
        cluster.settle();
        assertEquals("OK", b.results.get(b.call));
        assertEquals(NodeState.SYNCED, b.state);
        assertEquals(0, a.replicator.members().get(1).desyncCount());
    }

    @Test
    void aDesyncThatIsUnderWayIsNotSentTwice() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        cluster.held = true;
        final long desync = ++b.call;
        b.replicator.desync(desync, true);
        b.replicator.detach();
        b.reattach();
        b.replicator.desync(desync, true);
        cluster.held = false;
        cluster.settle();
        assertEquals("OK", b.results.get(desync));
        assertEquals(1, a.replicator.members().get(1).desyncCount());
        b.replicator.desync(++b.call, false);
        cluster.settle();
        assertEquals(NodeState.SYNCED, b.state);
    }

    @Test
    void anAnswerIsKnownUntilTheSessionEnds() {
        final ToyServer b = cluster.server("b");
        final RepeatableCalls calls = new RepeatableCalls();
        assertFalse(calls.isRepeated(7, b));
        assertTrue(calls.isRepeated(7, b));
        assertNull(b.results.get(7L), "still open");
        calls.answered(7, WsrepStatus.TRX_FAIL, "no");
        assertTrue(calls.isRepeated(7, b));
        assertEquals("TRX_FAIL no", b.results.remove(7L));
        calls.clear();
        assertFalse(calls.isRepeated(7, b));
        assertNull(b.results.get(7L));
    }

    /** It is fed behind what it received; by what it has committed logs are purged, votes are cast, and its position is saved. */
    @Test
    void whatARunningServerReceivedIsNotYetCommitted() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        a.write("x", "1");
        cluster.settle();
        final long received = b.position.seqno();
        cluster.crash(b.group);
        cluster.settle();
        final ToyServer again = cluster.restarted(b);
        again.full = true;
        again.replicator.attach(new NodeSession(again.session, "b", "b:3306", null, new Gtid(a.position.uuid(), received - 1), received,
            received - 1, new long[0]), again);
        again.reconnect();
        cluster.settle();
        again.tick(2_000_000_000L);
        cluster.settle();
        assertEquals(received - 1, a.replicator.members().get(1).released());
    }
}

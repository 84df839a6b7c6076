// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.NodeState;
import org.junit.jupiter.api.Test;

/** docs/replicator.md, section 6: who has to wait for whom, and for how long; desync. {@code a} writes, {@code b} is slow. */
final class FlowControlTest {
    private static final int MANY = 40;
    private static final int MISSED = 100;

    private final ToyCluster cluster = new ToyCluster();
    private final ToyServer a = cluster.seed();
    private final ToyServer b = cluster.joined("b");

    /** Writes of {@code a} while {@code b} takes nothing; how many were applied at {@code a}. */
    private int writeAgainst(final int count) {
        b.full = true;
        for (int i = 0; i < count; i++) {
            a.write("r" + i, "1");
            cluster.settle();
        }
        return a.rows.size();
    }

    private void later(final long ns) {
        a.tick(ns);
        b.tick(ns);
        cluster.settle();
        a.tick(0);
        cluster.settle();
    }

    private void alive(final long released) {
        b.replicator.progress(released, 0);
        cluster.settle();
    }

    @Test
    void aLongQueueHoldsTheWritersUntilItIsShortAgain() {
        final int applied = writeAgainst(100);
        assertTrue(applied > 16 && applied < 40, "applied " + applied);
        b.full = false;
        alive(b.position.seqno());
        assertEquals(100, a.rows.size() + a.results.values().stream().filter("conflict"::equals).count());
        assertEquals(a.rows, b.rows);
    }

    /** {@code b} is back, was given {@link #MISSED} write sets, and has committed none of them. */
    private ToyServer joinedAndBehind() {
        cluster.crash(b.group);
        cluster.settle();
        for (int i = 0; i < MISSED; i++) {
            a.write("missed " + i, "1");
            cluster.settle();
        }
        final ToyServer again = cluster.restarted(b).attach(null);
        again.starting = true;
        again.reconnect();
        cluster.settle();
        assertEquals(a.position, again.position, "it was given everything");
        return again;
    }

    /** The second, and the first 100 ms after it, in which {@code a} writes 10 rows every 100 ms and {@code joiner} commits so many. */
    private long catchUp(final ToyServer joiner, final long from, final int commits) {
        long released = from;
        for (int i = 0; i < 11; i++) {
            for (int row = 0; row < 10; row++) {
                a.write("row " + i + "." + row, "1");
            }
            cluster.settle();
            released += commits;
            joiner.tick(CatchingUp.WINDOW_NS / 10);
            joiner.replicator.progress(released, (int) (joiner.position.seqno() - released));
            cluster.settle();
        }
        return released;
    }

    @Test
    void aJoinerThatComesNearerAsksNobodyToWait() {
        final ToyServer again = joinedAndBehind();
        catchUp(again, again.position.seqno() - MISSED, 15);
        assertEquals(NodeState.JOINED, again.state);
        a.write("more", "1");
        cluster.settle();
        assertEquals(0, a.open());
    }

    @Test
    void aJoinerThatComesNoNearerAsksTheOthersToWriteLess() {
        final ToyServer again = joinedAndBehind();
        final long released = catchUp(again, again.position.seqno() - MISSED, 10);
        assertEquals(NodeState.JOINED, again.state);
        a.write("more", "1");
        cluster.settle();
        assertEquals(1, a.open(), "it waits");
        again.tick(FlowControl.HOLD_NS);
        again.replicator.progress(released + 5, MISSED - 5);
        cluster.settle();
        assertEquals(0, a.open(), "it came nearer: the slice ends");
        final long all = again.position.seqno();
        again.replicator.progress(all, 0);
        cluster.settle();
        assertEquals(NodeState.SYNCED, again.state);
    }

    @Test
    void aServerThatStillStartsIsNotSyncedAndHoldsNobody() {
        final ToyServer again = joinedAndBehind();
        again.replicator.progress(again.position.seqno() - MISSED, MISSED);
        cluster.settle();
        assertEquals(NodeState.JOINED, again.state);
        a.write("more", "1");
        cluster.settle();
        assertTrue(a.rows.containsKey("more"), "it asks nobody to wait");
        again.replicator.progress(again.position.seqno() - 2, 2);
        cluster.settle();
        assertEquals(NodeState.JOINED, again.state, "something of what it missed is open");
        again.replicator.progress(again.position.seqno() - 1, 1);
        cluster.settle();
        assertEquals(NodeState.SYNCED, again.state);
    }

    @Test
    void aMemberThatHangsHoldsTheWritersNoLongerThanItsLease() {
        final int applied = writeAgainst(MANY);
        assertTrue(applied < MANY, "applied " + applied);
        a.tick(FlowControl.LEASE_MS * 1_000_000L);
        cluster.settle();
        assertEquals(MANY, a.rows.size());
    }

    @Test
    void aServerThatSaysNothingIsNotWaitedFor() {
        final int applied = writeAgainst(MANY);
        assertTrue(applied < MANY, "applied " + applied);
        later(FlowControl.SILENCE_NS - 1);
        assertEquals(applied, a.rows.size(), "it may only be slow");
        later(1);
        assertEquals(MANY, a.rows.size());
        a.write("one more", "1");
        cluster.settle();
        assertEquals(MANY + 1, a.rows.size());
    }

    @Test
    void aServerThatLivesAndGetsNoFurtherIsWaitedFor() {
        final int applied = writeAgainst(MANY);
        for (int i = 0; i < 20; i++) {
            later(FlowControl.HOLD_NS / 2);
            alive(b.position.seqno());
        }
        assertEquals(applied, a.rows.size());
    }

    @Test
    void aServerThatWorksOffWhatItMissedLetsTheOthersWriteInBetween() {
        b.replicator.configure(with(new ReplicatorConfig.FlowLimits(16, 0.5, true, false)));
        final int applied = writeAgainst(MANY);
        final long position = b.position.seqno();
        alive(position + 1);
        later(FlowControl.HOLD_NS - 1);
        assertEquals(applied, a.rows.size());
        alive(position + 2);
        later(1);
        assertEquals(MANY, a.rows.size(), "it got further, and the others have waited long enough");
        alive(position + 3);
        later(FlowControl.FREE_NS);
        a.write("one more", "1");
        cluster.settle();
        assertEquals(MANY, a.rows.size(), "and again");
        later(FlowControl.HOLD_NS);
        alive(position + 2 + MANY - applied);
        assertEquals(MANY, a.rows.size(), "what was written in between counts: it is no nearer than it was when the others went on");
        alive(position + 3 + MANY - applied);
        assertEquals(MANY + 1, a.rows.size());
    }

    @Test
    void desyncNests() {
        a.events.clear();
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
        assertEquals(1, a.events.stream().filter("synced"::equals).count());
        a.replicator.desync(++a.call, false);
        cluster.settle();
        assertEquals("OK", a.results.get(a.call));
        assertEquals(NodeState.SYNCED, a.state);
    }

    private static ReplicatorConfig with(final ReplicatorConfig.FlowLimits limits) {
        final ReplicatorConfig d = ToyCluster.CONFIG;
        return new ReplicatorConfig(d.certifier(), d.segment(), d.writeSetMax(), d.waitPrimaryNs(), d.fateNs(), 0, limits);
    }

    @Test
    void theLimitChangesAtRunTime() {
        final int applied = writeAgainst(MANY);
        assertTrue(applied < MANY, "applied " + applied);
        b.replicator.configure(with(ReplicatorConfig.FlowLimits.of(1000)));
        alive(b.position.seqno());
        assertEquals(MANY, a.rows.size());
        b.replicator.configure(with(new ReplicatorConfig.FlowLimits(4, 1.0, false, false)));
        alive(b.position.seqno());
        a.write("one more", "1");
        cluster.settle();
        assertEquals(MANY, a.rows.size());
    }

    @Test
    void aDonorIsWaitedForIfSoWished() {
        b.replicator.desync(++b.call, true);
        cluster.settle();
        assertEquals(MANY, writeAgainst(MANY));
        b.replicator.configure(with(new ReplicatorConfig.FlowLimits(16, 1.0, true, true)));
        alive(b.position.seqno());
        a.write("one more", "1");
        cluster.settle();
        assertEquals(MANY, a.rows.size());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Leaving, coming back, a sidecar that goes, and what the server is told of it. */
@SuppressWarnings("restricted")
final class MembershipTest extends ProviderFixture {
    @Test
    void disconnectGivesAFinalViewAndTheServerMayComeBack() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        for (int round = 0; round < 3; round++) {
            assertEquals(OK, b.disconnect());
            b.awaitFinalView();
            b.awaitAppliers();
            assertTrue(b.events.stream().noneMatch(event -> event.startsWith("view")), "one final view only: " + b.events);
            assertEquals(CONN_FAIL, new Transaction(b, 7).writes("db", "t", "x").data("x").certify());
            assertEquals(OK, b.connect("gcomm://x", false));
            b.appliers(2);
            b.await("connected");
            b.await("synced");
            assertEquals(OK, new Transaction(b, 8 + round).writes("db", "t", "y").data("y" + round).commit());
            a.await("applied");
        }
    }

    @Test
    void whatHappenedWhileTheSidecarWasAwayComesWithItsReturnAndWithoutASnapshot() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        cluster.onLoop(() -> {
            cluster.servers.get(1).close();
            return null;
        });
        assertEquals(OK, new Transaction(a, 1).writes("db", "t", "1").data("while away").commit());
        cluster.servers.get(1).open();
        b.await("applied 3 while away");
        assertEquals(OK, new Transaction(b, 2).writes("db", "t", "2").data("back").commit());
        a.await("applied 4 back");
        assertTrue(b.events.stream().noneMatch(event -> event.startsWith("connected")), b.events.toString());
    }

    @Test
    void syncWaitSaysWhenTheGroupCannot() throws Exception {
        final FakeServer a = founder();
        assertEquals(OK, a.syncWait());
        assertEquals(OK, a.disconnect());
        assertEquals(TRX_FAIL, a.syncWait());
    }

    @Test
    void statusVariablesComeFromBothSides() throws Exception {
        final FakeServer a = founder();
        new Transaction(a, 1).writes("db", "t", "1").data("12345").commit();
        final var statistics = a.statistics();
        assertEquals("Synced", statistics.get("local_state_comment"));
        assertEquals("2", statistics.get("last_committed"));
        assertEquals("1", statistics.get("cluster_weight"), statistics.toString());
        assertEquals("1", statistics.get("local_commits"), statistics.toString());
    }

    @Test
    void desyncPauseResumeResync() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        assertEquals(OK, a.provider.status(Wsrep.Slot.DESYNC));
        final long paused = a.provider.<Long>call(Wsrep.Slot.PAUSE);
        assertEquals(a.lastCommitted(), paused);
        final FutureTask<Integer> waiting = inBackground(() -> new Transaction(a, 1).writes("db", "t", "1").data("1").commit());
        b.await("applied " + (paused + 1) + " 1");
        // The answer comes behind the verdict, on the same connection: that it may commit is known here, and it does not.
        assertEquals(Long.toString(paused), a.statistics().get("last_committed"));
        assertFalse(waiting.isDone());
        assertEquals(OK, a.provider.status(Wsrep.Slot.RESUME));
        assertEquals(OK, waiting.get());
        assertEquals(paused + 1, a.lastCommitted());
        assertEquals(OK, a.provider.status(Wsrep.Slot.RESYNC));
    }
}

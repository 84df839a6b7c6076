// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** The connection between provider and sidecar breaks, and both go on. */
@SuppressWarnings("restricted")
final class BrokenConnectionTest extends RealEngineFixture {
    @Test
    void theGroupSeesNothingOfItAndADesyncIsStillOne() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        assertEquals(OK, b.provider.status(Wsrep.Slot.DESYNC));
        a.events.clear();
        b.events.clear();
        for (int round = 0; round < 3; round++) {
            breakConnection(1);
            final Transaction fromB = new Transaction(b, 100 + round).writes("db", "t", "b").data("b " + round);
            assertEquals(OK, fromB.commit());
            final Transaction fromA = new Transaction(a, 100 + round).writes("db", "t", "a").data("a " + round);
            assertEquals(OK, fromA.commit());
            b.await("applied " + fromA.seqno());
            agree(a, b);
        }
        assertFalse(a.events.stream().anyMatch(event -> event.startsWith("view")), a.events.toString());
        assertEquals("1", b.statistics().get("desync_count"));
        assertEquals(OK, b.provider.status(Wsrep.Slot.RESYNC));
        b.await("synced");
        assertEquals("0", b.statistics().get("desync_count"));
    }

    @Test
    void clientsGoOn() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        final FutureTask<Integer> clients =
            inBackground(() -> commitOnAll(List.of(a, b), Set.of(TRX_FAIL, CONN_FAIL)));
        while (!clients.isDone()) {
            breakConnection(0);
            breakConnection(1);
        }
        assertTrue(clients.get() > 0);
        agree(a, b);
        assertFalse(b.events.contains("sst request"), b.events.toString());
        final MemorySegment meta = a.provider.arena.allocate(Wsrep.META_LENGTH, 8);
        assertEquals(OK, Transaction.isolated(b, 55, "alter table t", meta));
        agree(a, b);
    }

    @Test
    void aSidecarLostForLongerThanItsGraceIsANonPrimaryViewUntilItIsBack() throws Exception {
        final FakeServer a = founder();
        final FakeServer c = joiner(2, a);
        sidecarGrace = "PT1S";
        final FakeServer b = joiner(1, a);
        b.events.clear();
        killEngine(1);
        final String lost = b.await("view");
        assertTrue(lost.startsWith("view seqno " + b.lastCommitted() + " status 1 "), lost);
        assertEquals(CONN_FAIL, new Transaction(b, 1).writes("db", "t", "b").data("away").commit());
        assertEquals(OK, new Transaction(a, 1).writes("db", "t", "a").data("while away").commit());
        startEngine(1);
        b.await("synced");
        assertEquals(OK, new Transaction(b, 2).writes("db", "t", "b").data("back").commit());
        agree(a, b, c);
        assertTrue(b.applied.stream().anyMatch(one -> one.data().equals("while away")), b.applied.toString());
        assertFalse(b.events.contains("sst request"), b.events.toString());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.WriteSetFlags;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Write sets of clients, from their keys to their release on all nodes. */
@SuppressWarnings("restricted")
final class CommitTest extends ProviderFixture {
    @Test
    void whatOneCommitsTheOthersApplyInOrder() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        for (int i = 0; i < 20; i++) {
            final Transaction trx = new Transaction(a, 100 + i).writes("db", "t", "row" + i).data("a" + i);
            assertEquals(OK, trx.commit());
            assertEquals(3 + i, trx.seqno());
            b.await("applied " + (3 + i) + " a" + i);
        }
        assertEquals(OK, b.syncWait());
        assertEquals(22, b.lastCommitted());
        assertEquals(22, a.lastCommitted());
        assertTrue(a.applied.isEmpty(), "own write sets are not fed back");
        assertEquals(Transaction.PLAIN, b.applied.get(0).flags());
        assertEquals(100, b.applied.get(0).trx());
    }

    @Test
    void ofTwoConcurrentWritersTheLaterOneFailsAndKeepsItsPlaceInTheOrder() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        final CountDownLatch latch = new CountDownLatch(1);
        b.held.put("first", latch);
        final Transaction second = new Transaction(b, 201).writes("db", "t", "row").data("second");
        assertEquals(OK, new Transaction(a, 101).writes("db", "t", "row").data("first").commit());
        b.await("holding first");
        final FutureTask<Integer> status = inBackground(second::commit);
        a.await("applied 4 ");
        latch.countDown();
        assertEquals(TRX_FAIL, status.get());
        assertEquals(4, second.seqno());
        assertEquals(4, awaitCommitted(b, 4));
        final FakeServer.Applied dummy = a.applied.get(0);
        assertTrue((dummy.flags() & WriteSetFlags.ROLLBACK) != 0, "flags " + dummy.flags());
        assertEquals(OK, new Transaction(b, 202).writes("db", "t", "row").data("third").commit());
    }

    private static long awaitCommitted(final FakeServer server, final long seqno) {
        assertEquals(OK, server.syncWait());
        return Math.min(seqno, server.lastCommitted());
    }

    @Test
    void lastCommittedFollowsReleaseAndOrderIsKept() throws Exception {
        final FakeServer a = founder();
        final Transaction first = new Transaction(a, 1).writes("db", "t", "1").data("1");
        final Transaction second = new Transaction(a, 2).writes("db", "t", "2").data("2");
        assertEquals(OK, first.certify());
        assertEquals(OK, second.certify());
        final FutureTask<Integer> entered = inBackground(second::enter);
        assertEquals(OK, first.enter());
        assertFalse(entered.isDone(), "the second enters behind the first only");
        first.leave();
        assertEquals(OK, entered.get());
        second.leave();
        second.release();
        assertEquals(1, a.lastCommitted(), "the first is not released");
        first.release();
        assertEquals(3, a.lastCommitted());
    }

    @Test
    void isolationStopsEverythingAround() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        final MemorySegment meta = a.provider.arena.allocate(Wsrep.META_LENGTH, 8);
        assertEquals(OK, Transaction.isolated(a, 55, "alter table t", meta));
        assertEquals(3, meta.get(ValueLayout.JAVA_LONG, Wsrep.META_SEQNO));
        b.await("applied 3 alter table t");
        assertTrue((b.applied.get(0).flags() & WriteSetFlags.ISOLATION) != 0);
        while (b.lastCommitted() < 3) {
            Thread.onSpinWait(); // else the next one may say that it has not seen it, and conflicts
        }
        assertEquals(OK, new Transaction(b, 1).writes("db", "t", "1").data("1").commit());
        a.await("applied 4 1");
    }

    @Test
    void aLargeWriteSetTravelsInParts() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        final byte[] data = new byte[3_000_000];
        new SplittableRandom(1).nextBytes(data);
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) ('a' + (data[i] & 15));
        }
        assertEquals(OK, new Transaction(a, 1).writes("db", "t", "1").data(data).commit());
        b.await("applied 3");
        assertEquals(new String(data), b.applied.get(0).data());
    }

    @Test
    void clientsOnAllNodesAgree() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        final FakeServer c = joiner(2, a);
        commitOnAll(List.of(a, b, c), Set.of(TRX_FAIL, BF_ABORT));
        for (final FakeServer server : List.of(a, b, c)) {
            assertEquals(OK, server.syncWait());
            assertEquals(4 + 1200 - 1, server.lastCommitted(), server.name);
        }
        final long applied = b.applied.stream().filter(one -> (one.flags() & WriteSetFlags.ROLLBACK) == 0
            && one.data().startsWith("n0")).count();
        final long others = c.applied.stream().filter(one -> (one.flags() & WriteSetFlags.ROLLBACK) == 0
            && one.data().startsWith("n0")).count();
        assertEquals(others, applied, "what n0 committed");
    }
}

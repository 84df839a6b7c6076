// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Victims of brute force. */
@SuppressWarnings("restricted")
final class BruteForceTest extends ProviderFixture {
    @Test
    void aVictimThatWasNotSentFailsWithoutASeqno() throws Exception {
        final FakeServer a = founder();
        final Transaction victim = new Transaction(a, 101).writes("db", "t", "row").data("victim");
        assertEquals(OK, Transaction.abort(a, 5, 101));
        assertEquals(NOT_ALLOWED, Transaction.abort(a, 6, 101), "aborted already");
        assertEquals(TRX_FAIL, victim.certify());
        assertEquals(-1, victim.seqno());
        victim.release();
        assertEquals(OK, Transaction.abort(a, 5, 999), "an unknown transaction");
        assertEquals(OK, new Transaction(a, 102).writes("db", "t", "row").data("next").commit());
    }

    @Test
    void aVictimWhoseWriteSetIsOrderedIsReplayed() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        cluster.onLoop(() -> cluster.nodes.get(0).silent = true);
        final Transaction victim = new Transaction(a, 101).writes("db", "t", "row").data("victim");
        final FutureTask<Integer> status = inBackground(victim::certify);
        awaitUnordered();
        assertEquals(OK, Transaction.abort(a, 3, 101));
        cluster.onLoop(() -> {
            cluster.nodes.get(0).speak();
            return null;
        });
        assertEquals(BF_ABORT, status.get());
        assertEquals(3, victim.seqno());
        assertEquals(OK, victim.replay());
        victim.release();
        assertEquals(new FakeServer.Applied(3, Transaction.PLAIN, "victim", 101, true), a.applied.get(0));
        b.await("applied 3 victim");
        assertEquals("1", a.statistics().get("local_replays"));
    }

    private void awaitUnordered() throws Exception {
        while (cluster.onLoop(() -> cluster.nodes.get(0).unorderedCount()) == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whoIsOrderedBeforeIsNoVictim() throws Exception {
        final FakeServer a = founder();
        final Transaction trx = new Transaction(a, 101).writes("db", "t", "row").data("x");
        assertEquals(OK, trx.certify());
        assertEquals(NOT_ALLOWED, Transaction.abort(a, trx.seqno() + 1, 101));
        assertEquals(OK, trx.enter());
        trx.leave();
        trx.release();
        assertEquals(trx.seqno(), a.lastCommitted());
    }
}

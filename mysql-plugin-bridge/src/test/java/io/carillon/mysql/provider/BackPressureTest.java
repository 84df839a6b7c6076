// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** Many clients of one node commit at once: together more than the group takes at once, and than the sidecar keeps in memory. */
final class BackPressureTest extends RealEngineFixture {
    private static final int CLIENTS = 400;
    private static final int LENGTH = 250_000;

    @Test
    void everyClientWaitsUntilItsWriteSetIsTaken() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        final byte[] row = new byte[LENGTH];
        Arrays.fill(row, (byte) 'x');
        final CountDownLatch start = new CountDownLatch(1);
        final List<FutureTask<Integer>> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            final Transaction trx = new Transaction(a, 100 + client).writes("db", "t", "row" + client).data(row);
            clients.add(inBackground(() -> {
                start.await();
                return trx.commit();
            }));
        }
        start.countDown();
        for (final FutureTask<Integer> client : clients) {
            assertEquals(OK, client.get());
        }
        agree(a, b);
        assertEquals(CLIENTS, b.applied.size());
        assertTrue(b.applied.stream().allMatch(one -> one.data().length() == LENGTH));
    }
}

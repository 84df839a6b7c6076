// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.WsrepStatus;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that drive the provider's library, on engines that the test chooses. The time limit only turns a hang into a failure. */
@Timeout(120)
@SuppressWarnings("restricted")
abstract class ServerFixture {
    static final int OK = WsrepStatus.OK.code();
    static final int TRX_FAIL = WsrepStatus.TRX_FAIL.code();
    static final int BF_ABORT = WsrepStatus.BF_ABORT.code();
    static final int CONN_FAIL = WsrepStatus.CONN_FAIL.code();
    static final int NODE_FAIL = WsrepStatus.NODE_FAIL.code();
    static final int NOT_ALLOWED = WsrepStatus.NOT_ALLOWED.code();

    @TempDir
    Path directory;
    private final List<FakeServer> servers = new ArrayList<>();

    /** A server on the engine {@code node}, not initialised. */
    abstract FakeServer newServer(int node) throws Exception;

    /** Where a joiner finds the others. */
    abstract String address() throws Exception;

    final void closeServers() {
        servers.forEach(FakeServer::close);
    }

    final FakeServer server(final int node) throws Exception {
        final FakeServer server = newServer(node);
        servers.add(server);
        return server;
    }

    /** A server that founds the group and is synced. */
    FakeServer founder() throws Exception {
        final FakeServer server = server(0);
        assertEquals(OK, server.init());
        assertEquals(OK, server.connect("gcomm://", true));
        server.appliers(2);
        server.await("synced");
        return server;
    }

    /** A server that joins by a snapshot and is synced. */
    FakeServer joiner(final int node, final FakeServer donor) throws Exception {
        final FakeServer server = server(node);
        assertEquals(OK, server.init());
        server.wantedDonor = donor.name;
        assertEquals(OK, server.connect(address(), false));
        server.appliers(1);
        server.await("connected");
        server.await("sst request");
        final String donate = donor.await("donate");
        assertTrue(donate.startsWith("donate rsync here at "), donate);
        final long at = Long.parseLong(donate.substring(donate.lastIndexOf(' ') + 1));
        final byte[] group = donor.donatedGroup;
        assertEquals(OK, donor.provider.status(Wsrep.Slot.SST_SENT, donor.position(group, at), 0));
        assertEquals(OK, server.provider.status(Wsrep.Slot.SST_RECEIVED, server.position(group, at), MemorySegment.NULL, 0));
        server.appliers(1);
        server.await("synced");
        return server;
    }

    /** Four clients on each server write the same rows at once. How many transactions committed; the others ended as {@code allowed}. */
    static int commitOnAll(final List<FakeServer> all, final Set<Integer> allowed) throws Exception {
        final List<FutureTask<Integer>> clients = new ArrayList<>();
        for (final FakeServer server : all) {
            for (int client = 0; client < 4; client++) {
                final long first = client * 1000L;
                clients.add(inBackground(() -> commitMany(server, first, allowed)));
            }
        }
        int committed = 0;
        for (final FutureTask<Integer> client : clients) {
            committed += client.get();
        }
        assertTrue(committed > 0);
        return committed;
    }

    private static int commitMany(final FakeServer server, final long first, final Set<Integer> allowed) throws Exception {
        final SplittableRandom random = new SplittableRandom(first);
        int committed = 0;
        for (int i = 0; i < 100; i++) {
            final Transaction trx = new Transaction(server, first + i);
            final int status = trx.writes("db", "t", "row" + random.nextInt(50)).data(server.name + ":" + (first + i)).commit();
            assertTrue(status == OK || allowed.contains(status), "status " + status);
            committed += status == OK ? 1 : 0;
        }
        return committed;
    }

    static <T> FutureTask<T> inBackground(final java.util.concurrent.Callable<T> body) {
        final FutureTask<T> task = new FutureTask<>(body);
        final Thread thread = new Thread(task, "client");
        thread.setDaemon(true);
        thread.start();
        return task;
    }
}

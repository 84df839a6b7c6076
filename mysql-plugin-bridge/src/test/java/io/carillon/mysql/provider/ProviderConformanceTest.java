// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.mysql.ipc.FakeCluster;
import io.carillon.wsrep.WriteSetFlags;
import io.carillon.wsrep.WsrepStatus;
import io.netty.channel.epoll.EpollIoHandler;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The provider's library, driven as a server would, against an engine with a trivial order. The time limit only turns a hang into a failure. */
@Timeout(120)
@SuppressWarnings("restricted")
final class ProviderConformanceTest {
    private static final int OK = WsrepStatus.OK.code();
    private static final int TRX_FAIL = WsrepStatus.TRX_FAIL.code();
    private static final int BF_ABORT = WsrepStatus.BF_ABORT.code();
    private static final int CONN_FAIL = WsrepStatus.CONN_FAIL.code();
    private static final int NODE_FAIL = WsrepStatus.NODE_FAIL.code();
    private static final int NOT_ALLOWED = WsrepStatus.NOT_ALLOWED.code();

    @TempDir
    Path directory;
    private FakeCluster cluster;
    private final List<FakeServer> servers = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        cluster = new FakeCluster(directory, 3, EpollIoHandler.newFactory());
    }

    @AfterEach
    void stop() {
        servers.forEach(FakeServer::close);
        cluster.close();
    }

    private FakeServer server(final int node) {
        final FakeServer server = new FakeServer("n" + node, "carillon.sidecar=unix:" + cluster.sockets.get(node));
        servers.add(server);
        return server;
    }

    /** A server that founds the group and is synced. */
    private FakeServer founder() throws Exception {
        final FakeServer server = server(0);
        assertEquals(OK, server.init());
        assertEquals(OK, server.connect("gcomm://", true));
        server.appliers(2);
        server.await("synced");
        return server;
    }

    /** A server that joins by a snapshot and is synced. */
    private FakeServer joiner(final int node, final FakeServer donor) throws Exception {
        final FakeServer server = server(node);
        assertEquals(OK, server.init());
        assertEquals(OK, server.connect("gcomm://x", false));
        server.appliers(1);
        server.await("connected");
        server.await("sst request");
        final String donate = donor.await("donate");
        assertTrue(donate.startsWith("donate rsync here at "), donate);
        final long at = Long.parseLong(donate.substring(donate.lastIndexOf(' ') + 1));
        final byte[] group = cluster.onLoop(() -> bytes(cluster.group.uuid));
        assertEquals(OK, donor.provider.status(Wsrep.Slot.SST_SENT, donor.position(group, at), 0));
        assertEquals(OK, server.provider.status(Wsrep.Slot.SST_RECEIVED, server.position(group, at), MemorySegment.NULL, 0));
        server.appliers(1);
        server.await("synced");
        return server;
    }

    private static byte[] bytes(final java.util.UUID uuid) {
        return java.nio.ByteBuffer.allocate(16).putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits()).array();
    }

    private static <T> FutureTask<T> inBackground(final java.util.concurrent.Callable<T> body) {
        final FutureTask<T> task = new FutureTask<>(body);
        final Thread thread = new Thread(task, "client");
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    @Test
    void theLoaderFillsEverySlot() {
        final ProviderInstance provider = new ProviderInstance();
        for (final Wsrep.Slot slot : Wsrep.Slot.values()) {
            if (slot != Wsrep.Slot.DLH && slot != Wsrep.Slot.CTX) {
                final MemorySegment value = provider.wsrep.get(ValueLayout.ADDRESS, slot.offset());
                assertNotEquals(0xA5A5A5A5A5A5A5A5L, value.address(), slot + " was not written");
                assertNotEquals(0L, value.address(), slot + " is missing");
            }
        }
        assertEquals("26", ProviderInstance.textAt(provider.wsrep, Wsrep.Slot.VERSION.offset()));
        assertEquals("26", ProviderInstance.textAt(ProviderInstance.symbol("wsrep_interface_version").reinterpret(8), 0));
        assertEquals(Wsrep.SLOT_COUNT, Wsrep.Slot.values().length);
        ProviderInstance.symbol("wsrep_init_allowlist_service_v1");
        ProviderInstance.symbol("wsrep_node_isolation_mode_set_v1");
        provider.call(Wsrep.Slot.FREE);
        provider.call(Wsrep.Slot.FREE);
    }

    @Test
    void badOptionsFailInitWithTheReasonInTheServersLog() throws Exception {
        cluster.onLoop(() -> cluster.nodes.get(0).refusal = "unknown option 'gcs.fc_limti'");
        final FakeServer server = server(0);
        assertEquals(NODE_FAIL, server.init());
        assertTrue(server.log.stream().anyMatch(line -> line.contains("gcs.fc_limti")), server.log.toString());
    }

    @Test
    void aMissingSidecarFailsInitWithItsPathInTheServersLog() {
        final FakeServer server = new FakeServer("n0", "carillon.sidecar=unix:" + directory.resolve("nobody"));
        assertEquals(NODE_FAIL, server.init());
        assertTrue(server.log.stream().anyMatch(line -> line.contains("nobody")), server.log.toString());
        server.provider.call(Wsrep.Slot.FREE);
    }

    @Test
    void theFounderIsToldConnectedThenViewThenSynced() throws Exception {
        final FakeServer server = server(0);
        assertEquals(OK, server.init());
        assertEquals(OK, server.connect("gcomm://", true));
        server.appliers(1);
        assertEquals("connected seqno 1 status 0 own 0 members n0", server.events.take());
        assertEquals("view seqno 1 status 0 own 0 members n0", server.events.take());
        assertEquals("synced", server.events.take());
        assertEquals(1, server.lastCommitted());
        assertTrue(server.options().contains("fake = yes"), server.options());
    }

    @Test
    void connectTellsThatNobodyAnswers() {
        final FakeServer server = server(0);
        assertEquals(OK, server.init());
        assertEquals(NODE_FAIL, server.connect("gcomm://unreachable", false));
    }

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
        final List<FutureTask<Integer>> clients = new ArrayList<>();
        for (final FakeServer server : List.of(a, b, c)) {
            for (int client = 0; client < 4; client++) {
                final long first = client * 1000L;
                clients.add(inBackground(() -> {
                    final SplittableRandom random = new SplittableRandom(first);
                    int committed = 0;
                    for (int i = 0; i < 100; i++) {
                        final Transaction trx = new Transaction(server, first + i);
                        final int status = trx.writes("db", "t", "row" + random.nextInt(50)).data(server.name + ":" + (first + i)).commit();
                        assertTrue(status == OK || status == TRX_FAIL || status == BF_ABORT, "status " + status);
                        committed += status == OK ? 1 : 0;
                    }
                    return committed;
                }));
            }
        }
        int committed = 0;
        for (final FutureTask<Integer> client : clients) {
            committed += client.get();
        }
        assertTrue(committed > 0);
        for (final FakeServer server : List.of(a, b, c)) {
            assertEquals(OK, server.syncWait());
            assertEquals(4 + 1200 - 1, server.lastCommitted(), server.name);
        }
        final long applied = b.applied.stream().filter(one -> (one.flags() & WriteSetFlags.ROLLBACK) == 0 && one.data().startsWith("n0")).count();
        final long others = c.applied.stream().filter(one -> (one.flags() & WriteSetFlags.ROLLBACK) == 0 && one.data().startsWith("n0")).count();
        assertEquals(others, applied, "what n0 committed");
    }

    @Test
    void disconnectGivesAFinalViewAndTheServerMayComeBack() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        for (int round = 0; round < 3; round++) {
            assertEquals(OK, b.disconnect());
            final String view = b.await("view");
            assertTrue(view.contains("own -1 members") && !view.contains("without receiver"), view);
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
    void aLostSidecarIsANonPrimaryViewAndItsReturnGoesOnWithoutASnapshot() throws Exception {
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
        assertEquals(OK, a.provider.status(Wsrep.Slot.DESYNC));
        assertEquals(1L, a.provider.<Long>call(Wsrep.Slot.PAUSE));
        final FutureTask<Integer> waiting = inBackground(() -> new Transaction(a, 1).writes("db", "t", "1").data("1").commit());
        assertEquals(OK, a.provider.status(Wsrep.Slot.RESUME));
        assertEquals(OK, waiting.get());
        assertEquals(OK, a.provider.status(Wsrep.Slot.RESYNC));
    }

    @Test
    void initAndFreeMayBeRepeated() {
        for (int i = 0; i < 10; i++) {
            final FakeServer server = new FakeServer("n0", "carillon.sidecar=unix:" + cluster.sockets.get(0));
            assertEquals(OK, server.init());
            server.provider.call(Wsrep.Slot.FREE);
            server.provider.call(Wsrep.Slot.FREE);
        }
    }
}

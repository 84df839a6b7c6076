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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** The provider's library on the engine itself: ring, log, certification. */
@SuppressWarnings("restricted")
final class RealEngineTest extends RealEngineFixture {
    @Test
    void whatOneCommitsTheOthersApply() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        final Transaction trx = new Transaction(a, 100).writes("db", "t", "row").data("from a");
        assertEquals(OK, trx.commit());
        b.await("applied " + trx.seqno() + " from a");
        final byte[] large = new byte[2_000_000];
        java.util.Arrays.fill(large, (byte) 'x');
        assertEquals(OK, new Transaction(b, 100).writes("db", "t", "large").data(large).commit());
        a.await("applied");
        assertEquals(large.length, a.applied.get(0).data().length());
        final MemorySegment meta = a.provider.arena.allocate(Wsrep.META_LENGTH, 8);
        assertEquals(OK, Transaction.isolated(b, 55, "alter table t", meta));
        a.await("applied " + meta.get(ValueLayout.JAVA_LONG, Wsrep.META_SEQNO) + " alter table t");
        agree(a, b);
        assertEquals("Synced", b.statistics().get("local_state_comment"));
    }

    /** Names, order and types of Galera 26.4.23, before a group, in it, and after it. */
    @Test
    void statusVariablesAreGaleras() throws Exception {
        final String own = "local_state_uuid protocol_version protocol_application protocol_replicator protocol_GCS last_committed"
            + " replicated replicated_bytes repl_keys repl_keys_bytes repl_data_bytes repl_other_bytes received"
            + " received_bytes local_commits local_cert_failures local_replays local_send_queue local_send_queue_max"
            + " local_send_queue_min local_send_queue_avg local_recv_queue local_recv_queue_max local_recv_queue_min"
            + " local_recv_queue_avg local_cached_downto flow_control_paused_ns flow_control_paused flow_control_sent"
            + " flow_control_recv flow_control_active flow_control_requested cert_deps_distance apply_oooe apply_oool"
            + " apply_window apply_waits commit_oooe commit_oool commit_window local_state local_state_comment"
            + " cert_index_size causal_reads cert_interval open_transactions open_connections incoming_addresses";
        final String ownTypes = "SIIIIIIIIIIIIIIIIIIIDIIIDIIDIISSDDDDIDDDISIIDIIS";
        final String ring = " cluster_weight desync_count evs_delayed evs_evict_list evs_repl_latency evs_state gcomm_uuid gmcast_segment";
        final FakeServer a = server(0);
        assertEquals(OK, a.init());
        final Map<String, String> before = a.statistics();
        assertEquals(own, String.join(" ", before.keySet()));
        assertEquals(ownTypes, a.statisticsTypes);
        assertEquals(List.of("", "-1", "-1", "-1", "-1", "-1"), List.copyOf(before.values()).subList(0, 6));
        assertEquals("-1", before.get("local_cached_downto"));
        assertEquals(OK, a.connect("gcomm://", true));
        a.appliers(1);
        a.await("synced");
        final Map<String, String> connected = a.statistics();
        assertEquals(own + ring, String.join(" ", connected.keySet()));
        assertEquals(ownTypes + "SSSSSSSS", a.statisticsTypes);
        assertEquals(List.of("11", "4", "11", "5", "1"), List.copyOf(connected.values()).subList(1, 6));
        assertEquals(List.of("1", "0", "", ""), List.copyOf(connected.values()).subList(48, 52));
        assertEquals(List.of("2", "1", "0.0"),
            List.of(connected.get("received"), connected.get("local_cached_downto"), connected.get("commit_window")));
        assertEquals(OK, new Transaction(a, 1).writes("db", "t", "row").data("x").commit());
        assertEquals("1.0", a.statistics().get("commit_window"));
        assertEquals(OK, a.disconnect());
        a.awaitAppliers();
        final Map<String, String> after = a.statistics();
        assertEquals(own, String.join(" ", after.keySet()));
        assertEquals(connected.get("local_state_uuid"), after.get("local_state_uuid"));
        assertEquals(List.of("11", "4", "11", "5", "2"), List.copyOf(after.values()).subList(1, 6));
        assertEquals("1", after.get("local_cached_downto"));
    }

    @Test
    void whoeverTheServersAllowListRefusesDoesNotGetIn() throws Exception {
        try (ServersAllowList list = new ServersAllowList()) {
            final FakeServer a = founder();
            final FakeServer b = server(1);
            assertEquals(OK, b.init());
            list.refuse(true);
            final FutureTask<Integer> joined = inBackground(() -> b.connect(address(), false));
            assertEquals("127.0.0.1", list.next());
            assertEquals("127.0.0.1", list.next());
            assertFalse(joined.isDone());
            assertEquals("1", a.statistics().get("cluster_weight"));
            list.refuse(false);
            assertEquals(OK, joined.get());
            b.appliers(1);
            b.await("connected");
            assertTrue(a.log.stream().anyMatch(line -> line.contains("IP 127.0.0.1 not found in allowlist")), a.log.toString());
        }
    }

    /** As FLUSH STATUS does; those of the engine, too. */
    @Test
    void averagesBeginAnew() throws Exception {
        final FakeServer a = founder();
        for (int i = 0; i < 3; i++) {
            assertEquals(OK, new Transaction(a, i).writes("db", "t", "row").data("x").commit());
        }
        assertTrue(Double.parseDouble(a.statistics().get("cert_deps_distance")) > 0);
        a.provider.call(Wsrep.Slot.STATS_RESET);
        while (Double.parseDouble(a.statistics().get("cert_deps_distance")) > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void theLaterOfTwoWritersFailsOnBothNodes() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        final CountDownLatch latch = new CountDownLatch(1);
        b.held.put("first", latch);
        assertEquals(OK, new Transaction(a, 101).writes("db", "t", "row").data("first").commit());
        b.await("holding first");
        final Transaction second = new Transaction(b, 201).writes("db", "t", "row").data("second");
        final FutureTask<Integer> status = inBackground(second::commit);
        final String dummy = a.await("applied");
        latch.countDown();
        assertEquals(TRX_FAIL, status.get());
        assertTrue(dummy.startsWith("applied " + second.seqno() + " "), dummy);
        assertTrue((a.applied.get(0).flags() & WriteSetFlags.ROLLBACK) != 0);
        agree(a, b);
        assertEquals("1", b.statistics().get("local_cert_failures"));
    }

    @Test
    void aVictimInTheCommitOrderIsReplayedAndWhoTookItsRowFails() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        final CountDownLatch latch = new CountDownLatch(1);
        b.held.put("gap", latch);
        final Transaction gap = new Transaction(a, 101).writes("db", "t", "gap").data("gap");
        assertEquals(OK, gap.commit());
        b.await("holding gap");
        final Transaction victim = new Transaction(b, 201).writes("db", "t", "row").data("victim");
        assertEquals(OK, victim.certify());
        final FutureTask<Integer> entered = inBackground(victim::enter);
        assertEquals(OK, Transaction.abort(b, gap.seqno(), 201));
        assertEquals(BF_ABORT, entered.get());
        // Its lock is free until it is replayed. Who has it now changes a version that the group has replaced.
        final Transaction thief = new Transaction(b, 202).writes("db", "t", "row").data("thief");
        assertEquals(TRX_FAIL, thief.certify());
        final FutureTask<Integer> rolledBack = inBackground(() -> {
            final int status = thief.enter();
            thief.leave();
            thief.release();
            return status;
        });
        latch.countDown();
        assertEquals(OK, victim.replay());
        victim.release();
        assertEquals(OK, rolledBack.get());
        agree(a, b);
        assertEquals("1", b.statistics().get("local_replays"));
        assertTrue(b.applied.get(1).replayed() && b.applied.get(1).data().equals("victim"), b.applied.toString());
        assertEquals(OK, new Transaction(b, 203).writes("db", "t", "row").data("next").commit());
    }

    @Test
    void disconnectAndReconnectManyTimes() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        for (int round = 0; round < 3; round++) {
            assertEquals(OK, b.disconnect());
            b.awaitFinalView();
            b.awaitAppliers();
            final Transaction away = new Transaction(a, 10 + round).writes("db", "t", "a").data("while away " + round);
            assertEquals(OK, away.commit());
            assertEquals(OK, b.connect(address(), false));
            b.appliers(2);
            b.await("applied " + away.seqno() + " while away " + round);
            b.await("synced");
            assertEquals(OK, new Transaction(b, 20 + round).writes("db", "t", "b").data("back " + round).commit());
            agree(a, b);
        }
        assertFalse(b.events.contains("sst request"), b.events.toString());
    }

    @Test
    void anEngineThatIsReplacedUnderItsServerGoesOn() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        final FakeServer c = joiner(2, a);
        for (int round = 0; round < 3; round++) {
            replaceEngine(1);
            int attempt = 0;
            Transaction trx;
            int status;
            do {
                attempt++;
                trx = new Transaction(b, 1000 * round + attempt).writes("db", "t", "row" + round).data("round " + round);
                status = trx.commit();
            } while (status == CONN_FAIL);
            assertEquals(OK, status);
            a.await("applied " + trx.seqno());
            agree(a, b, c);
        }
        assertFalse(b.events.contains("sst request"), b.events.toString());
    }

    @Test
    void anEngineReplacedBetweenDisconnectAndConnectFoundsAGroupIfItIsToldTo() throws Exception {
        final FakeServer a = founder();
        assertEquals(OK, new Transaction(a, 1).writes("db", "t", "row").data("before").commit());
        final long before = a.lastCommitted();
        assertEquals(OK, a.disconnect());
        a.awaitAppliers();
        replaceEngine(0);
        assertEquals(OK, a.connect("gcomm://", true));
        a.appliers(1);
        a.await("connected");
        a.await("synced");
        final Transaction after = new Transaction(a, 2).writes("db", "t", "row").data("after");
        assertEquals(OK, after.commit());
        assertTrue(after.seqno() > before + 1, after + " after " + before);
        final FakeServer b = joiner(1, a);
        agree(a, b);
    }

    @Test
    void clientsOnAllNodesAgree() throws Exception {
        final FakeServer a = founder();
        final FakeServer b = joiner(1, a);
        final FakeServer c = joiner(2, a);
        commitOnAll(List.of(a, b, c), Set.of(TRX_FAIL));
        agree(a, b, c);
        final var onC = c.appliedBySeqno();
        for (final var one : b.appliedBySeqno().entrySet()) {
            assertEquals(onC.getOrDefault(one.getKey(), one.getValue()), one.getValue(), "seqno " + one.getKey());
        }
    }

    @Test
    void initAndFreeMayBeRepeated() throws Exception {
        for (int i = 0; i < 5; i++) {
            final FakeServer server = newServer(0);
            assertEquals(OK, server.init());
            server.provider.call(Wsrep.Slot.FREE);
            server.provider.call(Wsrep.Slot.FREE);
        }
    }
}

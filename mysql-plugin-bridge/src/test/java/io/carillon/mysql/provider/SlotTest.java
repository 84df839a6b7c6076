// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.WsrepStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Every member of {@code wsrep_t} before connect, in a group and after it: what Galera 26.4.23 returns in the same calls. */
@SuppressWarnings("restricted")
final class SlotTest extends RealEngineFixture {
    private static final int NOT_IMPLEMENTED = WsrepStatus.NOT_IMPLEMENTED.code();
    private static final int TRX_MISSING = WsrepStatus.TRX_MISSING.code();
    private static final int FATAL = WsrepStatus.FATAL.code();
    private static final int CAPABILITIES = 0x2d17f;
    private static final long OWNER = 1;

    private static int call(final FakeServer server, final Wsrep.Slot slot, final Object... arguments) {
        return server.provider.status(slot, arguments);
    }

    private static MemorySegment text(final FakeServer server, final String text) {
        return server.provider.arena.allocateFrom(text);
    }

    private static int syncWait(final FakeServer server, final MemorySegment upTo) {
        return call(server, Wsrep.Slot.SYNC_WAIT, upTo, 0, MemorySegment.NULL);
    }

    private static int isolate(final FakeServer server) {
        return Transaction.isolated(server, 55, "alter table t", server.provider.arena.allocate(Wsrep.META_LENGTH, 8));
    }

    /** Whatever the node's state is. */
    private static void whatIsAlwaysTheSame(final FakeServer server) {
        final MemorySegment gtid = server.position(null, -1);
        final MemorySegment some = server.provider.arena.allocate(64, 8);
        assertEquals(CAPABILITIES, call(server, Wsrep.Slot.CAPABILITIES));
        assertEquals(NOT_IMPLEMENTED, call(server, Wsrep.Slot.ENC_SET_KEY, some));
        assertEquals(NOT_IMPLEMENTED, call(server, Wsrep.Slot.ASSIGN_READ_VIEW, some, gtid));
        assertEquals(NOT_IMPLEMENTED, call(server, Wsrep.Slot.SNAPSHOT, some, text(server, "donor")));
        assertEquals(NOT_IMPLEMENTED, call(server, Wsrep.Slot.LOCK, text(server, "name"), false, OWNER, 0L));
        assertEquals(OK, call(server, Wsrep.Slot.UNLOCK, text(server, "name"), OWNER));
        assertFalse(server.provider.<Boolean>call(Wsrep.Slot.IS_LOCKED, text(server, "name"), some, some));
        assertEquals(OK, call(server, Wsrep.Slot.FREE_CONNECTION, 3L));
        assertEquals(OK, Transaction.abort(server, 5, 4711), "nobody's transaction");
        assertTrue(server.options().contains("engine = real; "));
        assertEquals("local_state_uuid", server.statistics().keySet().iterator().next());
        server.provider.call(Wsrep.Slot.STATS_RESET);
    }

    /** Without a group: before the first connect, and after a disconnect. */
    private static void whatNeedsAGroup(final FakeServer server) {
        final MemorySegment gtid = server.position(null, -1);
        assertEquals(TRX_FAIL, server.syncWait());
        final Transaction trx = new Transaction(server, 11).writes("db", "t", "row").data("x");
        assertEquals(CONN_FAIL, trx.certify());
        assertEquals(-1, trx.seqno());
        assertEquals(OK, trx.release());
        assertEquals(TRX_FAIL, call(server, Wsrep.Slot.ROLLBACK, 11L, MemorySegment.NULL));
        assertEquals(CONN_FAIL, isolate(server));
        assertEquals(CONN_FAIL, call(server, Wsrep.Slot.SST_RECEIVED, gtid, MemorySegment.NULL, 0));
        assertEquals(CONN_FAIL, call(server, Wsrep.Slot.SST_SENT, gtid, 0));
        assertEquals(TRX_FAIL, call(server, Wsrep.Slot.DESYNC));
        assertEquals(NODE_FAIL, call(server, Wsrep.Slot.RESYNC));
        assertEquals(FATAL, call(server, Wsrep.Slot.RECV, server.provider.arena.allocate(8)));
        assertEquals(OK, call(server, Wsrep.Slot.DISCONNECT));
    }

    private void whatAGroupGives(final FakeServer server) throws Exception {
        final Transaction trx = new Transaction(server, 21).writes("db", "t", "row").data("x");
        assertEquals(OK, trx.certify());
        assertEquals(NOT_ALLOWED, Transaction.abort(server, trx.seqno() + 1, 21));
        assertEquals(OK, trx.enter());
        assertEquals(NOT_ALLOWED, Transaction.abort(server, 1, 21));
        assertEquals(OK, trx.leave());
        assertEquals(OK, trx.release());
        assertEquals(trx.seqno(), server.lastCommitted());
        assertEquals(TRX_MISSING, trx.replay(), "it is gone");
        assertEquals(OK, isolate(server));
        assertEquals(CONN_FAIL, call(server, Wsrep.Slot.TO_EXECUTE_END, 55L, MemorySegment.NULL), "ended already");
        final byte[] foreign = new byte[16];
        foreign[0] = 1;
        assertEquals(TRX_MISSING, syncWait(server, server.position(foreign, 1)));
        assertEquals(OK, call(server, Wsrep.Slot.ROLLBACK, 44L, MemorySegment.NULL));
        assertEquals(OK, server.syncWait());
        final MemorySegment gtid = server.position(null, 1);
        assertEquals(CONN_FAIL, call(server, Wsrep.Slot.SST_SENT, gtid, 0), "no donor");
        assertEquals(CONN_FAIL, call(server, Wsrep.Slot.SST_RECEIVED, gtid, MemorySegment.NULL, 0), "no joiner");
        assertEquals(OK, call(server, Wsrep.Slot.RESYNC), "synced already");
        assertEquals(OK, call(server, Wsrep.Slot.DESYNC));
        assertEquals(OK, call(server, Wsrep.Slot.DESYNC));
        assertEquals(OK, call(server, Wsrep.Slot.RESYNC));
        assertEquals(OK, call(server, Wsrep.Slot.RESYNC));
        assertEquals(server.lastCommitted(), server.provider.<Long>call(Wsrep.Slot.PAUSE));
        assertEquals(OK, call(server, Wsrep.Slot.RESUME));
        preordered(server);
    }

    private static void preordered(final FakeServer server) throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment handle = arena.allocate(8, 8);
            final MemorySegment data = Transaction.buffer(arena, "events".getBytes());
            assertEquals(OK, call(server, Wsrep.Slot.PREORDERED_COLLECT, handle, data, 1L, true));
            assertEquals(OK, call(server, Wsrep.Slot.PREORDERED_COMMIT, handle, arena.allocate(16, 8), Transaction.PLAIN, 1, true));
            assertEquals(0, handle.get(ValueLayout.JAVA_LONG, 0));
        }
        String applied = server.await("applied");
        while (!applied.endsWith(" events")) {
            applied = server.await("applied"); // the rollback of a transaction that nobody knows
        }
    }

    @Test
    void everyCallIsAnsweredInEveryState() throws Exception {
        final FakeServer server = server(0);
        assertEquals(OK, server.init());
        assertEquals(-1, server.lastCommitted());
        whatIsAlwaysTheSame(server);
        whatNeedsAGroup(server);
        for (int round = 0; round < 2; round++) {
            assertEquals(OK, server.connect("gcomm://", true));
            server.appliers(1);
            server.await("synced");
            whatIsAlwaysTheSame(server);
            whatAGroupGives(server);
            assertEquals(OK, server.disconnect());
            server.awaitFinalView();
            assertEquals("recv " + CONN_FAIL, server.await("recv"));
            server.awaitAppliers();
            whatIsAlwaysTheSame(server);
            whatNeedsAGroup(server);
        }
    }
}

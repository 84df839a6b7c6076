// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** From the loader to the first view, and what may go wrong on that way. */
@SuppressWarnings("restricted")
final class LoaderTest extends ProviderFixture {
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
    void connectTellsThatNobodyAnswers() throws Exception {
        final FakeServer server = server(0);
        assertEquals(OK, server.init());
        assertEquals(NODE_FAIL, server.connect("gcomm://unreachable", false));
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

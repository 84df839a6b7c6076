// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.ChannelSecurity;
import io.carillon.group.transport.LoopProbe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Cases in which somebody connects to one end of a link, which must not notice. */
abstract class BesideALink {
    private static final long MS = 1_000_000L;

    MeshNode a;
    MeshNode b;

    /** What both ends encrypt by. */
    ChannelSecurity security() throws Exception {
        return ChannelSecurity.NONE;
    }

    @BeforeEach
    void link() throws Exception {
        final ChannelSecurity security = security();
        a = new MeshNode(1, "c", MeshNode.loopback().withPatience(300 * MS, 50 * MS, 60_000 * MS).withLimits(8, 16));
        b = new MeshNode(2, "c", MeshNode.loopback());
        a.mesh.security(security);
        b.mesh.security(security);
        a.start();
        b.start(a);
        a.await("up 2");
        b.await("up 1");
    }

    @AfterEach
    void theLinkDidNotNotice() throws Exception {
        a.send(b, "are you there?", TrafficClass.CONTROL);
        assertEquals("packet are you there?", b.next());
        assertTrue(a.events.isEmpty(), () -> "unexpected: " + a.events);
        a.end();
        b.end();
    }

    final Socket connect() throws Exception {
        final Socket socket = new Socket(InetAddress.getLoopbackAddress(), a.port());
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LoopProbe.HANG_S));
        return socket;
    }

    static void assertClosedByPeer(final Socket socket) {
        try {
            int read = 0;
            while (read >= 0) {
                read = socket.getInputStream().read();
            }
        } catch (final IOException e) {
            assertTrue(e.getMessage().contains("reset") || e.getMessage().contains("Broken"), e.getMessage());
        }
    }
}

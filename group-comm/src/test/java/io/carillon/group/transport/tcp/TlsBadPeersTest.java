// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.transport.ChannelSecurity;
import io.carillon.group.transport.tls.TestAuthority;
import io.carillon.group.transport.tls.TlsSecurity;
import io.carillon.group.transport.tls.TlsSettings;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS handshakes that never end, beside a link that must not notice. The time limit only ends a test that hangs. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TlsBadPeersTest extends BesideALink {
    @TempDir
    private Path directory;
    private TlsClient client;

    @Override
    ChannelSecurity security() throws Exception {
        final TlsSettings settings = new TestAuthority(directory, "ca").node("n");
        client = new TlsClient(settings);
        return TlsSecurity.of(settings);
    }

    @Test
    void whoStopsInItsHandshakeIsClosedInTime() throws Exception {
        final byte[] hello = client.clientHello();
        for (final int length : new int[] {1, 2, 3, 5, hello.length / 2, hello.length}) {
            try (Socket socket = connect()) {
                socket.getOutputStream().write(hello, 0, length);
                assertClosedByPeer(socket);
            }
        }
        assertTrue(a.describe().contains("did not finish its handshake in time"), a::describe);
    }

    @Test
    void unfinishedHandshakesAreBoundedAndLeaveNothing() throws Exception {
        final byte[] hello = client.clientHello();
        a.until(() -> a.mesh.channels().handshaking().isEmpty());
        final long pinned = a.on(() -> a.loop.allocator().pinnedDirectMemory());
        final List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            final Socket socket = connect();
            sockets.add(socket);
            try {
                socket.getOutputStream().write(hello);
            } catch (final IOException e) {
                assertTrue(e.getMessage().contains("reset") || e.getMessage().contains("Broken"), e.getMessage());
            }
        }
        for (final Socket socket : sockets) {
            assertClosedByPeer(socket);
            socket.close();
        }
        assertTrue(a.describe().contains("too many connections were in their handshake"), a::describe);
        a.until(() -> a.mesh.channels().handshaking().isEmpty());
        a.until(() -> a.loop.allocator().pinnedDirectMemory() <= pinned);
    }

    /** It is let in by its certificate, and says nothing more. */
    @Test
    void whoIsSilentAfterItsHandshakeIsClosedInTime() throws Exception {
        try (Socket socket = client.connect(a.port())) {
            socket.getOutputStream().write(new byte[] {10, 0, 0});
            assertClosedByPeer(socket);
        }
        assertTrue(a.describe().contains("did not finish its handshake in time"), a::describe);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Asks a running sidecar at its admin socket. */
final class AdminClient {
    private AdminClient() {
    }

    /** The document that answers {@code request}. Throws {@link IOException} that says what to look at when nobody answers. */
    static String ask(final Path path, final String request) throws IOException {
        try (AdminSocket admin = AdminSocket.reach(path); SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(admin.address()));
            channel.write(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
            final ByteArrayOutputStream reply = new ByteArrayOutputStream();
            Channels.newInputStream(channel).transferTo(reply);
            return reply.toString(StandardCharsets.UTF_8);
        } catch (final IOException e) {
            throw new IOException("no sidecar answers at " + path + " (" + e.getMessage()
                + "): is the server running, with this state directory?", e);
        }
    }
}

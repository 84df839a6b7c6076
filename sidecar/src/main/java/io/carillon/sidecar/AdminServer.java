// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.mysql.ipc.UnixSocketFile;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the command line on a Unix socket: one line with a request, one JSON document back. On a thread of its own,
 * so that it works, and says so, when the engine hangs.
 *
 * <p><b>Threading:</b> any thread.
 */
final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int REQUEST_LENGTH_MAX = 256;

    private final Path path;
    private final AdminSocket socket;
    private final ServerSocketChannel channel;
    private final Function<String, String> answer;

    private AdminServer(final Path path, final AdminSocket socket, final ServerSocketChannel channel,
        final Function<String, String> answer) {
        this.path = path;
        this.socket = socket;
        this.channel = channel;
        this.answer = answer;
    }

    /** Listens, in place of a process that left its socket there, and answers each request with what {@code answer} makes of it. */
    static AdminServer start(final Path path, final Function<String, String> answer) throws IOException {
        final AdminSocket socket = AdminSocket.reach(path);
        final ServerSocketChannel channel;
        try {
            channel = UnixSocketFile.bind(socket.address(), temporary -> {
                final ServerSocketChannel bound = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                return bound.bind(UnixDomainSocketAddress.of(temporary));
            });
        } catch (final IOException e) {
            socket.close();
            throw e;
        }
        final AdminServer server = new AdminServer(path, socket, channel, answer);
        final Thread thread = new Thread(server::serve, "carillon-admin");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    private void serve() {
        while (channel.isOpen()) {
            try (SocketChannel client = channel.accept()) {
                answer(client);
            } catch (final ClosedChannelException e) {
                LOG.debug("the admin socket {} is closed", path);
                return;
            } catch (final IOException e) {
                LOG.debug("a client of the admin socket {} went away: {}", path, e.getMessage());
            }
        }
    }

    private void answer(final SocketChannel client) throws IOException {
        final ByteBuffer request = ByteBuffer.allocate(REQUEST_LENGTH_MAX);
        while (request.hasRemaining() && (request.position() == 0 || request.get(request.position() - 1) != '\n')) {
            if (client.read(request) < 0) {
                break;
            }
        }
        final String line = new String(request.array(), 0, request.position(), StandardCharsets.UTF_8).trim();
        final ByteBuffer reply = ByteBuffer.wrap((answer.apply(line) + "\n").getBytes(StandardCharsets.UTF_8));
        while (reply.hasRemaining()) {
            client.write(reply);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (final IOException e) {
            LOG.warn("closing the admin socket {}: {}", path, e.getMessage());
        }
        UnixSocketFile.remove(path);
        socket.close();
    }
}

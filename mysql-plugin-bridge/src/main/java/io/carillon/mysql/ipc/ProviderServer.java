// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.wsrep.WsrepStatus;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * Listens on a Unix socket for the provider of one server, and has at most one session with it.
 *
 * <p><b>Threading:</b> {@link #open} from any thread but the event loop's, everything else on the event loop given,
 * which is the engine's thread.
 */
public final class ProviderServer {
    private static final int READ_LENGTH_MAX = 1 << 20;
    private static final int WRITE_LOW = 256 << 10;
    private static final int WRITE_HIGH = 1 << 20;

    private final EventLoop loop;
    private final ByteBufAllocator allocator;
    private final UnaryOperator<Runnable> atPassEnd;
    private final SessionHost host;
    private final SessionListener listener;
    private final Path socket;
    private Channel channel;
    private ProviderSession current;

    /**
     * @param allocator of all buffers of the sessions
     * @param atPassEnd makes of something what has it run at the end of the loop's pass.
     */
    public ProviderServer(final EventLoop loop, final ByteBufAllocator allocator, final UnaryOperator<Runnable> atPassEnd,
        final Path socket, final SessionHost host, final SessionListener listener) {
        this.loop = loop;
        this.allocator = allocator;
        this.atPassEnd = atPassEnd;
        this.socket = socket;
        this.host = host;
        this.listener = listener;
    }

    /**
     * Binds. The socket appears, for its owner only, when it can be connected to. Throws when another process listens
     * there, or it cannot be made.
     */
    public void open() throws IOException {
        final UnixSocketTransport transport = UnixSocketTransport.of(loop);
        final ServerBootstrap bootstrap = new ServerBootstrap().group(loop).channel(transport.serverChannel())
            .option(ChannelOption.SO_BACKLOG, 16)
            .childOption(ChannelOption.ALLOCATOR, allocator)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(2048, 16 << 10, READ_LENGTH_MAX))
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(WRITE_LOW, WRITE_HIGH))
            .childHandler(new ChannelInitializer<>() {
                @Override
                protected void initChannel(final Channel accepted) {
                    accepted.pipeline().addLast(handlerFor(accepted));
                }
            });
        channel = UnixSocketFile.bind(socket, path -> {
            final ChannelFuture bound = bootstrap.bind(transport.address(path)).awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw new IOException("cannot listen on the socket " + socket + ": " + bound.cause().getMessage(), bound.cause());
            }
            return bound.channel();
        });
    }

    /** Stops listening and ends the session. */
    public void close() {
        if (current != null) {
            current.endAfterLastWords("the sidecar stops");
        }
        if (channel != null) {
            channel.close();
            UnixSocketFile.remove(socket);
        }
    }

    /** The session, or null. */
    public ProviderSession session() {
        return current;
    }

    /** Sends a line to the log of the server in session. False without one. */
    public boolean log(final ServerLogLevel level, final String text) {
        if (current == null) {
            return false;
        }
        current.log(level, text);
        return true;
    }

    /** The engine failed: the session gets nothing of it any more but lines for the server's log. */
    public void mute() {
        if (current != null) {
            current.mute();
        }
    }

    FrameChannelHandler handlerFor(final Channel accepted) {
        return new FrameChannelHandler(new ProviderSession(accepted, this, atPassEnd), this);
    }

    SessionHost host() {
        return host;
    }

    /** Makes room for {@code session}: a new connection of the same server's provider takes the place of the old one. */
    void admit(final ProviderSession session) throws SessionRefusedException {
        if (current == null) {
            return;
        }
        final Hello present = current.hello();
        final Hello wanted = session.hello();
        if (!present.session().equals(wanted.session()) && ProcessHandle.of(present.pid()).isPresent()) {
            throw new SessionRefusedException(WsrepStatus.NODE_FAIL, "the sidecar at " + socket + " serves the server with data directory "
                + present.dataDir() + " (process " + present.pid()
                    + "): one sidecar serves one server, give this one its own (option carillon.sidecar)");
        }
        current.end("replaced by a new connection of its provider");
    }

    void began(final ProviderSession session) {
        current = session;
        listener.sessionBegan(session);
    }

    void ended(final ProviderSession session, final String reason) {
        if (current == session) {
            current = null;
            listener.sessionEnded(session, reason);
        } else if (session.hello() == null) {
            listener.connectionDropped(reason);
        }
    }

    void refused(final ProviderSession session, final SessionRefusedException refusal) {
        listener.sessionRefused(session.hello(), refusal);
    }

    void failed(final Throwable cause) {
        listener.failed(cause);
    }
}

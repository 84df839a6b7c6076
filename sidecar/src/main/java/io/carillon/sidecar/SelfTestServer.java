// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.mysql.ipc.Frames;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A server without data, as far as a sidecar can tell: speaks the provider's frames, blocks. One thread. */
final class SelfTestServer implements AutoCloseable {
    private static final int MAGIC = 0x31535743;

    private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    private final long session;
    private final Consumer<String> log;

    /** Connects; {@code log} takes the lines for the server's log. */
    SelfTestServer(final Path socket, final Consumer<String> log) throws IOException {
        this(socket, 1, log);
    }

    /** Connects as the server of the session with this number. */
    SelfTestServer(final Path socket, final long session, final Consumer<String> log) throws IOException {
        this.session = session;
        this.log = log;
        channel.connect(UnixDomainSocketAddress.of(socket));
    }

    /** Whatever is not answered {@code seconds} from now fails: a sidecar that says nothing is not waited for for ever. */
    void endAfter(final long seconds) {
        CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS).execute(() -> {
            try {
                channel.close();
            } catch (final IOException e) {
                log.accept("cannot close the connection: " + e.getMessage());
            }
        });
    }

    /** Says HELLO. Throws with the reason when it is refused. */
    void hello(final String address, final String options) throws IOException {
        hello(address, options, "");
    }

    /** The same of a server with a data directory. */
    void hello(final String address, final String options, final String dataDir) throws IOException {
        final ByteBuffer hello = body().putInt(Frames.PROTOCOL).putLong(1).putLong(session).putInt((int) ProcessHandle.current().pid());
        List.of("self-test", address, "", dataDir, options).forEach(text -> put(hello, text));
        send(Frames.HELLO, 0, hello.putLong(0).putLong(0).putLong(-1).putLong(-1).putLong(-1).putInt(0));
        final ByteBuffer welcome = await(Frames.WELCOME);
        if (welcome.getInt(0) != 0) {
            throw new IOException("the sidecar refused: " + text(welcome, 4));
        }
    }

    /** Founds a group; throws with the reason when that fails. */
    void found() throws IOException {
        final ByteBuffer connect = body();
        List.of("self-test", "gcomm://", "").forEach(text -> put(connect, text));
        send(Frames.CONNECT, 1, connect.put((byte) 1));
        final long seqno = await(Frames.VIEW).getLong(0);
        send(Frames.PROGRESS, 0, body().putLong(seqno).putLong(0).putInt(0));
        await(Frames.SYNCED);
    }

    /** Has a small write set certified; its seqno. */
    long certify(final long call) throws IOException {
        final ByteBuffer set = body().putLong(1);
        set.putInt(MAGIC).putInt(3).putLong(7).putLong(1).putLong(1).putLong(-1).putInt(1).putInt(0).putLong(3).putInt(0).putInt(0);
        set.putLong(42).putInt(3 | 3 << 2 | 0xFFFFFFF << 4).putInt(0).put(new byte[3]);
        send(Frames.CERTIFY, call, set);
        return await(Frames.VERDICT).getLong(0);
    }

    /** Asks for status variables. */
    void status() throws IOException {
        askForStatus();
        await(Frames.STATUS_REPLY);
    }

    /** Asks, and leaves the answer where it is. */
    void askForStatus() throws IOException {
        send(Frames.STATUS, 3, body());
    }

    /** Leaves the group in order. */
    void leave() throws IOException {
        send(Frames.DISCONNECT, 4, body());
        await(Frames.FINAL);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static ByteBuffer body() {
        return ByteBuffer.allocate(16 << 10).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void put(final ByteBuffer into, final String text) {
        final byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        into.putInt(utf8.length).put(utf8);
    }

    private static String text(final ByteBuffer from, final int at) {
        return new String(from.array(), at + Integer.BYTES, from.getInt(at), StandardCharsets.UTF_8);
    }

    private void send(final int type, final long id, final ByteBuffer body) throws IOException {
        body.flip();
        final int length = Frames.HEADER_LENGTH + body.remaining();
        final ByteBuffer frame = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN).putInt(length)
            .putShort((short) type).putShort((short) 0)
            .putLong(id).put(body).flip();
        try {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        } catch (final ClosedChannelException e) {
            throw late(e);
        }
    }

    /** Reads frames until one of {@code type} came; its body. */
    private ByteBuffer await(final int type) throws IOException {
        while (true) {
            final ByteBuffer header = read(Frames.HEADER_LENGTH);
            final ByteBuffer body = read(header.getInt(Frames.LENGTH_OFFSET) - Frames.HEADER_LENGTH);
            final int got = header.getShort(Frames.TYPE_OFFSET);
            if (got == Frames.LOG) {
                log.accept(text(body, Integer.BYTES));
            } else if (got == Frames.RESULT && body.getInt(0) != 0) {
                throw new IOException("a call failed: " + text(body, Integer.BYTES + Long.BYTES));
            }
            if (got == type) {
                return body;
            }
        }
    }

    private ByteBuffer read(final int length) throws IOException {
        final ByteBuffer into = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (into.hasRemaining()) {
                if (channel.read(into) < 0) {
                    throw new EOFException("the sidecar closed the session");
                }
            }
        } catch (final ClosedChannelException e) {
            throw late(e);
        }
        return into.flip();
    }

    private static IOException late(final ClosedChannelException e) {
        return new IOException("the sidecar has not answered in time", e);
    }
}

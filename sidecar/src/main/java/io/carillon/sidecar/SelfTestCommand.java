// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.mysql.ipc.Frames;
import java.io.EOFException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code carillon self-test}: a sidecar that founds a group alone, with this process in the place of the server. Shows that the distribution works on this machine; the build also records
 * in it which classes a start needs.
 */
@Command(name = "self-test", description = "Founds a group of one in a temporary directory and leaves it again.", mixinStandardHelpOptions = true)
final class SelfTestCommand implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        final Path directory = Files.createTempDirectory("carillon-self-test");
        try {
            final Path socket = directory.resolve("s");
            final Sidecar sidecar = new Sidecar(new SidecarConfig(socket, directory.resolve("state"), ""), ProcessHandle.current().parent()
                .map(ProcessHandle::pid).orElse(null));
            final CompletableFuture<Integer> status = new CompletableFuture<>();
            sidecar.open();
            final Thread waiter = new Thread(() -> status.complete(sidecar.await()), "carillon-self-test");
            waiter.setDaemon(true);
            waiter.start();
            converse(socket, freePort());
            final int ended = status.join();
            System.out.println("self-test: " + (ended == 0 ? "passed" : "the sidecar ended with status " + ended));
            return ended;
        } finally {
            remove(directory);
        }
    }

    /** HELLO, CONNECT, one write set, STATUS, DISCONNECT. */
    private static void converse(final Path socket, final int port) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            send(channel, Frames.HELLO, 0, hello(port));
            await(channel, Frames.WELCOME);
            final ByteBuffer connect = body();
            List.of("self-test", "gcomm://", "").forEach(text -> put(connect, text));
            send(channel, Frames.CONNECT, 1, connect.put((byte) 1));
            await(channel, Frames.VIEW);
            await(channel, Frames.SYNCED);
            final ByteBuffer set = body().putLong(1);
            set.putInt(0x31535743).putInt(3).putLong(7).putLong(1).putLong(1).putLong(-1).putInt(1).putInt(0).putLong(3).putInt(0).putInt(0);
            set.putLong(42).putInt(3 | 3 << 2 | 0xFFFFFFF << 4).putInt(0).put(new byte[3]);
            send(channel, Frames.CERTIFY, 2, set);
            await(channel, Frames.VERDICT);
            send(channel, Frames.STATUS, 3, body());
            await(channel, Frames.STATUS_REPLY);
            send(channel, Frames.DISCONNECT, 4, body());
            await(channel, Frames.FINAL);
        }
    }

    private static ByteBuffer hello(final int port) {
        final ByteBuffer hello = body().putInt(Frames.PROTOCOL).putLong(1).putLong(1).putInt((int) ProcessHandle.current().pid());
        List.of("self-test", "127.0.0.1:" + port, "", "", "gmcast.listen_addr=tcp://127.0.0.1:" + port).forEach(text -> put(hello, text));
        return hello.putLong(0).putLong(0).putLong(-1).putLong(-1).putLong(-1).putInt(0);
    }

    private static ByteBuffer body() {
        return ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void put(final ByteBuffer into, final String text) {
        final byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        into.putInt(utf8.length).put(utf8);
    }

    private static void send(final SocketChannel channel, final int type, final long id, final ByteBuffer body) throws IOException {
        body.flip();
        final int length = Frames.HEADER_LENGTH + body.remaining();
        final ByteBuffer frame = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN).putInt(length).putShort((short) type).putShort((short) 0)
            .putLong(id).put(body).flip();
        while (frame.hasRemaining()) {
            channel.write(frame);
        }
    }

    /** Reads frames until one of {@code type} came. */
    private static void await(final SocketChannel channel, final int type) throws IOException {
        while (true) {
            final ByteBuffer header = read(channel, Frames.HEADER_LENGTH);
            final ByteBuffer body = read(channel, header.getInt(Frames.LENGTH_OFFSET) - Frames.HEADER_LENGTH);
            final int got = header.getShort(Frames.TYPE_OFFSET);
            if (got == Frames.LOG) {
                System.out.println("self-test: " + new String(body.array(), 8, body.capacity() - 8, StandardCharsets.UTF_8));
            } else if (got == Frames.WELCOME && body.getInt(0) != 0) {
                throw new IOException("the sidecar refused: " + new String(body.array(), 8, body.getInt(4), StandardCharsets.UTF_8));
            } else if (got == Frames.RESULT && body.getInt(0) != 0) {
                throw new IOException("a call failed: " + new String(body.array(), 16, body.getInt(12), StandardCharsets.UTF_8));
            }
            if (got == type) {
                return;
            }
        }
    }

    private static ByteBuffer read(final SocketChannel channel, final int length) throws IOException {
        final ByteBuffer into = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException("the sidecar closed the session");
            }
        }
        return into.flip();
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    private static void remove(final Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}

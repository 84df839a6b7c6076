// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;

/** A provider's end of the socket, for tests: sends frames, reads frames, blocks. */
final class FakeProvider implements AutoCloseable {
    private final SocketChannel channel;
    private final FrameReader reader = new FrameReader();

    FakeProvider(final Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
    }

    void send(final FrameBuilder frame) throws IOException {
        send(frame.build());
    }

    void send(final byte[] bytes) throws IOException {
        final ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** The next frame, valid until the next call. Throws {@link EOFException} at the end of the session. */
    FrameReader next() throws IOException {
        final ByteBuffer header = read(ByteBuffer.allocate(Frames.HEADER_LENGTH));
        final int length = header.order(ByteOrder.LITTLE_ENDIAN).getInt(0);
        final ByteBuffer whole = ByteBuffer.allocate(length).put(header.flip());
        read(whole);
        reader.wrap(new UnsafeBuffer(whole.array()), 0, length);
        return reader;
    }

    /** The next frame of {@code type}; others before it are skipped. */
    FrameReader next(final int type) throws IOException {
        while (next().type() != type) {
            continue;
        }
        return reader;
    }

    private ByteBuffer read(final ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException("the sidecar closed");
            }
        }
        return into;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

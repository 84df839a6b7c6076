// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.LoopProbe;
import io.carillon.group.transport.PeerAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Who is let in by a node, over two sockets of his own, and says then what he likes. */
public final class AdmittedPeer implements AutoCloseable {
    public final Socket control;
    public final Socket bulk;
    private final MemberId self;
    private final long link;

    /** Over two connected sockets, which are closed with this one. */
    public AdmittedPeer(final Socket control, final Socket bulk, final MemberId self, final String cluster, final long link)
        throws IOException {
        this.control = control;
        this.bulk = bulk;
        this.self = self;
        this.link = link;
        for (final Socket socket : List.of(control, bulk)) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(LoopProbe.HANG_S));
        }
        send(control, hello(TrafficClass.CONTROL, cluster));
        skip(control, Frames.HELLO);
        send(control, Unpooled.buffer().writeIntLE(Frames.header(Frames.CONFIRM, 8)).writeLongLE(1));
        skip(control, Frames.ESTABLISHED);
        send(bulk, hello(TrafficClass.BULK, cluster));
        skip(bulk, Frames.ESTABLISHED);
    }

    /** Asks for an answer on both sockets and waits for it: he is still let in, so he was heard to the end. */
    public void assureHeard() throws IOException {
        for (final Socket socket : List.of(control, bulk)) {
            send(socket, Unpooled.buffer().writeIntLE(Frames.header(Frames.PING, 8)).writeLongLE(link));
            skip(socket, Frames.PONG);
        }
    }

    public static void send(final Socket socket, final ByteBuf bytes) throws IOException {
        bytes.readBytes(socket.getOutputStream(), bytes.readableBytes());
    }

    /** Reads until a frame of {@code kind} has come. */
    private static void skip(final Socket socket, final int kind) throws IOException {
        final DataInputStream in = new DataInputStream(socket.getInputStream());
        int header;
        do {
            header = Integer.reverseBytes(in.readInt());
            in.skipNBytes(Frames.length(header));
        } while (Frames.kind(header) != kind);
    }

    private ByteBuf hello(final TrafficClass trafficClass, final String cluster) {
        final ByteBuf body = Unpooled.buffer();
        new Hello(1, 1, trafficClass, 0, self, self.lsb(), link, cluster, "intruder", new PeerAddress("127.0.0.1", 0), List.of())
            .encode(body);
        return Unpooled.buffer().writeIntLE(Frames.header(Frames.HELLO, body.readableBytes())).writeBytes(body);
    }

    @Override
    public void close() throws IOException {
        try (bulk) {
            control.close();
        }
    }
}

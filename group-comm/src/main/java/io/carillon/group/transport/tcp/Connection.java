// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.AddressEntry;
import io.carillon.group.transport.BadFrame;
import io.carillon.group.transport.ChannelSecurity;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLSession;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One TCP connection: frames in, frames out. Outgoing frames are copied into a buffer that is handed to the socket
 * once per pass of the loop.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Connection extends ChannelInboundHandlerAdapter implements FrameReader.Sink {
    /** How far the handshake is. */
    enum Phase {
        /** Inbound: nothing came yet. */
        AWAITS_HELLO,
        /** Outbound: the own HELLO is out. */
        HELLO_SENT,
        /** Inbound control: HELLO was answered. */
        AWAITS_CONFIRM,
        /** Outbound control: this side took it for its link. */
        CONFIRM_SENT,
        OPEN, CLOSED
    }

    private static final int OUT_LENGTH = 32 << 10;
    private static final int UNFLUSHED_MAX = 1 << 20;
    private static final String CLOSED_BY_PEER = "connection closed by the other side";

    final TcpMesh mesh;
    final Channel channel;
    /** Address book entry that was dialled; null for inbound connections. */
    final AddressEntry dialled;
    final boolean initiator;
    final long deadlineNs;

    Phase phase;
    TrafficClass trafficClass = TrafficClass.CONTROL;
    /** Link number of the own HELLO. */
    long helloLink;
    Hello remote;
    Link link;

    long bytesIn;
    long bytesOut;
    long packetsIn;
    long packetsOut;
    long packetsLost;
    long lastReadNs;
    long roundTripNs = -1;
    long roundTripMaxNs;

    /** What ended it, for people; empty as long as it is not known better than from its phase. */
    String failure = "";
    /** It was to be encrypted, and the other side does not do that. */
    boolean answeredInClear;
    private SSLSession session;

    private final FrameReader reader;
    private final UnsafeBuffer inView = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer outView = new UnsafeBuffer(0, 0);
    private ByteBuf out;
    private int outEnd;
    private int unflushed;
    private long readNs;

    Connection(final TcpMesh mesh, final Channel channel, final boolean initiator, final AddressEntry dialled, final long nowNs) {
        this.mesh = mesh;
        this.channel = channel;
        this.initiator = initiator;
        this.dialled = dialled;
        phase = initiator ? Phase.HELLO_SENT : Phase.AWAITS_HELLO;
        deadlineNs = nowNs + mesh.config().handshakeNs();
        lastReadNs = nowNs;
        reader = new FrameReader(channel.alloc(), Frames.HANDSHAKE_LENGTH_MAX, this);
    }

    /** The handshake is over: large frames may come. */
    void open() {
        phase = Phase.OPEN;
        reader.lengthMax(mesh.config().frameLengthMax());
    }

    /** Closes without ceremony. What is buffered is sent if the socket takes it. */
    void close() {
        if (phase == Phase.CLOSED) {
            return;
        }
        phase = Phase.CLOSED;
        reader.stop();
        flush();
        channel.close();
        mesh.channels().onClosed(this);
    }

    /** Where the peer can be reached: what it says, at the address that it was seen from where it says no host. */
    PeerAddress advertised() {
        final PeerAddress said = remote.advertised();
        return said.isWildcard() ? said.at(remoteIp()) : said;
    }

    /** Tells whether nothing protects what is said here. */
    boolean isClear() {
        return channel.pipeline().get(SslHandler.class) == null;
    }

    /** For the report: protocol and suite, that there are none where others are encrypted, or nothing. */
    String protection() {
        if (session != null) {
            return ", " + session.getProtocol() + " " + session.getCipherSuite();
        }
        return mesh.security() == ChannelSecurity.NONE ? "" : ", not encrypted";
    }

    /** IP text of the other side. */
    String remoteIp() {
        return ipOf(channel);
    }

    /** IP text of the other side of {@code channel}, "?" when it is gone already. */
    static String ipOf(final Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress a && a.getAddress() != null ? a.getAddress().getHostAddress() : "?";
    }

    /** Address of the other side for people. */
    String remoteText() {
        return channel.remoteAddress() instanceof InetSocketAddress a ? remoteIp() + ":" + a.getPort() : "?";
    }

    /** Adds a packet of the ring. False when too much is unsent already: then it is lost, which the ring repairs. */
    boolean packet(final DirectBuffer packet, final int offset, final int length) {
        return packet(0, packet, offset, length);
    }

    /** The same, with the number by which it is known on other links, if that is not 0. */
    boolean packet(final long number, final DirectBuffer packet, final int offset, final int length) {
        if (isMute()) {
            packetsLost++;
            return false;
        }
        final int prefix = number == 0 ? 0 : Long.BYTES;
        room(Frames.HEADER_LENGTH + prefix + length);
        final int kind = number == 0 ? Frames.PACKET : Frames.NUMBERED;
        outView.putInt(outEnd, Frames.header(kind, prefix + length), java.nio.ByteOrder.LITTLE_ENDIAN);
        if (number != 0) {
            outView.putLong(outEnd + Frames.HEADER_LENGTH, number, java.nio.ByteOrder.LITTLE_ENDIAN);
        }
        outView.putBytes(outEnd + Frames.HEADER_LENGTH + prefix, packet, offset, length);
        outEnd += Frames.HEADER_LENGTH + prefix + length;
        packetsOut++;
        return true;
    }

    /** Adds a frame of the transport. {@code body} is released. */
    void frame(final int kind, final ByteBuf body) {
        if (isMute()) {
            body.release();
            return;
        }
        final int length = body.readableBytes();
        room(Frames.HEADER_LENGTH + length);
        outView.putInt(outEnd, Frames.header(kind, length), java.nio.ByteOrder.LITTLE_ENDIAN);
        out.setBytes(outEnd + Frames.HEADER_LENGTH, body, body.readerIndex(), length);
        outEnd += Frames.HEADER_LENGTH + length;
        body.release();
    }

    /** Adds a frame whose body is one number. */
    void frame(final int kind, final long value) {
        if (isMute()) {
            return;
        }
        room(Frames.HEADER_LENGTH + Long.BYTES);
        outView.putInt(outEnd, Frames.header(kind, Long.BYTES), java.nio.ByteOrder.LITTLE_ENDIAN);
        outView.putLong(outEnd + Frames.HEADER_LENGTH, value, java.nio.ByteOrder.LITTLE_ENDIAN);
        outEnd += Frames.HEADER_LENGTH + Long.BYTES;
    }

    /** Hands what was added to the socket. */
    void flush() {
        if (out != null) {
            handOver();
            unflushed = 0;
            channel.flush();
        }
    }

    /** Forgets what was added since the last {@link #flush}. */
    void discard() {
        if (out != null) {
            out.release();
            out = null;
            outEnd = 0;
        }
    }

    /** A ping came back. */
    void onRoundTrip(final long ns) {
        roundTripMaxNs = Math.max(roundTripMaxNs, ns);
        roundTripNs = roundTripNs < 0 ? ns : roundTripNs + (ns - roundTripNs) / 8;
    }

    /** Bytes that the socket has not taken yet. */
    long pendingBytes() {
        final ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return (buffer == null ? 0 : buffer.totalPendingWriteBytes()) + outEnd;
    }

    /**
     * Too much is unsent, or this node is isolated: what is said now is lost. A peer that reads nothing must not make
     * this node grow, not by its pings either.
     */
    private boolean isMute() {
        return !channel.isWritable() || mesh.isIsolated();
    }

    private void room(final int length) {
        if (out != null && out.capacity() - outEnd < length) {
            handOver();
        }
        if (out == null) {
            out = channel.alloc().directBuffer(Math.max(OUT_LENGTH, length));
            if (out.hasMemoryAddress()) {
                outView.wrap(out.memoryAddress(), out.capacity());
            } else {
                outView.wrap(out.nioBuffer(0, out.capacity()));
            }
            mesh.flushLater(this);
        }
    }

    private void handOver() {
        out.writerIndex(outEnd);
        bytesOut += outEnd;
        unflushed += outEnd;
        channel.write(out, channel.voidPromise());
        out = null;
        outEnd = 0;
        if (unflushed > UNFLUSHED_MAX) {
            // What a packet claims was durable when it was written, so it may leave before the pass ends.
            unflushed = 0;
            channel.flush();
        }
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        final ByteBuf in = (ByteBuf) message;
        try {
            readNs = mesh.nowNs();
            lastReadNs = readNs;
            bytesIn += in.readableBytes();
            reader.read(in);
        } catch (final BadFrame e) {
            mesh.onBadFrame(this, e);
        } finally {
            in.release();
        }
    }

    @Override
    public void onFrame(final int kind, final ByteBuf memory, final int index, final int length) throws BadFrame {
        if (mesh.isIsolated()) {
            return;
        }
        if (kind == Frames.NUMBERED) {
            if (length < Long.BYTES) {
                throw new BadFrame("numbered packet of " + length + " bytes");
            }
            packet(memory.getLongLE(index), memory, index + Long.BYTES, length - Long.BYTES);
        } else if (kind == Frames.PACKET) {
            packet(0, memory, index, length);
        } else {
            mesh.onFrame(this, kind, memory.slice(index, length), readNs);
        }
    }

    private void packet(final long number, final ByteBuf memory, final int index, final int length) throws BadFrame {
        packetsIn++;
        if (memory.hasMemoryAddress()) {
            inView.wrap(memory.memoryAddress() + index, length);
        } else if (memory.hasArray()) {
            inView.wrap(memory.array(), memory.arrayOffset() + index, length);
        } else {
            inView.wrap(memory.internalNioBuffer(index, length), index, length);
        }
        mesh.onPacket(this, number, inView, length, readNs);
    }

    @Override
    public void channelInactive(final ChannelHandlerContext context) {
        mesh.onChannelInactive(this, CLOSED_BY_PEER);
    }

    @Override
    public void userEventTriggered(final ChannelHandlerContext context, final Object event) {
        if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
            session = context.pipeline().get(SslHandler.class).engine().getSession();
            final String objection = mesh.security().objection(session);
            if (objection != null && phase != Phase.CLOSED) {
                mesh.refusals().refuse(this, Refusal.TLS, objection);
            }
        } else if (event instanceof FirstBytes.Unserved unserved && phase != Phase.CLOSED) {
            mesh.refusals().refuse(this, unserved.refusal(), unserved.detail());
        }
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        if (cause instanceof Error) {
            mesh.onError(cause); // memory ran out, or worse: whatever was under way is half done
        }
        final TlsFailure tls = TlsFailure.of(cause, initiator);
        if (tls != null && phase != Phase.CLOSED) {
            mesh.refusals().onTlsFailure(this, tls);
            return;
        }
        mesh.onChannelInactive(this, isReset(cause) ? CLOSED_BY_PEER
            : cause instanceof IOException ? String.valueOf(cause.getMessage()) : cause.toString());
    }

    /** Whoever closes a connection, or dies, with something unread resets it: which of the two it is depends on the moment alone. */
    private static boolean isReset(final Throwable cause) {
        return cause instanceof NativeIoException epoll ? epoll.expectedErr() == Errors.ERRNO_ECONNRESET_NEGATIVE
            : cause instanceof IOException && String.valueOf(cause.getMessage()).startsWith("Connection reset");
    }

    @Override
    public void handlerRemoved(final ChannelHandlerContext context) {
        reader.release();
        discard();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.EngineLoop;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The datagram socket of a mesh, and a second one that hears a multicast group. Datagrams are gathered and leave
 * together at the end of a pass.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class UdpSocket {
    private static final Logger LOG = LoggerFactory.getLogger(UdpSocket.class);
    private static final int READ_AT_ONCE = 16;
    private static final int READY_MAX = 64;
    private static final int BUFFER_WANTED = 4 << 20;
    /** What the system does not take waits; beyond so many bytes it is lost, until half of that has left. */
    private static final int UNSENT_MAX = 4 << 20;
    private static final int IPPROTO_IP = 0;
    private static final int IPPROTO_IPV6 = 41;
    private static final int PMTUDISC_PROBE = 3;
    /** No datagram is cut on its way: one that is too large is lost, and the link finds out ({@link PathMtu}). */
    private static final IntegerUnixChannelOption IP_MTU_DISCOVER = new IntegerUnixChannelOption("CARILLON_MTU_DISCOVER", IPPROTO_IP, 10);
    private static final IntegerUnixChannelOption IPV6_MTU_DISCOVER = new IntegerUnixChannelOption("CARILLON_MTU6_DISCOVER",
        IPPROTO_IPV6, 23);

    /** Hears what comes. */
    interface Reader {
        /** A datagram; the buffer is valid during the call. */
        void onDatagram(ByteBuf datagram, InetSocketAddress from);

        /** One of {@code size} bytes was refused: no interface on the way there takes it. */
        void onTooLarge(InetSocketAddress to, int size);
    }

    private final EngineLoop loop;
    private final Reader reader;
    private final byte[] sealed = new byte[PathMtu.CEILING + DatagramCipher.TAG_LENGTH];
    private final List<DatagramPacket> ready = new ArrayList<>();
    private Channel channel;
    private Channel multicast;
    private int receiveBuffer;
    private long failed;

    UdpSocket(final EngineLoop loop, final Reader reader) {
        this.loop = loop;
        this.reader = reader;
    }

    /** Binds; the future is to be looked at on the loop. */
    ChannelFuture bind(final InetSocketAddress address) {
        return bootstrap(address.getAddress()).bind(address);
    }

    private Bootstrap bootstrap(final InetAddress address) {
        final SocketProtocolFamily family = address instanceof Inet6Address ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
        final Bootstrap bootstrap = new Bootstrap()
            .group(loop.eventLoop())
            .channelFactory((ChannelFactory<Channel>) () -> loop.datagramChannel(family))
            .option(ChannelOption.ALLOCATOR, loop.allocator())
            .option(ChannelOption.SO_RCVBUF, BUFFER_WANTED)
            .option(ChannelOption.SO_SNDBUF, BUFFER_WANTED)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(UNSENT_MAX / 2, UNSENT_MAX))
            .handler(new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(final Channel made) {
                    made.pipeline().addLast("carillon", new Handler());
                }
            });
        if (loop.isEpoll()) {
            bootstrap.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, PathMtu.CEILING)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_AT_ONCE * PathMtu.CEILING))
                .option(IP_MTU_DISCOVER, PMTUDISC_PROBE);
            if (address instanceof Inet6Address) {
                bootstrap.option(IPV6_MTU_DISCOVER, PMTUDISC_PROBE);
            }
        } else {
            bootstrap.option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(PathMtu.CEILING));
        }
        return bootstrap;
    }

    /** The socket is bound. */
    void onBound(final Channel bound) {
        channel = bound;
        receiveBuffer = bound.config().getOption(ChannelOption.SO_RCVBUF);
        if (receiveBuffer < BUFFER_WANTED) {
            LOG.info("the system gives a UDP socket {} bytes to receive into, {} were asked for: large write sets travel faster with more"
                + " (sysctl net.core.rmem_max)", receiveBuffer, BUFFER_WANTED);
        }
    }

    /** Hears {@code group}, too. Throws {@link SocketException} when no interface leads there. */
    void join(final InetSocketAddress group, final int ttl) throws SocketException {
        final InetAddress own = ((InetSocketAddress) channel.localAddress()).getAddress();
        final NetworkInterface through = own.isAnyLocalAddress() ? null : NetworkInterface.getByInetAddress(own);
        channel.config().setOption(ChannelOption.IP_MULTICAST_TTL, ttl);
        if (through != null) {
            channel.config().setOption(ChannelOption.IP_MULTICAST_IF, through);
        }
        final NetworkInterface heardOn = through != null ? through : NetworkInterface.networkInterfaces()
            .filter(UdpSocket::isFit).findFirst().orElseThrow(() -> new SocketException("no interface with multicast"));
        final ChannelFuture bound = bootstrap(group.getAddress()).option(ChannelOption.SO_REUSEADDR, true).bind(group);
        bound.addListener(done -> loop.guarded(() -> {
            if (bound.isSuccess()) {
                multicast = bound.channel();
                ((DatagramChannel) multicast).joinGroup(group, heardOn).addListener(joined -> {
                    if (!joined.isSuccess()) {
                        LOG.warn("cannot hear multicast group {} on {}: {}; members are sent to one by one", group, heardOn.getName(),
                            String.valueOf(joined.cause().getMessage()));
                    }
                });
            } else {
                LOG.warn("cannot listen to multicast group {}: {}; members are sent to one by one", group,
                    String.valueOf(bound.cause().getMessage()));
            }
        }).run());
    }

    private static boolean isFit(final NetworkInterface candidate) {
        try {
            return candidate.isUp() && candidate.supportsMulticast() && !candidate.isLoopback() && !candidate.isPointToPoint();
        } catch (final SocketException e) {
            LOG.debug("interface {} tells nothing of itself", candidate, e);
            return false;
        }
    }

    /** The channel; null before it is bound. */
    Channel channel() {
        return channel;
    }

    /** Port listened on; 0 before that. */
    int port() {
        return channel == null ? 0 : ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Bytes that the system holds for a reader that is late. */
    int receiveBuffer() {
        return receiveBuffer;
    }

    /** Datagrams that the system did not send, and errors that the network answered with. */
    long failed() {
        return failed;
    }

    /** Sends the first {@code length} bytes of {@code plain} with the next {@link #flush}, encrypted if there is a cipher. Bytes sent. */
    int send(final DatagramCipher cipher, final long number, final byte[] plain, final int length, final InetSocketAddress to) {
        if (cipher == null) {
            return send(plain, length, to);
        }
        return send(sealed, cipher.seal(number, plain, Datagrams.HEADER_LENGTH, length, sealed), to);
    }

    /** Sends bytes as they are. */
    int send(final byte[] bytes, final int length, final InetSocketAddress to) {
        if (channel == null) {
            return 0;
        }
        if (!channel.isWritable()) {
            failed++;
            return 0;
        }
        final ByteBuf body = loop.allocator().directBuffer(length).writeBytes(bytes, 0, length);
        ready.add(new DatagramPacket(body, to));
        if (ready.size() >= READY_MAX) {
            // What a packet claims was durable when it was written, so it may leave before the pass ends.
            flush();
        }
        return length;
    }

    void flush() {
        if (ready.isEmpty()) {
            return;
        }
        for (int i = 0; i < ready.size(); i++) {
            write(ready.get(i));
        }
        ready.clear();
        channel.flush();
    }

    private void write(final DatagramPacket packet) {
        final int size = packet.content().readableBytes();
        if (size <= PathMtu.FLOOR) {
            channel.write(packet, channel.voidPromise());
            return;
        }
        final InetSocketAddress to = packet.recipient();
        channel.write(packet).addListener(done -> {
            if (!done.isSuccess()) {
                failed++;
                reader.onTooLarge(to, size);
            }
        });
    }

    /** Forgets what has not left. */
    void discard() {
        ready.forEach(DatagramPacket::release);
        ready.clear();
    }

    void close() {
        flush();
        if (channel != null) {
            channel.close();
        }
        if (multicast != null) {
            multicast.close();
        }
    }

    private final class Handler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            final DatagramPacket packet = (DatagramPacket) message;
            try {
                reader.onDatagram(packet.content(), packet.sender());
            } finally {
                packet.release();
            }
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            if (cause instanceof java.io.IOException) {
                failed++; // an answer of the network to a datagram: links notice by silence
            } else {
                loop.fail(cause);
            }
        }
    }
}

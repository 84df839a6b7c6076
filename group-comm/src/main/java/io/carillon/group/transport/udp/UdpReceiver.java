// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.BadFrame;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.MeshListener;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Takes datagrams apart. What does not bear the key, came before or is for nobody is counted and costs nothing more; no
 * datagram ends a link but the peer's own CLOSE.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class UdpReceiver implements UdpSocket.Reader {
    private final UdpMesh mesh;
    private final MeshListener listener;
    private final UdpLinks links;
    private final UdpHandshake handshake;
    private final byte[] in = new byte[PathMtu.CEILING];
    private final byte[] plain = new byte[PathMtu.CEILING];
    private final UnsafeBuffer view = new UnsafeBuffer(plain);
    private long nowNs;

    UdpReceiver(final UdpMesh mesh, final MeshListener listener, final UdpLinks links, final UdpHandshake handshake) {
        this.mesh = mesh;
        this.listener = listener;
        this.links = links;
        this.handshake = handshake;
    }

    @Override
    public void onTooLarge(final InetSocketAddress to, final int size) {
        for (final UdpLink link : links.up()) {
            if (link.address.equals(to)) {
                link.mtu.onTooLarge(size, mesh.nowNs());
            }
        }
    }

    @Override
    public void onDatagram(final ByteBuf datagram, final InetSocketAddress from) {
        final int length = datagram.readableBytes();
        if (mesh.isMute()) {
            return;
        }
        if (length < Datagrams.HEADER_LENGTH || length > in.length) {
            mesh.refusals().onStrange();
            return;
        }
        nowNs = mesh.nowNs();
        try {
            final int kind = datagram.readIntLE();
            switch (kind) {
                case Datagrams.DATA, Datagrams.MULTICAST -> {
                    datagram.getBytes(datagram.readerIndex() - Integer.BYTES, in, 0, length);
                    onData(length, kind == Datagrams.MULTICAST, from);
                }
                case Datagrams.INIT, Datagrams.COOKIE, Datagrams.ACCEPT, Datagrams.REFUSED ->
                    handshake.onDatagram(kind, datagram, from, nowNs);
                default -> mesh.refusals().onStrange();
            }
        } catch (final BadFrame e) {
            mesh.refusals().onGarbage(from, e.getMessage());
        }
    }

    private void onData(final int length, final boolean multicast, final InetSocketAddress from) throws BadFrame {
        view.wrap(in);
        final int index = view.getInt(Datagrams.INDEX_OFFSET, ByteOrder.LITTLE_ENDIAN);
        final long number = view.getLong(Datagrams.NUMBER_OFFSET, ByteOrder.LITTLE_ENDIAN);
        final UdpLink link = multicast ? links.byMulticastIndex(index) : links.byIndex(index);
        if (link == null || !link.address.getAddress().equals(from.getAddress()) || link.address.getPort() != from.getPort()) {
            if (!multicast || index != handshake.multicastIndex()) {
                mesh.refusals().onStrange();
            }
            return;
        }
        final int opened = link.open(in, length, number, plain, multicast);
        if (opened < 0) {
            return;
        }
        if (link.successor != null) {
            if (link.successor.isUp()) {
                frames(link.successor, opened, false);
            }
            return;
        }
        link.lastReadNs = nowNs;
        if (link.state == UdpLink.State.BEING_MADE) {
            links.establish(link, nowNs);
        }
        frames(link, opened, true);
    }

    /** Not all: only what is of the peer, not of the link that it came on. */
    private void frames(final UdpLink link, final int end, final boolean all) throws BadFrame {
        int at = Datagrams.HEADER_LENGTH;
        while (at < end && link.state == UdpLink.State.UP) {
            view.wrap(plain);
            if (end - at < Datagrams.FRAME_HEADER_LENGTH) {
                throw new BadFrame("datagram ends in a frame's header");
            }
            final int length = view.getShort(at, ByteOrder.LITTLE_ENDIAN) & 0xffff;
            final int kind = view.getByte(at + 2) & 0xff;
            at += Datagrams.FRAME_HEADER_LENGTH;
            if (length > end - at) {
                throw new BadFrame("frame of kind " + kind + " and " + length + " bytes, " + (end - at) + " are left");
            }
            if (all || kind == Frames.PACKET || kind >= Frames.PEERS && kind < Datagrams.FRAGMENT) {
                onFrame(link, kind, at, length);
            }
            at += length;
        }
    }

    private void onFrame(final UdpLink link, final int kind, final int at, final int length) throws BadFrame {
        switch (kind) {
            case Datagrams.FRAGMENT -> {
                link.later();
                link.reassembly.onFragment(view, at, length, nowNs);
            }
            case Datagrams.FRAGMENTS_RECEIVED -> {
                link.later();
                link.fragments.onReceived(view, at, length, nowNs);
            }
            case Datagrams.CLOSE -> links.drop(link, "closed by the other side");
            case Frames.PING -> link.frame(Frames.PONG, number(at, length));
            case Frames.PONG -> link.onPong(number(at, length), nowNs);
            case Datagrams.PROBE -> link.frame(Datagrams.PROBE_ANSWER, number(at, length));
            case Datagrams.PROBE_ANSWER -> {
                link.mtu.onAnswered((int) number(at, length), nowNs);
                final int next = link.mtu.due(nowNs);
                if (next != 0) {
                    link.probe(next);
                }
            }
            case Datagrams.MULTICAST_PING -> link.frame(Datagrams.MULTICAST_PONG, number(at, length));
            case Datagrams.MULTICAST_PONG -> link.multicastHeardNs = Math.max(link.multicastHeardNs, Math.min(nowNs, number(at, length)));
            default -> onMessage(link, kind, view, at, length);
        }
    }

    private long number(final int at, final int length) throws BadFrame {
        if (length < Long.BYTES) {
            throw new BadFrame("number of " + length + " bytes");
        }
        return view.getLong(at, ByteOrder.LITTLE_ENDIAN);
    }

    /** A message that was whole or has become so. */
    void onMessage(final UdpLink link, final int kind, final DirectBuffer buffer, final int offset, final int length) throws BadFrame {
        switch (kind) {
            case Frames.PACKET -> {
                link.packetsIn++;
                listener.onPacket(nowNs, link.handle, buffer, offset, length);
            }
            case Frames.NUMBERED -> {
                if (length < Long.BYTES) {
                    throw new BadFrame("numbered packet of " + length + " bytes");
                }
                link.packetsIn++;
                if (listener.isNew(link.handle, buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN))) {
                    listener.onPacket(nowNs, link.handle, buffer, offset + Long.BYTES, length - Long.BYTES);
                }
            }
            case Frames.PEERS -> {
                final ByteBuf body = copy(buffer, offset, length);
                final List<Hello.Known> known = Hello.decodeKnown(body);
                Hello.end(body);
                mesh.learn(known, nowNs);
            }
            case Frames.ADDRESSES -> listener.onAddresses(link.member(), Hello.decodeAddresses(copy(buffer, offset, length)));
            default -> throw new BadFrame("frame of kind " + kind);
        }
    }

    private static ByteBuf copy(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return io.netty.buffer.Unpooled.wrappedBuffer(bytes);
    }
}

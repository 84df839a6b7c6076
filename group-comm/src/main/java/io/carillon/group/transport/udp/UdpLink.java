// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.LinkStatus;
import io.carillon.group.transport.NumberWindow;
import io.carillon.group.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A UDP link to one peer: what is said in a pass is gathered into datagrams as large as the way carries, longer messages
 * go as fragments.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class UdpLink {
    /** How far it is. */
    enum State {
        /** The peer has not proven yet that it hears this side. */
        BEING_MADE, UP, CLOSED
    }

    final UdpMesh mesh;
    final InetSocketAddress address;
    /** What the peer said of itself. */
    final UdpIntroduction remote;
    /** Index by which the peer names this link in its datagrams. */
    final int index;
    final boolean initiator;
    final long madeNs;
    final PathMtu mtu;
    final FragmentSender fragments;
    final Reassembly reassembly;
    final NumberWindow received = new NumberWindow();
    final NumberWindow receivedMulticast = new NumberWindow();

    State state = State.BEING_MADE;
    int handle = -1;
    /** The link that took over when both nodes had made one at once; what still comes on this one is taken as if it came there. */
    UdpLink successor;
    long lastReadNs;
    long answeredNs;
    long roundTripNs = -1;
    long roundTripMaxNs;
    /** When a multicast of this side last reached the peer. */
    long multicastHeardNs = Long.MIN_VALUE;
    long packetsIn;
    long packetsOut;
    long bytesIn;
    long bytesOut;
    long packetsLost;

    private final DatagramCipher sealing;
    private final DatagramCipher opening;
    private final DatagramCipher openingMulticast;
    private final byte[] out = new byte[PathMtu.CEILING];
    private final UnsafeBuffer outView = new UnsafeBuffer(out);
    private int outEnd = Datagrams.HEADER_LENGTH;
    private boolean flushLater;
    private long sent;

    UdpLink(final UdpMesh mesh, final InetSocketAddress address, final UdpIntroduction remote, final int index, final boolean initiator,
        final UdpKeys keys, final long nowNs) {
        this.mesh = mesh;
        this.address = address;
        this.remote = remote;
        this.index = index;
        this.initiator = initiator;
        madeNs = nowNs;
        lastReadNs = nowNs;
        answeredNs = nowNs;
        sealing = keys.sealing();
        opening = keys.opening();
        openingMulticast = keys.openingMulticast();
        mtu = new PathMtu(address.getAddress() instanceof Inet6Address, nowNs);
        final TransportConfig config = mesh.config();
        fragments = new FragmentSender(config.controlPendingMax(), config.bulkPendingMax(), this::fragment);
        reassembly = new Reassembly(config.frameLengthMax(), 2 * config.frameLengthMax(),
            (kind, buffer, offset, length) -> mesh.receiver().onMessage(this, kind, buffer, offset, length));
    }

    MemberId member() {
        return remote.hello().member();
    }

    boolean isUp() {
        return state == State.UP;
    }

    // ---- sending

    /** Longest message that takes no fragments. */
    int wholeMax() {
        return mtu.size() - overhead() - Datagrams.FRAME_HEADER_LENGTH;
    }

    private int overhead() {
        return Datagrams.HEADER_LENGTH + (sealing == null ? 0 : DatagramCipher.TAG_LENGTH);
    }

    /** Sends a message of the ring or of the transport, with a number in front unless that is 0. */
    void message(final int kind, final long number, final DirectBuffer in, final int offset, final int length,
        final TrafficClass trafficClass) {
        final int prefix = number == 0 ? 0 : Long.BYTES;
        if (prefix + length > wholeMax()) {
            if (fragments.offer(kind, number, in, offset, length, trafficClass)) {
                later();
            } else {
                packetsLost++;
            }
            return;
        }
        final int at = frame(kind, prefix + length);
        if (number != 0) {
            outView.putLong(at, number, ByteOrder.LITTLE_ENDIAN);
        }
        outView.putBytes(at + prefix, in, offset, length);
    }

    /** Sends a frame whose body is one number. */
    void frame(final int kind, final long value) {
        outView.putLong(frame(kind, Long.BYTES), value, ByteOrder.LITTLE_ENDIAN);
    }

    /** Sends what {@code body} holds, and releases it. */
    void message(final int kind, final ByteBuf body) {
        final byte[] bytes = new byte[body.readableBytes()];
        body.readBytes(bytes);
        body.release();
        message(kind, 0, new UnsafeBuffer(bytes), 0, bytes.length, TrafficClass.CONTROL);
    }

    /** Begins a frame; where its body goes. */
    private int frame(final int kind, final int length) {
        if (outEnd + Datagrams.FRAME_HEADER_LENGTH + length > mtu.size() - (sealing == null ? 0 : DatagramCipher.TAG_LENGTH)) {
            seal();
        }
        later();
        outView.putShort(outEnd, (short) length, ByteOrder.LITTLE_ENDIAN);
        outView.putByte(outEnd + 2, (byte) kind);
        outView.putByte(outEnd + 3, (byte) 0);
        final int at = outEnd + Datagrams.FRAME_HEADER_LENGTH;
        outEnd = at + length;
        return at;
    }

    private void fragment(final long sequence, final int message, final int total, final int offset, final int kind, final byte[] bytes,
        final int length) {
        final int at = frame(Datagrams.FRAGMENT, Datagrams.FRAGMENT_HEADER_LENGTH + length);
        outView.putLong(at, sequence, ByteOrder.LITTLE_ENDIAN);
        outView.putInt(at + 8, message, ByteOrder.LITTLE_ENDIAN);
        outView.putInt(at + 12, total, ByteOrder.LITTLE_ENDIAN);
        outView.putInt(at + 16, offset, ByteOrder.LITTLE_ENDIAN);
        outView.putInt(at + 20, kind, ByteOrder.LITTLE_ENDIAN);
        outView.putBytes(at + Datagrams.FRAGMENT_HEADER_LENGTH, bytes, offset, length);
    }

    /** Sends a datagram of exactly {@code size} bytes that the other side answers. */
    void probe(final int size) {
        seal();
        final int end = size - (sealing == null ? 0 : DatagramCipher.TAG_LENGTH);
        final int length = end - Datagrams.HEADER_LENGTH - Datagrams.FRAME_HEADER_LENGTH;
        outView.putShort(outEnd, (short) length, ByteOrder.LITTLE_ENDIAN);
        outView.putShort(outEnd + 2, (short) Datagrams.PROBE, ByteOrder.LITTLE_ENDIAN);
        final int at = outEnd + Datagrams.FRAME_HEADER_LENGTH;
        outView.setMemory(at, length, (byte) 0);
        outView.putLong(at, size, ByteOrder.LITTLE_ENDIAN);
        outEnd = end;
        seal();
    }

    /** Hands what was said to the mesh's socket. */
    void flush(final long nowNs) {
        flushLater = true;
        if (reassembly.isAckDue()) {
            reassembly.writeAck(outView, frame(Datagrams.FRAGMENTS_RECEIVED, Reassembly.ACK_LENGTH), mesh.receiveWindow());
        }
        fragments.pump(wholeMax() - Datagrams.FRAGMENT_HEADER_LENGTH, nowNs);
        seal();
        flushLater = false;
    }

    /** Forgets what was said and not handed over, and the rest of long messages. */
    void discard() {
        outEnd = Datagrams.HEADER_LENGTH;
        fragments.discard();
        flushLater = false;
    }

    /** It has something to flush at the end of the pass. */
    void later() {
        if (!flushLater) {
            flushLater = true;
            mesh.flushLater(this);
        }
    }

    private void seal() {
        if (outEnd == Datagrams.HEADER_LENGTH) {
            return;
        }
        outView.putInt(0, Datagrams.DATA, ByteOrder.LITTLE_ENDIAN);
        outView.putInt(Datagrams.INDEX_OFFSET, remote.index(), ByteOrder.LITTLE_ENDIAN);
        outView.putLong(Datagrams.NUMBER_OFFSET, ++sent, ByteOrder.LITTLE_ENDIAN);
        bytesOut += mesh.socket().send(sealing, sent, out, outEnd, address);
        outEnd = Datagrams.HEADER_LENGTH;
    }

    // ---- receiving

    /** Opens a datagram of the peer's into {@code plain}. Its length there, or -1: it is not the peer's, or came before. */
    int open(final byte[] datagram, final int length, final long number, final byte[] plain, final boolean multicast) {
        final NumberWindow window = multicast ? receivedMulticast : received;
        if (!window.isNew(number)) {
            mesh.refusals().onReplayed();
            return -1;
        }
        final DatagramCipher cipher = multicast ? openingMulticast : opening;
        int opened = length;
        if (cipher == null) {
            System.arraycopy(datagram, 0, plain, 0, length);
        } else {
            opened = cipher.open(number, datagram, Datagrams.HEADER_LENGTH, length, plain);
        }
        if (opened < 0) {
            mesh.refusals().onForged(address);
            return -1;
        }
        window.take(number);
        bytesIn += length;
        return opened;
    }

    void onPong(final long sentNs, final long nowNs) {
        final long ns = Math.max(0, nowNs - sentNs);
        roundTripNs = roundTripNs < 0 ? ns : roundTripNs + (ns - roundTripNs) / 8;
        roundTripMaxNs = Math.max(roundTripMaxNs, ns);
        answeredNs = Math.max(answeredNs, Math.min(sentNs, nowNs));
    }

    LinkStatus status(final int network, final long faults) {
        return new LinkStatus(network, "udp", member(), Hello.printable(remote.hello().node()), remote.reachedAt(address),
            isUp() ? LinkStatus.State.UP : LinkStatus.State.BEING_MADE, isUp(), roundTripNs, packetsIn, bytesIn, packetsOut, bytesOut,
            fragments.unsentBytes(), packetsLost, faults, roundTripMaxNs);
    }
}

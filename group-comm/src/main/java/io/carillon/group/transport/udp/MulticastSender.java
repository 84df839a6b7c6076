// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.Frames;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sends once what goes to every peer. The ring says the same packet to one peer after the other; when it has said it to
 * all of them, and multicast lately reached them all, one datagram carries it. What went to some only goes to each by itself.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class MulticastSender {
    /** A peer that did not hear multicast for so long is sent to by itself, and with it all. */
    static final long HEARD_NS = 3_500_000_000L;

    private final UdpMesh mesh;
    private final InetSocketAddress group;
    private final int index;
    private final DatagramCipher cipher;
    private final byte[] out = new byte[PathMtu.CEILING];
    private final UnsafeBuffer outView = new UnsafeBuffer(out);
    private final byte[] held = new byte[PathMtu.CEILING];
    private final UnsafeBuffer heldView = new UnsafeBuffer(held);
    private final UdpLink[] told;
    private int toldCount;
    private int heldLength = -1;
    private TrafficClass heldClass;
    private int outEnd = Datagrams.HEADER_LENGTH;
    private int sizeMax = PathMtu.FLOOR;
    private int audience;
    private long sent;
    private long packets;

    MulticastSender(final UdpMesh mesh, final InetSocketAddress group, final int index, final DatagramCipher cipher, final int peersMax) {
        this.mesh = mesh;
        this.group = group;
        this.index = index;
        this.cipher = cipher;
        told = new UdpLink[peersMax];
    }

    /** Whether all hear it, and what all take, is looked at once in a while. */
    void look(final Iterable<UdpLink> links, final long nowNs) {
        int up = 0;
        int hearing = 0;
        int smallest = PathMtu.CEILING;
        for (final UdpLink link : links) {
            if (link.isUp()) {
                up++;
                hearing += link.multicastHeardNs != Long.MIN_VALUE && nowNs - link.multicastHeardNs < HEARD_NS ? 1 : 0;
                smallest = Math.min(smallest, link.mtu.size());
            }
        }
        sizeMax = smallest;
        audience = up >= 2 && hearing == up ? up : 0;
    }

    /** Peers that all hear multicast; 0 when not all do. */
    int audience() {
        return audience;
    }

    /** Packets that went out once for all. */
    long packets() {
        return packets;
    }

    /** A peer came or went. */
    void onChanged() {
        settle();
        audience = 0;
    }

    /** Takes a packet for {@code link}. False: it is to go by itself. */
    boolean take(final UdpLink link, final DirectBuffer in, final int offset, final int length, final TrafficClass trafficClass) {
        if (audience == 0 || length + Datagrams.FRAME_HEADER_LENGTH > sizeMax - Datagrams.HEADER_LENGTH - tagLength()) {
            return false;
        }
        if (heldLength >= 0 && (!isHeld(in, offset, length) || isTold(link))) {
            settle();
        }
        if (heldLength < 0) {
            in.getBytes(offset, held, 0, length);
            heldLength = length;
            heldClass = trafficClass;
        }
        told[toldCount++] = link;
        if (toldCount == audience) {
            frame(Frames.PACKET, heldView, 0, heldLength);
            packets++;
            for (int i = 0; i < toldCount; i++) {
                told[i].packetsOut++;
            }
            clear();
        }
        return true;
    }

    private boolean isHeld(final DirectBuffer in, final int offset, final int length) {
        if (length != heldLength) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (held[i] != in.getByte(offset + i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isTold(final UdpLink link) {
        for (int i = 0; i < toldCount; i++) {
            if (told[i] == link) {
                return true;
            }
        }
        return false;
    }

    /** What went to some only goes to each by itself. */
    private void settle() {
        for (int i = 0; i < toldCount; i++) {
            told[i].packetsOut++;
            told[i].message(Frames.PACKET, 0, heldView, 0, heldLength, heldClass);
        }
        clear();
    }

    private void clear() {
        java.util.Arrays.fill(told, 0, toldCount, null);
        toldCount = 0;
        heldLength = -1;
    }

    private int tagLength() {
        return cipher == null ? 0 : DatagramCipher.TAG_LENGTH;
    }

    private void frame(final int kind, final DirectBuffer in, final int offset, final int length) {
        if (outEnd + Datagrams.FRAME_HEADER_LENGTH + length > sizeMax - tagLength()) {
            seal();
        }
        outView.putShort(outEnd, (short) length, ByteOrder.LITTLE_ENDIAN);
        outView.putShort(outEnd + 2, (short) kind, ByteOrder.LITTLE_ENDIAN);
        outView.putBytes(outEnd + Datagrams.FRAME_HEADER_LENGTH, in, offset, length);
        outEnd += Datagrams.FRAME_HEADER_LENGTH + length;
    }

    /** Asks everybody to say that it hears. */
    void ping(final long nowNs) {
        final UnsafeBuffer body = new UnsafeBuffer(new byte[Long.BYTES]);
        body.putLong(0, nowNs, ByteOrder.LITTLE_ENDIAN);
        frame(Datagrams.MULTICAST_PING, body, 0, Long.BYTES);
    }

    /** Hands what was said to the socket; before the links do. */
    void flush() {
        settle();
        seal();
    }

    /** Forgets what was said and not handed over. */
    void discard() {
        clear();
        outEnd = Datagrams.HEADER_LENGTH;
    }

    private void seal() {
        if (outEnd == Datagrams.HEADER_LENGTH) {
            return;
        }
        outView.putInt(0, Datagrams.MULTICAST, ByteOrder.LITTLE_ENDIAN);
        outView.putInt(Datagrams.INDEX_OFFSET, index, ByteOrder.LITTLE_ENDIAN);
        outView.putLong(Datagrams.NUMBER_OFFSET, ++sent, ByteOrder.LITTLE_ENDIAN);
        mesh.socket().send(cipher, sent, out, outEnd, group);
        outEnd = Datagrams.HEADER_LENGTH;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * First frame of either side of a connection.
 *
 * @param versionMin oldest transport protocol that the sender speaks.
 * @param versionMax newest one.
 * @param trafficClass what the connection is for.
 * @param network number of the network that the sender believes to be on.
 * @param member incarnation of the sender.
 * @param mesh random number of the sender's mesh: another one under the same member id is another life of it.
 * @param link random number of the link that the initiator makes; both connections of a link carry it.
 * @param cluster name of the cluster.
 * @param node name of the node.
 * @param advertised where the sender can be reached.
 * @param known members that the sender is linked to.
 */
public record Hello(int versionMin, int versionMax, TrafficClass trafficClass, int network, MemberId member, long mesh, long link,
    String cluster, String node, PeerAddress advertised, List<Known> known) {
    /** Oldest protocol version that this node speaks. */
    public static final int VERSION_MIN = 1;
    /** Newest protocol version that this node speaks. */
    public static final int VERSION_MAX = 1;
    static final int KNOWN_MAX = 128;

    /** The letters CRLN. */
    public static final int MAGIC = 0x4e4c5243;
    private static final int TEXT_MAX = 300;
    private static final int KNOWN_LENGTH_MAX = 12 << 10;
    private static final TrafficClass[] CLASSES = TrafficClass.values();

    /** A member and where it can be reached. */
    public record Known(MemberId member, PeerAddress address) {
    }

    /** The version that both sides speak, or -1. */
    int commonVersion() {
        final int version = Math.min(versionMax, VERSION_MAX);
        return version >= Math.max(versionMin, VERSION_MIN) ? version : -1;
    }

    /** Appends it to {@code out}. */
    public void encode(final ByteBuf out) {
        out.writeIntLE(MAGIC);
        out.writeShortLE(versionMin).writeShortLE(versionMax);
        out.writeByte(network << 1 | trafficClass.ordinal());
        writeId(out, member);
        out.writeLongLE(mesh).writeLongLE(link);
        writeText(out, cluster);
        writeText(out, node);
        writeText(out, advertised.toString());
        encodeKnown(out, known);
    }

    /** Reads a HELLO. The versions are read first: of another version nothing else is looked at. */
    public static Hello decode(final ByteBuf in) throws BadFrame {
        need(in, 8);
        if (in.readIntLE() != MAGIC) {
            throw new BadFrame("no magic number");
        }
        final int versionMin = in.readUnsignedShortLE();
        final int versionMax = in.readUnsignedShortLE();
        if (Math.min(versionMax, VERSION_MAX) < Math.max(versionMin, VERSION_MIN)) {
            return new Hello(versionMin, versionMax, TrafficClass.CONTROL, 0, MemberId.NONE, 0, 0, "", "", new PeerAddress("", 0),
                List.of());
        }
        need(in, 1);
        final int purpose = in.readUnsignedByte();
        final int network = purpose >> 1;
        if (network > LinkConfig.FURTHER_MAX) {
            throw new BadFrame("network number " + network);
        }
        final MemberId member = readId(in);
        need(in, 16);
        final long mesh = in.readLongLE();
        final long link = in.readLongLE();
        final Hello hello = new Hello(versionMin, versionMax, CLASSES[purpose & 1], network, member, mesh, link, readText(in), readText(in),
            readAddress(in), decodeKnown(in));
        end(in);
        return hello;
    }

    /** Appends the members that a node knows. */
    public static void encodeKnown(final ByteBuf out, final List<Known> known) {
        final int countIndex = out.writerIndex();
        out.writeShortLE(0);
        int count = 0;
        while (count < Math.min(KNOWN_MAX, known.size()) && out.writerIndex() - countIndex < KNOWN_LENGTH_MAX) {
            writeId(out, known.get(count).member);
            writeText(out, known.get(count).address.toString());
            count++;
        }
        out.setShortLE(countIndex, count);
    }

    /** Reads the members that another node knows. */
    public static List<Known> decodeKnown(final ByteBuf in) throws BadFrame {
        need(in, 2);
        final int count = in.readUnsignedShortLE();
        if (count > KNOWN_MAX) {
            throw new BadFrame(count + " known members");
        }
        final List<Known> known = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            known.add(new Known(readId(in), readAddress(in)));
        }
        return known;
    }

    /** Appends a text of at most 300 bytes in UTF-8, with its length before it. */
    public static void writeText(final ByteBuf out, final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        final int length = Math.min(bytes.length, TEXT_MAX);
        out.writeShortLE(length);
        out.writeBytes(bytes, 0, length);
    }

    /** Reads a text of at most 300 bytes. */
    public static String readText(final ByteBuf in) throws BadFrame {
        need(in, 2);
        final int length = in.readUnsignedShortLE();
        if (length > TEXT_MAX) {
            throw new BadFrame("text of " + length + " bytes");
        }
        need(in, length);
        return in.readCharSequence(length, StandardCharsets.UTF_8).toString();
    }

    /** Nothing may follow. */
    public static void end(final ByteBuf in) throws BadFrame {
        if (in.isReadable()) {
            throw new BadFrame(in.readableBytes() + " bytes too many");
        }
    }

    /** So many bytes must be there. */
    public static void need(final ByteBuf in, final int bytes) throws BadFrame {
        if (in.readableBytes() < bytes) {
            throw new BadFrame("frame ends early");
        }
    }

    private static PeerAddress readAddress(final ByteBuf in) throws BadFrame {
        final String text = readText(in);
        try {
            return PeerAddress.parse(text, PeerAddress.DEFAULT_PORT);
        } catch (final IllegalArgumentException e) {
            throw new BadFrame(e.getMessage());
        }
    }

    /** Addresses of this node, one a network, in their order. */
    public static void encodeAddresses(final ByteBuf out, final List<PeerAddress> byNetwork) {
        out.writeByte(byNetwork.size());
        byNetwork.forEach(address -> writeText(out, address.toString()));
    }

    /** Reads the sender's address on each network. */
    public static List<PeerAddress> decodeAddresses(final ByteBuf in) throws BadFrame {
        need(in, 1);
        final int count = in.readUnsignedByte();
        if (count > LinkConfig.FURTHER_MAX + 1) {
            throw new BadFrame("addresses on " + count + " networks");
        }
        final List<PeerAddress> byNetwork = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byNetwork.add(readAddress(in));
        }
        end(in);
        return byNetwork;
    }

    private static void writeId(final ByteBuf out, final MemberId id) {
        out.writeLongLE(id.msb()).writeLongLE(id.lsb());
    }

    private static MemberId readId(final ByteBuf in) throws BadFrame {
        need(in, 16);
        return new MemberId(in.readLongLE(), in.readLongLE());
    }

    /** Text of a peer's, fit for a line of the log. */
    public static String printable(final String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}

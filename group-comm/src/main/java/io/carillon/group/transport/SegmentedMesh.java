// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;
import io.carillon.group.RingReport;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.wire.PacketType;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Sites of one cluster: what all members are told goes once to each other site, and is passed on there (docs/transport.md). It lies between
 * the ring and whatever mesh carries its packets, in packets of its own, whose first byte is none of the ring's.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class SegmentedMesh implements Mesh, MeshListener {
    /** Says in which segment the sender is. */
    static final byte SEGMENT = (byte) 0xE0;
    /** To be passed on: how many members, their ids, the packet. */
    static final byte RELAY = (byte) 0xE1;
    /** Passed on: id of the member that it is from, the packet. */
    static final byte RELAYED = (byte) 0xE2;
    /** Who was to be told could not be: id. */
    static final byte UNREACHED = (byte) 0xE3;

    private static final int UNKNOWN = -1;
    private static final int ID_LENGTH = 16;
    private static final int BULK_LENGTH = 8 << 10;
    /** Who was silent for longer is not relied on: members of a primary ring speak every 100 ms. */
    private static final long FRESH_NS = 300_000_000L;
    /** For so long a member is told directly that its relay could not reach. */
    private static final long DIRECT_NS = 5_000_000_000L;
    private static final long ANNOUNCE_NS = 5_000_000_000L;

    private final int segment;
    private final LongSupplier clock;
    private final MeshListener listener;
    private final ExpandableArrayBuffer envelope = new ExpandableArrayBuffer(64 << 10);
    private Mesh mesh;
    /** By handle; null for one that is nobody's. */
    private Remote[] remotes = new Remote[16];
    private final int[] group = new int[256];
    private final boolean[] done = new boolean[256];
    /** Peers known to be in other segments. */
    private int elsewhere;
    private long relayed;
    private long passedOn;

    /** A linked peer. */
    private static final class Remote {
        final MemberId id;
        int segment = UNKNOWN;
        long heardNs;
        long directUntilNs = Long.MIN_VALUE;
        long announcedNs;

        Remote(final MemberId id, final long nowNs) {
            this.id = id;
            heardNs = nowNs;
            announcedNs = nowNs;
        }
    }

    /** A mesh at site {@code segment}, 0 to 255; what arrives goes to {@code listener}. */
    public SegmentedMesh(final int segment, final LongSupplier clock, final MeshListener listener) {
        this.segment = segment;
        this.clock = clock;
        this.listener = listener;
    }

    /** Sets what carries the packets; its listener is this. */
    public void over(final Mesh carrier) {
        mesh = carrier;
    }

    /** What carries the packets beneath the sites. */
    public Mesh carrier() {
        return mesh;
    }

    // ---- out

    @Override
    public void broadcast(final int[] peers, final int count, final DirectBuffer packet, final int offset, final int length,
        final TrafficClass trafficClass) {
        if (elsewhere == 0 || !isPayload(packet, offset)) {
            for (int nth = 0; nth < count; nth++) {
                mesh.send(peers[nth], packet, offset, length, trafficClass);
            }
            return;
        }
        final long nowNs = clock.getAsLong();
        Arrays.fill(done, 0, count, false);
        for (int nth = 0; nth < count; nth++) {
            if (!done[nth]) {
                final int members = isDirect(peers[nth], nowNs) ? 1 : gather(peers, nth, count, nowNs);
                sendTo(peers[nth], members, nowNs, packet, offset, length, trafficClass);
            }
        }
    }

    private boolean isDirect(final int peer, final long nowNs) {
        final Remote remote = remote(peer);
        return remote == null || remote.segment == UNKNOWN || remote.segment == segment || nowNs < remote.directUntilNs;
    }

    /** Collects the members of one segment from {@code first} on; how many. */
    private int gather(final int[] peers, final int first, final int count, final long nowNs) {
        final int wanted = remote(peers[first]).segment;
        int members = 0;
        for (int nth = first; nth < count; nth++) {
            if (!done[nth] && !isDirect(peers[nth], nowNs) && remote(peers[nth]).segment == wanted) {
                done[nth] = true;
                group[members++] = peers[nth];
            }
        }
        return members;
    }

    /** To one peer, or to the group collected: by its first member that was heard lately, or where none was, to each. */
    private void sendTo(final int peer, final int members, final long nowNs, final DirectBuffer packet, final int offset, final int length,
        final TrafficClass trafficClass) {
        if (members == 1) {
            mesh.send(peer, packet, offset, length, trafficClass);
            return;
        }
        final int relay = relay(members, nowNs);
        if (relay == UNKNOWN) {
            for (int nth = 0; nth < members; nth++) {
                mesh.send(group[nth], packet, offset, length, trafficClass);
            }
            return;
        }
        envelope.putByte(0, RELAY);
        envelope.putByte(1, (byte) (members - 1));
        int at = 2;
        for (int nth = 0; nth < members; nth++) {
            if (group[nth] != relay) {
                putId(at, remote(group[nth]).id);
                at += ID_LENGTH;
            }
        }
        envelope.putBytes(at, packet, offset, length);
        relayed++;
        mesh.send(relay, envelope, 0, at + length, trafficClass);
    }

    /** The member with the lowest id of those heard lately, so that all choose the same, or {@link #UNKNOWN}. */
    private int relay(final int members, final long nowNs) {
        int best = UNKNOWN;
        for (int nth = 0; nth < members; nth++) {
            final Remote remote = remote(group[nth]);
            if (nowNs - remote.heardNs < FRESH_NS && (best == UNKNOWN || remote.id.compareTo(remote(best).id) < 0)) {
                best = group[nth];
            }
        }
        return best;
    }

    private Remote remote(final int peer) {
        return peer < remotes.length ? remotes[peer] : null;
    }

    private void putId(final int at, final MemberId id) {
        envelope.putLong(at, id.msb(), ByteOrder.LITTLE_ENDIAN);
        envelope.putLong(at + Long.BYTES, id.lsb(), ByteOrder.LITTLE_ENDIAN);
    }

    /** Handle of the linked peer whose id is at {@code at}, or {@link #UNKNOWN}. */
    private int handle(final DirectBuffer buffer, final int at) {
        final long msb = buffer.getLong(at, ByteOrder.LITTLE_ENDIAN);
        final long lsb = buffer.getLong(at + Long.BYTES, ByteOrder.LITTLE_ENDIAN);
        for (int peer = 0; peer < remotes.length; peer++) {
            if (remotes[peer] != null && remotes[peer].id.lsb() == lsb && remotes[peer].id.msb() == msb) {
                return peer;
            }
        }
        return UNKNOWN;
    }

    private void announce(final int peer) {
        envelope.putByte(0, SEGMENT);
        envelope.putByte(1, (byte) segment);
        mesh.send(peer, envelope, 0, 2, TrafficClass.CONTROL);
    }

    // ---- in

    @Override
    public void onPeerUp(final long nowNs, final int peer, final MemberId id) {
        if (peer >= remotes.length) {
            remotes = Arrays.copyOf(remotes, Math.max(peer + 1, 2 * remotes.length));
        }
        remotes[peer] = new Remote(id, nowNs);
        announce(peer);
        listener.onPeerUp(nowNs, peer, id);
    }

    @Override
    public void onPeerDown(final long nowNs, final int peer) {
        final Remote gone = remotes[peer];
        remotes[peer] = null;
        elsewhere -= isElsewhere(gone) ? 1 : 0;
        listener.onPeerDown(nowNs, peer);
    }

    private boolean isElsewhere(final Remote remote) {
        return remote.segment != UNKNOWN && remote.segment != segment;
    }

    @Override
    public void onPacket(final long nowNs, final int peer, final DirectBuffer buffer, final int offset, final int length) {
        final Remote from = remotes[peer];
        from.heardNs = nowNs;
        if (nowNs - from.announcedNs >= ANNOUNCE_NS) {
            from.announcedNs = nowNs; // again, since it may have been lost
            announce(peer);
        }
        switch (length == 0 ? 0 : buffer.getByte(offset)) {
            case SEGMENT -> onSegment(from, buffer, offset, length);
            case RELAY -> onRelay(nowNs, peer, buffer, offset, length);
            case RELAYED -> onRelayed(nowNs, from, buffer, offset, length);
            case UNREACHED -> onUnreached(nowNs, buffer, offset, length);
            default -> listener.onPacket(nowNs, peer, buffer, offset, length);
        }
    }

    private void onSegment(final Remote from, final DirectBuffer buffer, final int offset, final int length) {
        if (length == 2) {
            elsewhere -= isElsewhere(from) ? 1 : 0;
            from.segment = buffer.getByte(offset + 1) & 0xFF;
            elsewhere += isElsewhere(from) ? 1 : 0;
        }
    }

    /** Passes on to the members of this segment that it names, then keeps it. */
    private void onRelay(final long nowNs, final int peer, final DirectBuffer buffer, final int offset, final int length) {
        final int count = length < 2 ? 0 : buffer.getByte(offset + 1) & 0xFF;
        final int body = 2 + count * ID_LENGTH;
        if (length <= body) {
            return;
        }
        final int bodyLength = length - body;
        final TrafficClass trafficClass = bodyLength > BULK_LENGTH ? TrafficClass.BULK : TrafficClass.CONTROL;
        for (int nth = 0; nth < count; nth++) {
            final int named = offset + 2 + nth * ID_LENGTH;
            final int target = handle(buffer, named);
            if (target != UNKNOWN && remotes[target].segment == segment) {
                envelope.putByte(0, RELAYED);
                putId(1, remotes[peer].id);
                envelope.putBytes(1 + ID_LENGTH, buffer, offset + body, bodyLength);
                passedOn++;
                mesh.send(target, envelope, 0, 1 + ID_LENGTH + bodyLength, trafficClass);
            } else {
                envelope.putByte(0, UNREACHED);
                envelope.putBytes(1, buffer, named, ID_LENGTH);
                mesh.send(peer, envelope, 0, 1 + ID_LENGTH, TrafficClass.CONTROL);
            }
        }
        give(nowNs, peer, buffer, offset + body, bodyLength);
    }

    /** Only a neighbour may speak for somebody else, and only for one of another segment to whom this node is linked itself. */
    private void onRelayed(final long nowNs, final Remote from, final DirectBuffer buffer, final int offset, final int length) {
        if (from.segment == segment && length > 1 + ID_LENGTH) {
            final int origin = handle(buffer, offset + 1);
            if (origin != UNKNOWN && isElsewhere(remotes[origin])) {
                give(nowNs, origin, buffer, offset + 1 + ID_LENGTH, length - 1 - ID_LENGTH);
            }
        }
    }

    private void give(final long nowNs, final int peer, final DirectBuffer buffer, final int offset, final int length) {
        if (isPayload(buffer, offset)) {
            listener.onPacket(nowNs, peer, buffer, offset, length);
        }
    }

    private static boolean isPayload(final DirectBuffer packet, final int offset) {
        final byte type = packet.getByte(offset);
        return type == PacketType.DATA || type == PacketType.ORDER;
    }

    private void onUnreached(final long nowNs, final DirectBuffer buffer, final int offset, final int length) {
        final int unreached = length == 1 + ID_LENGTH ? handle(buffer, offset + 1) : UNKNOWN;
        if (unreached != UNKNOWN) {
            remotes[unreached].directUntilNs = nowNs + DIRECT_NS;
        }
    }

    @Override
    public void onListenFailed(final String what) {
        listener.onListenFailed(what);
    }

    // ---- what the carrier does

    @Override
    public void start(final List<PeerAddress> addresses) {
        mesh.start(addresses);
    }

    @Override
    public void stop() {
        mesh.stop();
    }

    @Override
    public void send(final int peer, final DirectBuffer packet, final int offset, final int length, final TrafficClass trafficClass) {
        mesh.send(peer, packet, offset, length, trafficClass);
    }

    @Override
    public void flush() {
        mesh.flush();
    }

    @Override
    public void discard() {
        mesh.discard();
    }

    @Override
    public void isolate(final int mode) {
        mesh.isolate(mode);
    }

    @Override
    public int port() {
        return mesh.port();
    }

    @Override
    public int peerCount() {
        return mesh.peerCount();
    }

    @Override
    public long refusedCount() {
        return mesh.refusedCount();
    }

    @Override
    public long roundTripNs(final int peer) {
        return mesh.roundTripNs(peer);
    }

    @Override
    public List<LinkStatus> links() {
        return mesh.links();
    }

    @Override
    public List<String> unlinked() {
        return mesh.unlinked();
    }

    @Override
    public List<RingReport.Fault> faults() {
        return mesh.faults();
    }

    @Override
    public List<String> describe() {
        final List<String> lines = new ArrayList<>(mesh.describe());
        if (segment != 0 || elsewhere > 0) {
            lines.add("segment " + segment + ": " + elsewhere + " peers in others, " + relayed + " packets to relays there, " + passedOn
                + " passed on here");
        }
        return lines;
    }
}

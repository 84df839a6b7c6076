// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.MemberId;
import io.carillon.group.RingReport;
import io.carillon.group.transport.AddressEntry;
import io.carillon.group.transport.FaultCounts;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.LinkFaults;
import io.carillon.group.transport.LinkStatus;
import io.carillon.group.transport.MeshListener;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.Int2ObjectHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The UDP links of a mesh: by the index in datagrams, and those that are up by member and handle, one a peer.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class UdpLinks {
    private static final Logger LOG = LoggerFactory.getLogger(UdpLinks.class);

    private final UdpMesh mesh;
    private final MeshListener listener;
    private final Int2ObjectHashMap<UdpLink> byIndex = new Int2ObjectHashMap<>();
    private final Int2ObjectHashMap<UdpLink> byMulticastIndex = new Int2ObjectHashMap<>();
    private final Map<MemberId, UdpLink> byMember = new LinkedHashMap<>();
    private final List<UdpLink> superseded = new ArrayList<>();
    private final UdpLink[] byHandle;
    private final FaultCounts faults = new FaultCounts();
    private final LinkFaults lastFaults = new LinkFaults();

    UdpLinks(final UdpMesh mesh, final MeshListener listener, final int peersMax) {
        this.mesh = mesh;
        this.listener = listener;
        byHandle = new UdpLink[peersMax];
    }

    UdpLink byIndex(final int index) {
        return byIndex.get(index);
    }

    UdpLink byMulticastIndex(final int index) {
        return byMulticastIndex.get(index);
    }

    UdpLink at(final int handle) {
        return byHandle[handle];
    }

    boolean contains(final MemberId member) {
        return byMember.containsKey(member);
    }

    /** Those that are up, at this moment. */
    List<UdpLink> all() {
        return List.copyOf(byMember.values());
    }

    /** Those that are up; live. */
    Iterable<UdpLink> up() {
        return byMember.values();
    }

    int upCount() {
        return byMember.size();
    }

    /** A link is being made: its datagrams are opened from now on. */
    void add(final UdpLink link) {
        byIndex.put(link.index, link);
    }

    /** A link that was being made comes to nothing. */
    void forget(final UdpLink link) {
        link.state = UdpLink.State.CLOSED;
        byIndex.remove(link.index);
    }

    /** Both sides have proven that they hear each other. */
    void establish(final UdpLink link, final long nowNs) {
        final UdpLink existing = byMember.get(link.member());
        if (existing != null && existing.remote.hello().mesh() == link.remote.hello().mesh() && isCrossing(existing, link, nowNs)) {
            // Both made one at the same time: that of the lower id stays, and the ring notices nothing.
            if (link.initiator == mesh.self().compareTo(link.member()) < 0) {
                replace(existing, link);
            } else {
                supersede(link, existing);
            }
            return;
        }
        if (existing != null) {
            final boolean sameLife = existing.remote.hello().mesh() == link.remote.hello().mesh();
            drop(existing, sameLife ? "the peer made a new link" : "the node was restarted");
        }
        if (byMember.size() >= byHandle.length) {
            mesh.refusals().refuse(Refusal.FULL, link.address, link.remote.hello());
            forget(link);
            return;
        }
        up(link, nowNs);
    }

    private boolean isCrossing(final UdpLink existing, final UdpLink link, final long nowNs) {
        return existing.initiator != link.initiator && nowNs - existing.madeNs < mesh.config().handshakeNs();
    }

    private void replace(final UdpLink existing, final UdpLink link) {
        link.handle = existing.handle;
        existing.handle = -1;
        supersede(existing, link);
        put(link);
        mesh.rearm();
    }

    /** The peer may not know yet, and what it sends is not to be lost. */
    private void supersede(final UdpLink loser, final UdpLink winner) {
        loser.state = UdpLink.State.CLOSED;
        loser.successor = winner;
        superseded.add(loser);
    }

    /** Forgets links that others took over from, when the peer has had time to know. */
    void expire(final long nowNs) {
        superseded.removeIf(loser -> {
            final boolean known = nowNs - loser.madeNs > 2 * mesh.config().handshakeNs();
            if (known) {
                byIndex.remove(loser.index);
            }
            return known;
        });
    }

    private void put(final UdpLink link) {
        link.state = UdpLink.State.UP;
        byHandle[link.handle] = link;
        byMember.put(link.member(), link);
        byMulticastIndex.put(link.remote.multicastIndex(), link);
        onAudienceChanged();
    }

    private void up(final UdpLink link, final long nowNs) {
        int handle = 0;
        while (byHandle[handle] != null) {
            handle++;
        }
        link.handle = handle;
        link.answeredNs = nowNs;
        put(link);
        LOG.info("linked over UDP to {} ({}) at {}", Hello.printable(link.remote.hello().node()), link.member(),
            link.remote.reachedAt(link.address));
        final PeerAddress address = link.remote.reachedAt(link.address);
        if (address.port() != 0) {
            final AddressEntry entry = mesh.book().learn(address, link.member(), nowNs);
            if (entry != null && !entry.isSelf()) {
                mesh.book().onAnswered(entry, link.member(), nowNs);
            }
        }
        // The acceptor waits for a datagram of the initiator's; the round trip is of use to both.
        link.frame(Frames.PING, nowNs);
        gossip();
        listener.onPeerUp(nowNs, handle, link.member());
        mesh.rearm();
    }

    /** Ends a link; without effect when it has ended already. */
    void drop(final UdpLink link, final String why) {
        if (link.state == UdpLink.State.CLOSED) {
            return;
        }
        final int handle = link.handle;
        forget(link);
        if (handle < 0) {
            return;
        }
        link.handle = -1;
        byHandle[handle] = null;
        byMember.remove(link.member());
        byMulticastIndex.remove(link.remote.multicastIndex());
        onAudienceChanged();
        final long nowNs = mesh.nowNs();
        mesh.book().onLost(link.member(), nowNs);
        if (!mesh.isStopped()) {
            faults.add(link.member());
            lastFaults.add(mesh.network(), link.remote.hello().node(), link.remote.reachedAt(link.address).toString(), why);
            LOG.info("UDP link to {} ({}) is down: {}", Hello.printable(link.remote.hello().node()), link.member(), why);
            listener.onPeerDown(nowNs, handle);
        }
        mesh.rearm();
    }

    private void onAudienceChanged() {
        if (mesh.multicast() != null) {
            mesh.multicast().onChanged();
        }
    }

    /** Whoever is linked hears of everybody who is: a node that comes is found by all at once. */
    private void gossip() {
        final List<Hello.Known> known = new ArrayList<>();
        for (final UdpLink link : byMember.values()) {
            final PeerAddress address = link.remote.reachedAt(link.address);
            if (address.port() != 0) {
                known.add(new Hello.Known(link.member(), address));
            }
        }
        for (final UdpLink link : byMember.values()) {
            final ByteBuf body = Unpooled.buffer(256);
            Hello.encodeKnown(body, known);
            link.message(Frames.PEERS, body);
        }
    }

    List<LinkStatus> status(final int network) {
        final List<LinkStatus> status = new ArrayList<>();
        byIndex.values().stream().filter(link -> link.successor == null)
            .forEach(link -> status.add(link.status(network, faults.of(link.member()))));
        return status;
    }

    List<RingReport.Fault> lastFaults() {
        return lastFaults.all();
    }

    List<String> describe() {
        final List<String> lines = new ArrayList<>();
        for (final UdpLink link : byIndex.values()) {
            if (link.successor != null) {
                continue;
            }
            lines.add("link: " + Hello.printable(link.remote.hello().node()) + ' ' + link.member() + ' '
                + link.remote.reachedAt(link.address) + (link.isUp() ? " up" : " being made")
                + (link.roundTripNs < 0 ? "" : ", round trip " + link.roundTripNs / 1000 + " us")
                + "; udp in " + link.packetsIn + " packets " + link.bytesIn + " bytes, out " + link.packetsOut + " packets " + link.bytesOut
                + " bytes, unsent " + link.fragments.unsentBytes() + ", lost " + link.packetsLost + "; datagrams of " + link.mtu.size()
                + " bytes, " + link.mtu.blackHoles() + " times that size was lost; window " + link.fragments.congestion().window()
                + ", fragments resent " + link.fragments.resent() + ", messages given up " + link.fragments.givenUp() + " here, "
                + link.reassembly.evicted() + " there");
        }
        return lines;
    }
}

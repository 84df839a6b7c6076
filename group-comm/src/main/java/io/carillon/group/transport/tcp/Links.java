// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.MemberId;
import io.carillon.group.RingReport;
import io.carillon.group.transport.FaultCounts;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.LinkFaults;
import io.carillon.group.transport.LinkStatus;
import io.carillon.group.transport.MeshListener;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links of a mesh, one a peer, by member and by the handle that the ring knows.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class Links {
    private static final Logger LOG = LoggerFactory.getLogger(Links.class);

    private final TcpMesh mesh;
    private final MeshListener listener;
    private final Map<MemberId, Link> byMember = new LinkedHashMap<>();
    private final Link[] byHandle;
    private final FaultCounts faults = new FaultCounts();
    private final LinkFaults lastFaults = new LinkFaults();

    Links(final TcpMesh mesh, final MeshListener listener, final int peersMax) {
        this.mesh = mesh;
        this.listener = listener;
        byHandle = new Link[peersMax];
    }

    /** The link to {@code member}, up or being made, or null. */
    Link of(final MemberId member) {
        return byMember.get(member);
    }

    /** Every link, up or being made. */
    List<LinkStatus> status(final int network) {
        final List<LinkStatus> status = new ArrayList<>();
        byMember.values().forEach(link -> status.add(link.status(network, faults.of(link.peer))));
        return status;
    }

    /** The link with {@code handle}, or null. */
    Link at(final int handle) {
        return byHandle[handle];
    }

    boolean contains(final MemberId member) {
        return byMember.containsKey(member);
    }

    boolean isFull() {
        return byMember.size() >= byHandle.length;
    }

    /** All at this moment. */
    List<Link> all() {
        return List.copyOf(byMember.values());
    }

    /** The last ones that broke. */
    List<RingReport.Fault> lastFaults() {
        return lastFaults.all();
    }

    int upCount() {
        int count = 0;
        for (final Link link : byMember.values()) {
            count += link.isUp() ? 1 : 0;
        }
        return count;
    }

    /** Earliest deadline of a link that is being made, or {@code Long.MAX_VALUE}. */
    long nextDeadlineNs() {
        long next = Long.MAX_VALUE;
        for (final Link link : byMember.values()) {
            next = link.isUp() ? next : Math.min(next, link.deadlineNs);
        }
        return next;
    }

    /** The control connection is the link's from now on. */
    Link make(final Connection control, final long nonce, final long nowNs) {
        final Link link = new Link(control, control.advertised(), nonce, nowNs + mesh.config().handshakeNs());
        control.link = link;
        byMember.put(link.peer, link);
        mesh.rearm();
        return link;
    }

    /** Both connections are open. */
    void onUp(final Link link, final long nowNs) {
        int handle = 0;
        while (byHandle[handle] != null) {
            handle++;
        }
        link.handle = handle;
        link.answeredNs = nowNs;
        byHandle[handle] = link;
        LOG.info("linked to {} ({}) at {}", Hello.printable(link.node), link.peer, link.advertised);
        link.control.frame(Frames.PING, nowNs);
        gossip();
        listener.onPeerUp(nowNs, handle, link.peer);
        mesh.rearm();
    }

    /** Closes a link; without effect when it is gone already. */
    void drop(final Link link, final String why) {
        if (!byMember.remove(link.peer, link)) {
            return;
        }
        final int handle = link.handle;
        if (handle >= 0) {
            byHandle[handle] = null;
            link.handle = -1;
        }
        final long nowNs = mesh.nowNs();
        mesh.book().onLost(link.peer, nowNs);
        link.control.close();
        if (link.bulk != null) {
            link.bulk.close();
        }
        if (handle >= 0 && !mesh.isStopped()) {
            faults.add(link.peer);
            LOG.info("link to {} ({}) is down: {}", Hello.printable(link.node), link.peer, Hello.printable(why));
            lastFaults.add(mesh.network(), link.node, link.advertised.toString(), why);
            listener.onPeerDown(nowNs, handle);
        }
        mesh.rearm();
    }

    /** Whom others may want to know. */
    List<Hello.Known> known() {
        final List<Hello.Known> known = new ArrayList<>();
        for (final Link link : byMember.values()) {
            if (link.isUp() && link.advertised.port() != 0) {
                known.add(new Hello.Known(link.peer, link.advertised));
            }
        }
        return known;
    }

    /** Whoever is linked hears of everybody who is: a node that comes is found by all at once. */
    private void gossip() {
        final List<Hello.Known> known = known();
        for (final Link link : byMember.values()) {
            if (link.isUp()) {
                final ByteBuf body = link.control.channel.alloc().directBuffer(1024);
                Hello.encodeKnown(body, known);
                link.control.frame(Frames.PEERS, body);
            }
        }
    }
}

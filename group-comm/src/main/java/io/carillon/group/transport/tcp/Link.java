// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.LinkStatus;
import io.carillon.group.transport.PeerAddress;
import java.util.function.ToLongFunction;

/** Both connections to one peer. Its owner is {@link TcpMesh}. */
public final class Link {
    final MemberId peer;
    final String node;
    final PeerAddress advertised;
    /** Random number of the peer's mesh. */
    final long mesh;
    /** Random number that ties the bulk connection to the control connection. */
    final long nonce;
    final boolean initiator;
    final long deadlineNs;
    final Connection control;

    Connection bulk;
    /** Order number of the peer when it took this link; -1 as long as it did not say so. */
    long peerOrder = -1;
    /** When the latest ping was sent that the peer answered. */
    long answeredNs;
    /** Handle for the ring; -1 until both connections are open. */
    int handle = -1;

    Link(final Connection control, final PeerAddress advertised, final long nonce, final long deadlineNs) {
        this.control = control;
        peer = control.remote.member();
        node = control.remote.node();
        mesh = control.remote.mesh();
        initiator = control.initiator;
        this.advertised = advertised;
        this.nonce = nonce;
        this.deadlineNs = deadlineNs;
    }

    boolean isUp() {
        return handle >= 0;
    }

    LinkStatus status(final int network, final long faults) {
        return new LinkStatus(network, "tcp", peer, Hello.printable(node), advertised,
            isUp() ? LinkStatus.State.UP : LinkStatus.State.BEING_MADE, isUp(), control.roundTripNs, both(c -> c.packetsIn),
            both(c -> c.bytesIn), both(c -> c.packetsOut), both(c -> c.bytesOut), both(Connection::pendingBytes), both(c -> c.packetsLost),
            faults, control.roundTripMaxNs);
    }

    private long both(final ToLongFunction<Connection> figure) {
        return figure.applyAsLong(control) + (bulk == null ? 0 : figure.applyAsLong(bulk));
    }

    Connection connection(final TrafficClass trafficClass) {
        return trafficClass == TrafficClass.BULK ? bulk : control;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;

/** Both connections to one peer. Its owner is {@link TcpMesh}. */
final class Link {
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
    /** Handle for the ring; -1 until both connections are open. */
    int handle = -1;
    /** When that was. */
    long upNs;

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

    Connection connection(final TrafficClass trafficClass) {
        return trafficClass == TrafficClass.BULK ? bulk : control;
    }
}

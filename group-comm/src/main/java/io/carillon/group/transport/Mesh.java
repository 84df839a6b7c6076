// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.RingReport;
import io.carillon.group.ring.TrafficClass;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * Carries packets between this node and its peers, whatever lies between them. Packets may be lost, doubled or
 * overtake each other; none is damaged, cut or of another cluster.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public interface Mesh {
    /** Listens, and looks for peers at {@code addresses}. */
    void start(List<PeerAddress> addresses);

    /** Closes everything; the listener hears nothing more. What was sent before leaves if the sockets take it. */
    void stop();

    /** Sends a packet with the next {@link #flush}. Lost when the peer is gone or takes too little. */
    void send(int peer, DirectBuffer packet, int offset, int length, TrafficClass trafficClass);

    /** Sends a packet to the first {@code count} of {@code peers}, one after another or by way of others. */
    default void broadcast(final int[] peers, final int count, final DirectBuffer packet, final int offset, final int length,
        final TrafficClass trafficClass) {
        for (int nth = 0; nth < count; nth++) {
            send(peers[nth], packet, offset, length, trafficClass);
        }
    }

    /** Hands everything sent since the last call to the sockets: once a pass. */
    void flush();

    /** Forgets everything sent since the last {@link #flush}: the node that said it is not to be believed. */
    void discard();

    /** 0: normal. 1: nothing is sent or understood, links stay. 2: links are closed and none made. */
    void isolate(int mode);

    /** Port listened on, or 0 before that. */
    int port();

    /** Peers that can be sent to. */
    int peerCount();

    /** Strangers refused for any reason, and refusals received. */
    long refusedCount();

    /** Round trip to a peer in nanoseconds, smoothed; -1 before the first. */
    long roundTripNs(int peer);

    /** Every link, up or being made. */
    List<LinkStatus> links();

    /** Addresses without a link, with what the last try failed of. */
    default List<String> unlinked() {
        return List.of();
    }

    /** The last links that broke or fell silent, oldest first. */
    default List<RingReport.Fault> faults() {
        return List.of();
    }

    /** One line for each link, address without link, and reason of refusals. */
    List<String> describe();
}

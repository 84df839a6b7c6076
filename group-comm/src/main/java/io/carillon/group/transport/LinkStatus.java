// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;

/**
 * One link to one peer at one moment.
 *
 * @param network number of the network, 0 for the one of {@code gmcast.listen_addr}.
 * @param transport what carries it: "tcp" or "udp".
 * @param member the peer.
 * @param node its name.
 * @param address where it is reached.
 * @param state how it is.
 * @param used tells whether packets take it now.
 * @param roundTripNs smoothed; -1 before the first answer.
 * @param packetsIn ring's packets received.
 * @param bytesIn bytes received.
 * @param packetsOut ring's packets sent.
 * @param bytesOut bytes sent.
 * @param unsentBytes bytes that wait to be sent.
 * @param lost packets lost here because too much was unsent.
 * @param faults how often a link to this peer on this network broke or fell silent since this node joined.
 * @param roundTripMaxNs the longest round trip since the link is up; 0 before the first answer.
 */
public record LinkStatus(int network, String transport, MemberId member, String node, PeerAddress address, State state, boolean used,
    long roundTripNs, long packetsIn, long bytesIn, long packetsOut, long bytesOut, long unsentBytes, long lost, long faults,
    long roundTripMaxNs) {
    /** How a link is. */
    public enum State {
        /** The handshake is under way. */
        BEING_MADE,
        UP,
        /** It is up, but does not answer while another link to the same peer does: it is not used. */
        SILENT
    }

    /** The same, seen by who chooses among several links. */
    LinkStatus chosen(final State actual, final boolean isUsed, final long moreFaults) {
        return new LinkStatus(network, transport, member, node, address, actual, isUsed, roundTripNs, packetsIn, bytesIn, packetsOut,
            bytesOut, unsentBytes, lost, faults + moreFaults, roundTripMaxNs);
    }
}

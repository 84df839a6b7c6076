// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

import java.util.List;
import java.util.Map;

/**
 * A node's ring at one moment, for people and their tools.
 *
 * @param node name of this node.
 * @param id own member id.
 * @param cluster name of the cluster; empty before the first join.
 * @param port listened on, 0 when not.
 * @param state the protocol's: GATHER, COMMIT, RECOVERY, OPERATIONAL, NOT_PRIMARY or CLOSED.
 * @param token how the right to number moves, {@code parked} or {@code goes round}; empty outside of a primary ring.
 * @param holder name of the member that has it, empty when nobody is known to.
 * @param tokenSeq how often it moved in this epoch, counting the first holder.
 * @param epoch of the ring.
 * @param logEnd last index in the log.
 * @param logged last index that is durable as configured.
 * @param stable last index known to be stable.
 * @param links to others, up or being made.
 * @param unlinked addresses without a link, with the last failure.
 * @param faults the last links that broke, oldest first.
 * @param members of the last view.
 * @param totals counts since the process started.
 * @param gathers counts of gatherings by reason since the process started.
 * @param views the last ones, oldest first.
 */
public record RingReport(String node, String id, String cluster, int port, String state, String token, String holder, long tokenSeq,
    long epoch, long logEnd, long logged, long stable, List<Link> links, List<String> unlinked, List<Fault> faults, List<Member> members,
    Map<String, Long> totals, Map<String, Long> gathers, List<View> views) {
    /**
     * One link to a peer.
     *
     * @param network number of the network, 0 for the one of {@code gmcast.listen_addr}.
     * @param node name of the peer.
     * @param id of the peer.
     * @param transport for example tcp.
     * @param address where the peer is reached.
     * @param state UP, BEING_MADE or SILENT: the latter does not answer while another link to the same peer does.
     * @param used packets take it now.
     * @param roundTripUs smoothed; -1 before the first.
     * @param roundTripMaxUs the longest since it is up; -1 before the first.
     * @param packetsIn ring's packets received.
     * @param bytesIn bytes received.
     * @param packetsOut ring's packets sent.
     * @param bytesOut bytes sent.
     * @param unsentBytes bytes that wait to be sent.
     * @param lost packets not sent, since too much was unsent.
     * @param faults how often it broke or fell silent since this node joined.
     */
    public record Link(int network, String node, String id, String transport, String address, String state, boolean used,
        long roundTripUs, long roundTripMaxUs, long packetsIn, long bytesIn, long packetsOut, long bytesOut, long unsentBytes, long lost,
        long faults) {
    }

    /** A link that broke or fell silent, at {@code wallMs} since 1970; {@code address} may be empty. */
    public record Fault(long wallMs, int network, String node, String address, String why) {
    }

    /**
     * A member of the last view.
     *
     * @param id incarnation.
     * @param name of its node.
     * @param weight of its vote, 0 for none.
     * @param self this node.
     * @param holder it has the token.
     * @param linked packets reach it.
     * @param logged index that it said to have logged in this ring, 0 before that.
     * @param loggedLag entries in this node's log beyond that.
     * @param stable index that it said to know as stable.
     * @param stableLag how many more this node knows to be stable.
     * @param silentMs since a packet of it came; 0 for this node, -1 without a link.
     */
    public record Member(String id, String name, int weight, boolean self, boolean holder, boolean linked, long logged, long loggedLag,
        long stable, long stableLag, long silentMs) {
    }

    /**
     * A view as it was reported here.
     *
     * @param wallMs when, milliseconds since 1970.
     * @param primary whether it may order.
     * @param epoch of its ring.
     * @param seqno of its entry, -1 when not primary.
     * @param number count of primary views, -1 when not primary.
     * @param reason as its members agreed.
     * @param gathers why this node gathered for it, in order.
     * @param tookMs from the first of these to the view, -1 when it came without gathering.
     * @param members with their weights.
     * @param came names of those who were not in the view before.
     * @param left names of those who were.
     */
    public record View(long wallMs, boolean primary, long epoch, long seqno, long number, String reason, List<String> gathers,
        double tookMs, List<Voter> members, List<String> came, List<String> left) {
    }

    /** A member and its weight. */
    public record Voter(String name, String id, int weight) {
    }
}

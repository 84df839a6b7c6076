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
 * @param address listened on, empty when not.
 * @param state the protocol's: GATHER, COMMIT, RECOVERY, OPERATIONAL, NOT_PRIMARY or CLOSED.
 * @param token how the right to number moves.
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
public record RingReport(String node, String id, String cluster, String address, String state, String token, String holder, long tokenSeq,
    long epoch, long logEnd, long logged, long stable, List<Link> links, List<String> unlinked, List<Fault> faults, List<Member> members,
    Map<String, Long> totals, Map<String, Long> gathers, List<View> views) {
    /**
     * One way to a peer.
     *
     * @param node name of the peer.
     * @param id of the peer.
     * @param transport for example tcp.
     * @param local own address, empty when it is not known.
     * @param remote address of the peer.
     * @param up packets pass.
     * @param upMs for how long, milliseconds.
     * @param silentMs since anything was read from it.
     * @param roundTripUs smoothed; -1 before the first.
     * @param roundTripMaxUs the longest since it is up; -1 before the first.
     * @param channels figures by traffic class.
     */
    public record Link(String node, String id, String transport, String local, String remote, boolean up, long upMs, long silentMs,
        long roundTripUs, long roundTripMaxUs, List<Channel> channels) {
    }

    /** Packets and bytes of one class since the link is up; {@code lost} were not sent, since too much was unsent. */
    public record Channel(String name, long packetsIn, long bytesIn, long packetsOut, long bytesOut, long unsentBytes, long lost) {
    }

    /** A link that broke, at {@code wallMs} since 1970. */
    public record Fault(long wallMs, String node, String remote, String why) {
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
     * @param silentMs since anything was read from it; 0 for this node.
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

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.wsrep.NodeState;
import java.util.StringJoiner;

/** The part of the status variables that is about the group. */
final class ReplicatorStatus {
    /** Version that tools compare: the replicator protocol of the Galera release whose behaviour is offered. */
    static final long PROTOCOL = 11;
    static final long GCS_PROTOCOL = 4;

    private ReplicatorStatus() {
    }

    static void addMembers(final StatusSink sink, final Node node, final ReplicationLatency latency) {
        final StringJoiner incoming = new StringJoiner(",");
        long weight = 0;
        for (final MemberState member : node.state.members()) {
            incoming.add(member.incoming());
            weight += member.weight();
        }
        final boolean isIn = node.phase != Node.Phase.CLOSED && node.phase != Node.Phase.CONNECTING;
        sink.add("incoming_addresses", isIn ? incoming.toString() : "");
        if (!isIn) {
            return;
        }
        sink.add("cluster_weight", weight);
        sink.add("desync_count", node.ownDesync);
        sink.add("evs_delayed", "");
        sink.add("evs_evict_list", "");
        sink.add("evs_repl_latency", latency.toString());
        sink.add("evs_state", node.primary || node.ownState != NodeState.UNDEFINED ? "OPERATIONAL" : "GATHER");
        sink.add("gcomm_uuid", node.self().toString());
        sink.add("gmcast_segment", node.config.segment());
    }
}

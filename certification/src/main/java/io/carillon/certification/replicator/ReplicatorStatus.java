// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.Certifier;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import java.util.StringJoiner;

/** What the replicator knows of the status variables, names and order as Galera's. */
final class ReplicatorStatus {
    /** Version that tools compare: the replicator protocol of the Galera release whose behaviour is offered. */
    static final long PROTOCOL = 11;
    static final long GCS_PROTOCOL = 5;

    private final Node node;
    private final Certifier certifier;
    private final WriteSetSender sender;
    private final FlowControl flow;

    ReplicatorStatus(final Node node, final Certifier certifier, final WriteSetSender sender, final FlowControl flow) {
        this.node = node;
        this.certifier = certifier;
        this.sender = sender;
        this.flow = flow;
    }

    void addTo(final StatusSink sink) {
        // Kept beyond the primary view and the connection, like the group's id.
        final boolean known = !node.groupUuid.equals(Gtid.UNDEFINED_UUID);
        sink.add("protocol_version", known ? PROTOCOL : -1);
        sink.add("protocol_application", known ? Node.PROTOCOL : -1);
        sink.add("protocol_replicator", known ? PROTOCOL : -1);
        sink.add("protocol_GCS", known ? GCS_PROTOCOL : -1);
        sender.sendQueue().addTo(sink, "local_send_queue");
        flow.receiveQueue().addTo(sink, "local_recv_queue");
        sink.add("local_cached_downto", node.log().endIndex() == node.log().baseIndex() ? -1 : node.baseSeqno() + 1);
        flow.addTo(sink, node.now());
        sink.add("cert_deps_distance", certifier.statistics().dependencyDistance());
        sink.add("cert_index_size", certifier.indexSize());
        sink.add("causal_reads", node.syncPoints.causalReads());
        sink.add("cert_interval", certifier.statistics().interval());
        addMembers(sink);
    }

    /** Starts averages and extremes anew. */
    void reset() {
        sender.sendQueue().reset();
        flow.resetAverages(node.now());
        certifier.statistics().resetAverages();
    }

    private void addMembers(final StatusSink sink) {
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
        // Text, these and all that follow, as with Galera.
        sink.add("cluster_weight", Long.toString(weight));
        sink.add("desync_count", Integer.toString(node.ownDesync));
        sink.add("evs_delayed", "");
        sink.add("evs_evict_list", "");
        sink.add("evs_repl_latency", sender.latency().toString());
        sink.add("evs_state", node.primary || node.ownState != NodeState.UNDEFINED ? "OPERATIONAL" : "GATHER");
        sink.add("gcomm_uuid", node.self().toString());
        sink.add("gmcast_segment", Integer.toString(node.config.segment()));
    }
}

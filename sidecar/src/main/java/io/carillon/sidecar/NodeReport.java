// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.certification.replicator.MemberState;
import io.carillon.group.ring.RingView;
import io.carillon.mysql.ipc.ProviderSession;
import io.carillon.wsrep.NodeState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a node says of itself to people.
 *
 * <p><b>Threading:</b> the engine's thread.
 */
final class NodeReport {
    private final Node node;

    NodeReport(final Node node) {
        this.node = node;
    }

    NodeStatus status(final ProviderSession session) {
        final RingView view = node.group().view();
        final boolean primary = view != null && view.primary();
        final MemberState self = self();
        final NodeState state = self == null || !primary ? NodeState.UNDEFINED : self.state();
        return new NodeStatus(node.settings().name(), Version.text(), ProcessHandle.current().pid(),
            session == null ? 0 : session.hello().pid(),
            state.comment(), primary, view == null ? "" : view.group().toString(), view == null ? -1 : view.number(),
                members(), positions(session),
            queues(session), node.memory(), node.group().describe());
    }

    RingStatus ring() {
        final RingView view = node.group().view();
        final Map<String, String> states = new LinkedHashMap<>();
        for (final MemberState member : node.replicator().members()) {
            states.put(member.id().toString(), member.state().comment());
        }
        return new RingStatus(Version.text(), System.currentTimeMillis(), view != null && view.primary(),
            view == null ? "" : view.group().toString(), states, node.group().report());
    }

    private MemberState self() {
        for (final MemberState member : node.replicator().members()) {
            if (member.id().equals(node.group().self())) {
                return member;
            }
        }
        return null;
    }

    private List<NodeStatus.MemberStatus> members() {
        final List<NodeStatus.MemberStatus> members = new ArrayList<>();
        for (final MemberState member : node.replicator().members()) {
            members.add(new NodeStatus.MemberStatus(member.name(), member.id().toString(), member.session().toString(), member.incoming(),
                member.weight(), member.state().comment(), member.id().equals(node.group().self())));
        }
        return members;
    }

    private Map<String, Long> positions(final ProviderSession session) {
        final Map<String, Long> positions = new LinkedHashMap<>();
        positions.put("logged", node.log().endSeqno());
        positions.put("certified", node.replicator().certifier().position());
        positions.put("released", session == null ? -1 : session.released());
        positions.put("oldest", node.log().baseSeqno() + 1);
        return positions;
    }

    private Map<String, Long> queues(final ProviderSession session) {
        final Map<String, Long> queues = new LinkedHashMap<>();
        queues.put("toApply", session == null ? 0 : (long) session.queueLength());
        queues.put("feedBytes", session == null ? 0 : session.unconsumedBytes());
        queues.put("logBytes", node.log().fileLength());
        return queues;
    }
}

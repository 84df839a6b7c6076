// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.DurableRingLog;
import io.carillon.group.MemberId;
import io.carillon.group.RingReport;
import io.carillon.group.blackbox.BlackBox;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import io.carillon.group.transport.LinkStatus;
import io.carillon.group.transport.Mesh;
import java.util.ArrayList;
import java.util.List;

/** Makes the {@link RingReport} of a node. */
final class RingReporter {
    private final RingJournal journal;
    private final DurableRingLog log;

    RingReporter(final RingJournal journal, final DurableRingLog log) {
        this.journal = journal;
        this.log = log;
    }

    /** {@code membership} and {@code view} may be null. */
    RingReport report(final String node, final MemberId self, final String cluster, final Membership membership, final RingView view,
        final long nowNs) {
        final MemberId holder = membership == null ? null : membership.holder();
        final Mesh mesh = membership == null ? null : membership.mesh();
        return new RingReport(node, self.toString(), cluster, mesh == null ? 0 : mesh.port(),
            membership == null ? "CLOSED" : membership.state(),
            holder == null ? "" : membership.rotates() ? "goes round" : "parked", name(holder, view),
            membership == null ? 0 : membership.tokenSeq(),
            membership == null ? 0 : membership.epoch(), log.endIndex(), log.loggedIndex(), journal.box().stableIndex(),
            mesh == null ? List.of() : links(mesh), mesh == null ? List.of() : mesh.unlinked(),
            mesh == null ? List.of() : mesh.faults(), view == null ? List.of() : members(view, self, holder, nowNs),
            journal.totals(), journal.gathers(), journal.views().all());
    }

    private static List<RingReport.Link> links(final Mesh mesh) {
        final List<RingReport.Link> links = new ArrayList<>();
        for (final LinkStatus link : mesh.links()) {
            links.add(new RingReport.Link(link.network(), link.node(), link.member().toString(), link.transport(),
                link.address().toString(),
                link.state().name(), link.used(), link.roundTripNs() < 0 ? -1 : link.roundTripNs() / 1000,
                link.roundTripNs() < 0 ? -1 : link.roundTripMaxNs() / 1000, link.packetsIn(), link.bytesIn(), link.packetsOut(),
                    link.bytesOut(),
                link.unsentBytes(), link.lost(), link.faults()));
        }
        return links;
    }

    private static String name(final MemberId id, final RingView view) {
        if (id != null && view != null) {
            for (final RingMember member : view.members()) {
                if (member.id().equals(id)) {
                    return member.name();
                }
            }
        }
        return id == null ? "" : id.toString();
    }

    private List<RingReport.Member> members(final RingView view, final MemberId self, final MemberId holder, final long nowNs) {
        final BlackBox box = journal.box();
        final List<RingReport.Member> members = new ArrayList<>();
        for (final RingMember member : view.members()) {
            final boolean own = member.id().equals(self);
            final int peer = own ? BlackBox.NO_PEER : box.peer(member.id());
            final boolean linked = own || peer != BlackBox.NO_PEER;
            final long logged = own ? log.loggedIndex() : linked ? box.peerLogged(peer) : 0;
            final long stable = own ? box.stableIndex() : linked ? box.peerHorizon(peer) : 0;
            final long silentMs = own ? 0 : linked ? (nowNs - box.heardNs(peer)) / 1_000_000 : -1;
            members.add(new RingReport.Member(member.id().toString(), member.name(), member.weight(), own, member.id().equals(holder),
                linked,
                logged, Math.max(0, log.endIndex() - logged), stable, Math.max(0, box.stableIndex() - stable), silentMs));
        }
        return members;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A joiner's request for a snapshot: said to the group until somebody gives one. A donor that leaves or fails is
 * replaced by another; only when one fails that failed before, so when nobody else could, is there no hope.
 */
final class SnapshotRequest {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRequest.class);
    /** Between two requests when nobody can be donor: as Galera. */
    private static final long RETRY_NS = 1_000_000_000L;
    private static final String TRIVIAL = "trivial";

    private final Node node;
    private String donors = "";
    private byte[] request = new byte[0];
    private Gtid position = Gtid.UNDEFINED;
    private final List<MemberId> failed = new ArrayList<>();
    private MemberId donor = MemberId.NONE;
    private UUID donorSession = Gtid.UNDEFINED_UUID;
    private String donorName = "";
    private boolean isSent;
    private long retryAtNs;

    SnapshotRequest(final Node node) {
        this.node = node;
    }

    /** A new connection begins; {@code donorList} is {@code wsrep_sst_donor}. */
    void begin(final String donorList) {
        donors = donorList == null ? "" : donorList;
        failed.clear();
        donor = MemberId.NONE;
        isSent = false;
    }

    /** The server told what a donor must know: {@code bytes}. */
    void ready(final byte[] bytes, final Gtid at, final long nowNs) {
        request = bytes;
        position = at;
        retryAtNs = nowNs;
        tick(nowNs);
    }

    /** The server takes no data from anybody: {@code wsrep_sst_method=skip}. */
    boolean isTrivial() {
        return new String(request, StandardCharsets.UTF_8).replace("\0", "").equals(TRIVIAL);
    }

    /** Asks, if it is time to. */
    void tick(final long nowNs) {
        if (isSent || !donor.equals(MemberId.NONE) || nowNs - retryAtNs < 0) {
            return;
        }
        isSent = true;
        retryAtNs = nowNs + RETRY_NS;
        node.saved.replaced();
        node.show(NodeState.JOINER, "Joining: requested State Transfer");
        node.send(new Control.StateRequest(position.uuid(), position.seqno(), donors, List.copyOf(failed), request), Offers.NOBODY);
    }

    /** The request was not ordered. */
    void rejected() {
        isSent = false;
    }

    /** The request is ordered, and {@code chosen} is to give the snapshot; null: nobody can now. */
    void ordered(final MemberState chosen, final long nowNs) {
        isSent = false;
        if (chosen == null) {
            retryAtNs = nowNs + RETRY_NS;
            LOG.info("Nobody can give a snapshot now{}; asking again in 1 second",
                donors.isEmpty() ? "" : " (donors asked for: " + donors + ")");
            return;
        }
        donor = chosen.id();
        donorSession = chosen.session();
        donorName = chosen.name();
        node.show(NodeState.JOINER, "Joining: receiving State Transfer");
        LOG.info("{} gives the snapshot", donorName);
    }

    /** Members or their states changed: the donor may be gone, or its server. */
    void membersChanged(final long nowNs) {
        if (donor.equals(MemberId.NONE)) {
            return;
        }
        final MemberState state = node.state.member(donor);
        // A member that died and is back has its id, and knows of no donation; that of its server tells.
        if (state == null || !state.hasData() || !state.session().equals(donorSession)) {
            LOG.warn("{} left before the snapshot was complete; asking for another donor", donorName);
            again(nowNs);
        }
    }

    /** {@code from} could not give the snapshot. Why nobody can, or null: another one is asked. */
    String donationFailed(final MemberId from, final int code, final long nowNs) {
        if (!from.equals(donor)) {
            return null;
        }
        final String what = donorName + " could not give a snapshot, code " + code + "; its log says why";
        if (failed.contains(donor)) {
            return what + ". It had failed before, and no other member could be asked"
                + (donors.isEmpty() ? "" : " (donors asked for: " + donors + ")");
        }
        LOG.warn("{}; asking for another donor", what);
        failed.add(donor);
        again(nowNs);
        return null;
    }

    private void again(final long nowNs) {
        donor = MemberId.NONE;
        retryAtNs = nowNs;
    }
}

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
 *
 * <p>Two donors at once would write into the same files. So a donor that cannot be seen is waited for: its server, which sends,
 * may live on and have another sidecar soon, which says so.
 */
final class SnapshotRequest {
    /** How long a donor that cannot be seen has to say that it still gives the snapshot. */
    static final long WORD_NS = 10_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRequest.class);
    /** Between two requests when nobody can be donor: as Galera. */
    private static final long RETRY_NS = 1_000_000_000L;
    private static final String TRIVIAL = "trivial";
    /** Another process of this node asked, nobody knows when. */
    private static final long ASKED_BEFORE = -1;
    private static final long NOBODY_ASKED = Long.MAX_VALUE;

    private final Node node;
    private final FormerDonors former;
    private String donors = "";
    private byte[] request = new byte[0];
    private Gtid position = Gtid.UNDEFINED;
    private final List<MemberId> failed = new ArrayList<>();
    /** Donors of which nothing was heard in the end. */
    private final List<MemberId> givenUp = new ArrayList<>();
    private MemberId donor = MemberId.NONE;
    private UUID donorSession = Gtid.UNDEFINED_UUID;
    private String donorName = "";
    /** Nobody knows whether the donor (if it is not known either: of whoever had this node's id) still gives the snapshot. */
    private boolean awaitsWord;
    private long wordUntilNs;
    /** The donor is done, and this node's server has it all. */
    private boolean isGiven;
    /** Seqno as of the request that chose the donor. */
    private long askedAt = NOBODY_ASKED;
    /** Index of that request; whoever was chosen by it may have said that it gives nothing before it heard of it. */
    private long askedIndex;
    private boolean isSent;
    private long retryAtNs;

    SnapshotRequest(final Node node) {
        this.node = node;
        former = new FormerDonors(node);
    }

    /** A new connection begins; {@code donorList} is {@code wsrep_sst_donor}, {@code asked} as in {@link #ready}. */
    void begin(final String donorList, final boolean asked) {
        donors = donorList == null ? "" : donorList;
        failed.clear();
        givenUp.clear();
        donor = MemberId.NONE;
        awaitsWord = false;
        isGiven = false;
        isSent = false;
        askedAt = asked ? ASKED_BEFORE : NOBODY_ASKED;
        askedIndex = 0;
        former.begin();
    }

    /** The server told what a donor must know: {@code bytes}. {@code asked}: it has told another process before. */
    void ready(final byte[] bytes, final Gtid at, final boolean asked, final long nowNs) {
        request = bytes;
        position = at;
        retryAtNs = nowNs;
        if (asked) {
            LOG.info("The server waits for a snapshot that was asked for by an earlier sidecar; listening for who gives it");
            donorName = "The donor";
            awaitWord(nowNs);
        }
    }

    private void awaitWord(final long nowNs) {
        awaitsWord = true;
        wordUntilNs = nowNs + WORD_NS;
    }

    /** The server takes no data from anybody: {@code wsrep_sst_method=skip}. */
    boolean isTrivial() {
        return new String(request, StandardCharsets.UTF_8).replace("\0", "").equals(TRIVIAL);
    }

    /** Asks, if it is time to. */
    void tick(final long nowNs) {
        former.tick(nowNs);
        if (awaitsWord && nowNs - wordUntilNs >= 0) {
            LOG.warn("{} has not said within {} s that it gives the snapshot; asking for another donor", donorName,
                WORD_NS / 1_000_000_000L);
            givenUp.add(donor);
            again(nowNs);
        }
        if (isSent || isGiven || awaitsWord || former.isAny() || !donor.equals(MemberId.NONE) || nowNs - retryAtNs < 0) {
            return;
        }
        isSent = true;
        retryAtNs = nowNs + RETRY_NS;
        node.saved.replaced();
        node.show(NodeState.JOINER, "Joining: requested State Transfer");
        node.send(new Control.StateRequest(position.uuid(), position.seqno(), donors, List.copyOf(failed), request), Offers.NOBODY);
    }

    /** Tells whether the request is sent, and may be ordered already: then what comes may be the answer to it. */
    boolean isUnderWay() {
        return isSent;
    }

    /** The request was not ordered. */
    void rejected() {
        isSent = false;
    }

    /**
     * The request is entry {@code index}, behind {@code seqno}, and {@code chosen} is to give the snapshot; null: nobody can now.
     * Why that cannot go on, or null.
     */
    String ordered(final MemberState chosen, final long index, final long seqno, final long nowNs) {
        isSent = false;
        if (chosen != null && !donor.equals(MemberId.NONE)) {
            return two(donorName, chosen.name());
        }
        final String other = chosen == null ? null : former.otherThan(chosen.id());
        if (other != null) {
            return two(other, chosen.name());
        }
        if (chosen == null) {
            retryAtNs = nowNs + RETRY_NS;
            LOG.info("Nobody can give a snapshot now{}; asking again in 1 second",
                donors.isEmpty() ? "" : " (donors asked for: " + donors + ")");
            return null;
        }
        askedAt = seqno;
        askedIndex = index;
        gives(chosen);
        LOG.info("{} gives the snapshot", donorName);
        return null;
    }

    private static String two(final String before, final String now) {
        return before + " still gives a snapshot, and " + now + " was asked for it meanwhile: both write into the same files";
    }

    private void gives(final MemberState chosen) {
        donor = chosen.id();
        donorSession = chosen.session();
        donorName = chosen.name();
        node.show(NodeState.JOINER, "Joining: receiving State Transfer");
    }

    /** A primary view: whoever is waited for can be heard from now on. */
    void view(final long nowNs) {
        former.view(nowNs);
        if (awaitsWord) {
            awaitWord(nowNs);
        }
    }

    /** Members or their states changed: the donor may be gone, or its server, or its sidecar. */
    void membersChanged(final long nowNs) {
        former.membersChanged(nowNs);
        if (donor.equals(MemberId.NONE) || isGiven) {
            return;
        }
        final MemberState state = node.state.member(donor);
        // A member that died and is back has its id; that of its server tells whether that died, too.
        if (state != null && !state.session().equals(donorSession) || awaitsWord && state != null && givesNothing(state)) {
            LOG.warn("{} left before the snapshot was complete; asking for another donor", donorName);
            again(nowNs);
        } else if ((state == null || !state.hasData()) && !awaitsWord) {
            LOG.warn("{} left before the snapshot was complete; waiting {} s for it to come back, in case that its server lives on",
                donorName, WORD_NS / 1_000_000_000L);
            awaitWord(nowNs);
        }
    }

    private boolean givesNothing(final MemberState state) {
        return state.hasData() && state.desyncCount() == 0 && state.asOf >= askedIndex;
    }

    /** Tells whether the word may be about a snapshot for this node: that of a donor whose sidecar was replaced names nobody. */
    boolean isAbout(final Control.Gives gives) {
        return gives.joiner().equals(MemberId.NONE)
            || gives.joiner().equals(node.self()) && (isOwn(gives) || gives.outcome() != Donation.BUSY);
    }

    /** Tells whether the word is about the present server. */
    boolean isOwn(final Control.Gives gives) {
        return gives.session().equals(node.session.session());
    }

    /** {@code from} says that it gives this node a snapshot, or how that ended. Why that cannot go on, or null. */
    String donorSays(final MemberId from, final Control.Gives gives, final long nowNs) {
        final boolean isUnknown = gives.joiner().equals(MemberId.NONE);
        if (isUnknown ? former.contains(from) : !isOwn(gives)) {
            return formerSays(from, gives);
        }
        if (isUnknown && !donor.equals(from) && !givenUp.contains(from)) {
            return null;
        }
        if (gives.isUnderWay()) {
            return stillGiven(from);
        }
        if (gives.outcome() == 0) {
            given(from);
            return null;
        }
        return donationFailed(from, gives.outcome(), nowNs);
    }

    private String formerSays(final MemberId from, final Control.Gives word) {
        if (!word.isUnderWay()) {
            former.ended(from);
            return null;
        }
        final MemberState gives = node.state.member(from);
        former.gives(gives);
        return donor.equals(MemberId.NONE) || donor.equals(from) ? null : two(gives.name(), donorName);
    }

    private String stillGiven(final MemberId from) {
        askedIndex = 0;
        if (donor.equals(MemberId.NONE)) {
            gives(node.state.member(from));
            LOG.info("{} still gives the snapshot", donorName);
        } else if (!donor.equals(from)) {
            return two(node.state.member(from).name(), donorName);
        } else if (awaitsWord) {
            LOG.info("{} is back, and still gives the snapshot", donorName);
        }
        awaitsWord = false;
        final String other = former.otherThan(from);
        return other == null ? null : two(other, donorName);
    }

    /** {@code from} has given it: if it does not arrive, this node's own server knows. */
    private void given(final MemberId from) {
        if (!isGiven && (donor.equals(from) || donor.equals(MemberId.NONE) && awaitsWord)) {
            LOG.info("{} has given the snapshot; waiting for this node's server to have it", node.state.member(from).name());
            isGiven = true;
            awaitsWord = false;
        }
    }

    /** {@code from} could not give the snapshot. Why nobody can, or null: another one is asked. */
    private String donationFailed(final MemberId from, final int code, final long nowNs) {
        if (donor.equals(MemberId.NONE) && awaitsWord) {
            gives(node.state.member(from));
        }
        if (!from.equals(donor)) {
            return null;
        }
        if (code == Donation.BUSY) {
            LOG.info("{} gives another node a snapshot; asking again in 1 second", donorName);
            again(nowNs + RETRY_NS);
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

    /** Why a snapshot at {@code seqno} is of no use, or null. */
    String mistrust(final long seqno) {
        final String still = former.otherThan(donor);
        if (seqno >= askedAt && still == null) {
            return null;
        }
        final String why = still != null ? still + " still gives the server before this one a snapshot"
            : askedAt == NOBODY_ASKED ? "nobody was asked for one yet" : donorName + " was asked for one at " + askedAt;
        return "the snapshot is at seqno " + seqno + ", but " + why + ": it is that of a donor that was given up, or that the server"
            + " before this one had asked, and both may have written into the same files";
    }

    private void again(final long nowNs) {
        donor = MemberId.NONE;
        awaitsWord = false;
        retryAtNs = nowNs;
    }
}

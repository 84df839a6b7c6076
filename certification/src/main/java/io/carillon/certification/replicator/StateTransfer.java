// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.VerdictWindow;
import io.carillon.certification.log.VerdictFile;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.ReplicatedApplication.ViewUse;
import io.carillon.wsrep.WsrepStatus;
import java.util.Map;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node that enters a group gets from its application's position to the group's: from the log where that holds
 * everything after the position, else by a snapshot. Also the donor's side.
 *
 * <p>Certification must continue exactly where a synced member is. Three sources serve: the log from the very first
 * entry on; the node's own verdicts of last time; a synced member's verdict window, asked for in
 * the order (docs/replicator.md, section 3).
 */
final class StateTransfer {
    private static final Logger LOG = LoggerFactory.getLogger(StateTransfer.class);
    /** Between two requests for verdicts. */
    private static final long RETRY_NS = 1_000_000_000L;

    private final Node node;
    private final Delivery delivery;
    private final int window;
    private RingView joinView;
    private final SnapshotRequest request;
    private boolean verdictsAsked;
    /** Who is to answer the request for verdicts; {@link MemberId#NONE} before that is known. */
    private MemberId verdictsFrom = MemberId.NONE;
    private long retryAtNs;
    private Gtid target = Gtid.UNDEFINED;
    private VerdictWindow remoteVerdicts;
    private Map<MemberId, Long> remotePresent;
    private boolean connectedShown;
    /** Whom this node gives a snapshot. */
    private MemberId recipient = MemberId.NONE;
    private boolean fed;
    private VerdictFile verdictFile;

    StateTransfer(final Node node, final Delivery delivery) {
        this.node = node;
        this.delivery = delivery;
        request = new SnapshotRequest(node);
        window = node.config.certifier().window();
    }

    /** A new connection begins. {@code resumed}: the application's connection goes on, it was told its view before. */
    void begin(final String donorList, final boolean resumed) {
        request.begin(donorList);
        verdictsAsked = false;
        target = Gtid.UNDEFINED;
        remoteVerdicts = null;
        joinView = null;
        fed = false;
        connectedShown = resumed;
        recipient = resumed ? recipient : MemberId.NONE;
    }

    /** Tells whether the application is fed, or was, in this membership. */
    boolean hasFed() {
        return fed;
    }

    /** View in which the node entered; null before. */
    RingView joinView() {
        return joinView;
    }

    /** How the application takes {@code view}, which is delivered in order. */
    ViewUse useOf(final RingView view) {
        if (!connectedShown && view.index() == joinView.index()) {
            connectedShown = true;
            return ViewUse.CONNECTED;
        }
        return ViewUse.CHANGE;
    }

    /** Says in Galera's words, which tools look for, that the log brings what happened between {@code position} and the view's seqno. */
    static void announceCatchUp(final long position, final long viewSeqno) {
        if (position >= 0 && viewSeqno - 1 > position) {
            LOG.info("Receiving IST: {} write-sets, seqnos {}-{}", viewSeqno - position, position + 1, viewSeqno);
        }
    }

    /** The first primary view with this node is stable; {@code position} is the application's. */
    void entered(final RingView view, final boolean founded, final Gtid position) {
        joinView = view;
        final boolean sameHistory = position.isDefined() && position.uuid().equals(view.group()) && position.seqno() < view.seqno();
        if (founded && !position.uuid().equals(view.group())) {
            startFromLog(new Gtid(view.group(), view.seqno() - 1));
        } else if (sameHistory && logHolds(position.seqno())) {
            announceCatchUp(position.seqno(), view.seqno());
            startFromLog(position);
        } else {
            needSnapshot(position);
        }
    }

    private boolean logHolds(final long seqno) {
        return node.baseSeqno() <= seqno;
    }

    private void startFromLog(final Gtid position) {
        target = position;
        if (canCertifyFrom(position.seqno())) {
            feed();
        } else if (reaches(joinView.seqno()) && position.seqno() > joinView.seqno() - window / 2) {
            node.phase = Node.Phase.AWAIT_VERDICTS;
            LOG.info("Asking for the verdicts before {}", position);
            askVerdicts();
        } else {
            needSnapshot(position);
        }
    }

    private void needSnapshot(final Gtid position) {
        LOG.info("State transfer required: group state {}:{}, local state {}", joinView.group(), joinView.seqno(), position);
        target = Gtid.UNDEFINED;
        if (!connectedShown) {
            connectedShown = true;
            node.application.onView(node.toView(joinView, new Gtid(joinView.group(), joinView.seqno())), ViewUse.CONNECTED_ONLY);
        }
        node.phase = Node.Phase.AWAIT_REQUEST;
        node.show(NodeState.JOINER, "Joining: preparing for State Transfer");
        node.application.onStateRequestNeeded();
    }

    /** The application's answer to onStateRequestNeeded. */
    void requestAnswered(final int code, final byte[] bytes, final Gtid position, final long nowNs) {
        if (node.phase != Node.Phase.AWAIT_REQUEST) {
            return;
        }
        if (code != 0 || bytes.length == 0) {
            final String why = code != 0 ? "the server's preparation failed with code " + code
                : "the server is running already and cannot take one; restart it so that it takes a snapshot";
            fail("State transfer is required (group " + joinView.group() + ":" + joinView.seqno() + ", here " + position + "), but " + why);
            return;
        }
        node.phase = Node.Phase.AWAIT_SNAPSHOT;
        request.ready(bytes, position, nowNs);
    }

    /** Repeats what got no answer. */
    void tick(final long nowNs) {
        if (!node.primary) {
            return;
        }
        if (node.phase == Node.Phase.AWAIT_SNAPSHOT) {
            request.tick(nowNs);
        } else if (node.phase == Node.Phase.AWAIT_VERDICTS && !verdictsAsked && nowNs - retryAtNs >= 0) {
            retryAtNs = nowNs + RETRY_NS;
            askVerdicts();
        }
    }

    private void askVerdicts() {
        verdictsAsked = true;
        verdictsFrom = MemberId.NONE;
        node.send(new Control.VerdictsRequest(), Offers.NOBODY);
    }

    /** An own message was not sent. */
    void rejected(final Control control) {
        if (control instanceof Control.StateRequest) {
            request.rejected();
        } else if (control instanceof Control.VerdictsRequest) {
            verdictsAsked = false;
        }
    }

    /** An own request for verdicts is ordered, and {@code chosen} is to answer; null: nobody can now. */
    void verdictsRequestOrdered(final MemberState chosen) {
        verdictsAsked = chosen != null;
        verdictsFrom = chosen == null ? MemberId.NONE : chosen.id();
    }

    /** An own state request is ordered. */
    void ownRequestOrdered(final long seqno, final MemberState chosen, final long nowNs) {
        if (node.phase != Node.Phase.AWAIT_SNAPSHOT) {
            return;
        }
        if (request.isTrivial()) {
            received(new Gtid(joinView.group(), seqno));
        } else {
            request.ordered(chosen, nowNs);
        }
    }

    /** A view: whoever was asked for verdicts may be gone. */
    void view(final RingView view, final long nowNs) {
        // The view of the entry itself is older than what is asked for in it.
        verdictsAsked &= joinView != null && view.index() == joinView.index();
        membersChanged(nowNs);
    }

    /** The donor may be gone, or its server; and so may be whoever was to give verdicts. */
    void membersChanged(final long nowNs) {
        final MemberState answers = node.state.member(verdictsFrom);
        if (!verdictsFrom.equals(MemberId.NONE) && (answers == null || !answers.hasData())) {
            verdictsFrom = MemberId.NONE;
            verdictsAsked = false;
        }
        if (node.phase == Node.Phase.AWAIT_SNAPSHOT) {
            request.membersChanged(nowNs);
        }
    }

    /** A donor is done with this node. */
    void donorDone(final MemberId from, final int code, final long nowNs) {
        if (node.phase == Node.Phase.AWAIT_SNAPSHOT && code < 0) {
            final String hopeless = request.donationFailed(from, code, nowNs);
            if (hopeless != null) {
                fail(hopeless);
            }
        }
    }

    /** Verdicts for this node. */
    void verdicts(final Control.Verdicts verdicts) {
        final VerdictWindow decoded = new VerdictWindow(window);
        if (!decoded.decode(new UnsafeBuffer(verdicts.window()), 0, verdicts.window().length)) {
            verdictsAsked = false;
            return;
        }
        remoteVerdicts = decoded;
        remotePresent = verdicts.present();
        if (node.phase == Node.Phase.AWAIT_VERDICTS) {
            proceed();
        }
    }

    /** The application has a snapshot. Why it is of no use, or null. */
    String snapshotReceived(final Gtid position, final int code) {
        if (node.phase != Node.Phase.AWAIT_SNAPSHOT) {
            return "no snapshot was awaited";
        }
        if (code != 0) {
            node.show(NodeState.JOINER, "Joining: State Transfer failed");
            fail("the server could not take the snapshot, code " + code);
            return null;
        }
        if (!position.uuid().equals(joinView.group()) || position.seqno() < 0) {
            fail("the snapshot is at " + position + ", but the group's history is " + joinView.group());
            return "wrong history";
        }
        received(position);
        return null;
    }

    private void received(final Gtid position) {
        LOG.info("Snapshot received: {}", position);
        target = position;
        if (logHolds(position.seqno())) {
            proceed();
        } else {
            fail("the snapshot is at " + position + ", older than the log, which begins after seqno " + node.baseSeqno());
        }
    }

    private void proceed() {
        if (canCertifyFrom(target.seqno())) {
            feed();
        } else if (node.phase == Node.Phase.AWAIT_SNAPSHOT) {
            node.phase = Node.Phase.AWAIT_VERDICTS;
            askVerdicts();
        } else {
            needSnapshot(target);
        }
    }

    private boolean canCertifyFrom(final long seqno) {
        return continues(seqno) || usable(remoteVerdicts, seqno) || usable(ownVerdicts(), seqno)
            || node.log().baseIndex() == 0;
    }

    /** The application has exactly what this process gave it. */
    private boolean continues(final long seqno) {
        return delivery.continuesFrom(seqno) && delivery.cursor() >= node.log().baseIndex();
    }

    /** Verdicts of this process, or those that an earlier one kept; null for none. */
    private VerdictWindow ownVerdicts() {
        if (delivery.isStarted()) {
            return delivery.certifier().verdicts();
        }
        final VerdictWindow kept = new VerdictWindow(window);
        return verdictFile != null && verdictFile.load(kept) ? kept : null;
    }

    void verdictFile(final VerdictFile file) {
        verdictFile = file;
    }

    private boolean usable(final VerdictWindow verdicts, final long seqno) {
        return verdicts != null && verdicts.position() >= 0 && verdicts.first() <= seqno + 1 && reaches(verdicts.position())
            && verdicts.position() <= node.log().endSeqno();
    }

    /**
     * The log holds what an index as of {@code seqno} is built from: a window, and a second one for the fragments of
     * large write sets in the first.
     */
    private boolean reaches(final long seqno) {
        return node.baseSeqno() <= Math.max(0, seqno - 2L * window);
    }

    private void feed() {
        final long from = target.seqno();
        if (!continues(from)) {
            final VerdictWindow own = ownVerdicts();
            final VerdictWindow verdicts = usable(remoteVerdicts, from) ? remoteVerdicts : usable(own, from) ? copy(own) : null;
            final long start = verdicts == null ? 0 : Math.max(node.baseSeqno(), verdicts.position() - 2L * window);
            final long index = start <= node.baseSeqno() ? node.log().baseIndex() : node.log().indexOfSeqno(start);
            delivery.start(node.log(), index, Math.max(start, node.baseSeqno()), verdicts, verdicts != null
                && verdicts == remoteVerdicts ? remotePresent : null, from);
        } else {
            delivery.resume(node.log());
        }
        node.phase = Node.Phase.FEEDING;
        fed = true;
        node.released = Math.max(node.released, from);
        node.saved.restored(joinView.group());
        if (!connectedShown && from != joinView.seqno() - 1) {
            connectedShown = true;
            node.application.onView(node.toView(joinView, new Gtid(joinView.group(), joinView.seqno())), ViewUse.CONNECTED_ONLY);
            node.application.onView(node.toView(joinView, target), ViewUse.SYNTHETIC);
        }
    }

    private VerdictWindow copy(final VerdictWindow live) {
        final ExpandableArrayBuffer bytes = new ExpandableArrayBuffer(live.encodedLength());
        final int length = live.encode(bytes, 0);
        final VerdictWindow copy = new VerdictWindow(window);
        return copy.decode(bytes, 0, length) ? copy : null;
    }

    /** This node is to give {@code joiner} a snapshot. */
    void donates(final MemberId joiner) {
        recipient = joiner;
    }

    /** The snapshot is given, or could not be: {@code code} below 0. Whatever became of the joiner, the donation ends. */
    void snapshotSent(final long call, final int code) {
        final MemberId joiner = recipient;
        recipient = MemberId.NONE;
        if (joiner.equals(MemberId.NONE)) {
            node.answer(call, WsrepStatus.CONN_FAIL, "this node gives no snapshot");
        } else {
            node.send(new Control.Joined(code, joiner), call);
        }
    }

    /** Gives {@code joiner} the verdicts as of the place of the order that is being delivered. */
    void answerVerdicts(final MemberId joiner) {
        final VerdictWindow verdicts = delivery.certifier().verdicts();
        final ExpandableArrayBuffer bytes = new ExpandableArrayBuffer(verdicts.encodedLength());
        final byte[] encoded = new byte[verdicts.encode(bytes, 0)];
        bytes.getBytes(0, encoded);
        node.send(new Control.Verdicts(joiner, encoded, delivery.present()), Offers.NOBODY);
    }

    /** This node cannot become a member with data. */
    void fail(final String why) {
        LOG.error("State transfer failed: {}", why);
        node.show(NodeState.ERROR, NodeState.ERROR.comment());
        node.phase = Node.Phase.LEAVING;
        node.application.onInconsistent(why);
        node.group.leave();
    }
}

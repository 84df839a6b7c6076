// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.ReplicatedApplication.ViewUse;
import io.carillon.wsrep.WsrepStatus;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node that enters a group gets from its application's position to the group's: from the log where that holds
 * everything after the position, else by a snapshot ({@link SnapshotRequest}). In both cases it must be able to certify from
 * there ({@link KnownVerdicts}).
 */
final class StateTransfer {
    private static final Logger LOG = LoggerFactory.getLogger(StateTransfer.class);

    private final Node node;
    private final SnapshotRequest request;
    private final KnownVerdicts verdicts;
    private final Donation donation;
    private RingView joinView;
    private Gtid target = Gtid.UNDEFINED;
    private boolean connectedShown;
    private boolean fed;
    /** The application waits for a snapshot since an earlier connection, and this one has not gone on with that yet. */
    private boolean asked;
    /** Came before this node is in a view, or knows whether its request is ordered; null: none. */
    private Arrival early;

    /** What each member said last before the application told this process its request. */
    private final List<Word> words = new ArrayList<>();

    private record Word(MemberId from, Control.Gives gives) {
    }

    /** The application has a snapshot, or failed to take it, and waits for the answer to {@code call}. */
    private record Arrival(long call, Gtid position, int code) {
    }

    StateTransfer(final Node node, final Delivery delivery) {
        this.node = node;
        request = new SnapshotRequest(node);
        verdicts = new KnownVerdicts(node, delivery);
        donation = new Donation(node, delivery);
    }

    /** An application's session begins, or is continued. */
    void attached(final NodeSession session) {
        asked = session.awaitsSnapshot();
        early = null;
        donation.attached(session.givesSnapshot());
    }

    /** Tells whether the application waits for a snapshot since an earlier connection. */
    boolean isAsked() {
        return asked;
    }

    /** A new connection begins. {@code resumed}: the application's connection goes on, it was told its view before. */
    void begin(final String donorList, final boolean resumed) {
        request.begin(donorList, asked);
        verdicts.begin();
        target = Gtid.UNDEFINED;
        joinView = null;
        fed = false;
        connectedShown = resumed;
        words.clear();
        if (early != null && !asked) {
            node.answer(early.call, WsrepStatus.CONN_FAIL, "the group that it was asked of is left");
            early = null;
        }
        if (!resumed) {
            donation.begin();
        }
    }

    /** What this node gives others. */
    Donation donation() {
        return donation;
    }

    /** From where it can certify. */
    KnownVerdicts verdicts() {
        return verdicts;
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

    /**
     * The application is back after its connection broke, with everything up to {@code position}: goes on from there
     * within the same membership. False when that cannot be.
     */
    boolean goOn(final Gtid position) {
        if (!position.isDefined() || !position.uuid().equals(node.groupUuid) || !logHolds(position.seqno())
            || !verdicts.suffice(position.seqno())) {
            return false;
        }
        connectedShown = true;
        target = position;
        asked = false;
        feed();
        return true;
    }

    private boolean logHolds(final long seqno) {
        return node.baseSeqno() <= seqno;
    }

    private void startFromLog(final Gtid position) {
        target = position;
        if (verdicts.suffice(position.seqno())) {
            feed();
        } else if (verdicts.canBeHad(joinView.seqno(), position.seqno())) {
            node.phase = Node.Phase.AWAIT_VERDICTS;
            LOG.info("Asking for the verdicts before {}", position);
            verdicts.ask();
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
        if (early != null && asked) {
            arrived(early);
        } else {
            node.application.onStateRequestNeeded();
        }
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
        final boolean again = asked;
        asked = false;
        request.ready(bytes, position, again, nowNs);
        final List<Word> heard = List.copyOf(words);
        words.clear();
        heard.forEach(word -> donorSays(word.from, word.gives, nowNs));
        tick(nowNs);
    }

    /** Tells whether the application waits in {@code phase}. One that is gone waits for nothing: it enters anew when it is back. */
    private boolean isIn(final Node.Phase phase) {
        return node.application != null && node.phase == phase;
    }

    /** Repeats what got no answer. */
    void tick(final long nowNs) {
        if (!node.primary) {
            return;
        }
        if (isIn(Node.Phase.AWAIT_SNAPSHOT)) {
            request.tick(nowNs);
        } else if (isIn(Node.Phase.AWAIT_VERDICTS)) {
            verdicts.tick(nowNs);
        }
    }

    /** An own message was not sent. */
    void rejected(final Control control) {
        if (control instanceof Control.StateRequest) {
            request.rejected();
            requestSettled();
        } else if (control instanceof Control.VerdictsRequest) {
            verdicts.requestLost();
        } else {
            donation.rejected(control);
        }
    }

    /** An own state request is ordered. */
    void ownRequestOrdered(final long index, final long seqno, final MemberState chosen, final long nowNs) {
        if (!isIn(Node.Phase.AWAIT_SNAPSHOT)) {
            return;
        }
        if (request.isTrivial()) {
            received(new Gtid(joinView.group(), seqno));
        } else {
            failIf(request.ordered(chosen, index, seqno, nowNs));
            requestSettled();
        }
    }

    private void requestSettled() {
        if (early != null && !asked && node.application != null) {
            arrived(early);
        }
    }

    /** A view: whoever was asked for verdicts may be gone. */
    void view(final RingView view, final long nowNs) {
        // The view of the entry itself is older than what is asked for in it.
        if (joinView == null || view.index() != joinView.index()) {
            verdicts.requestLost();
        }
        donation.view();
        request.view(nowNs);
        membersChanged(nowNs);
    }

    /** The donor may be gone, or its server; and so may be whoever was to give verdicts. */
    void membersChanged(final long nowNs) {
        verdicts.membersChanged();
        if (isIn(Node.Phase.AWAIT_SNAPSHOT)) {
            request.membersChanged(nowNs);
        }
    }

    /** {@code from} says whom it gives a snapshot, or how that ended. */
    void donorSays(final MemberId from, final Control.Gives gives, final long nowNs) {
        if (isIn(Node.Phase.AWAIT_REQUEST) && request.isAbout(gives) && (asked || !request.isOwn(gives))) {
            words.removeIf(word -> word.from.equals(from));
            words.add(new Word(from, gives));
        }
        if (isIn(Node.Phase.AWAIT_SNAPSHOT) && request.isAbout(gives) && node.state.member(from) != null) {
            failIf(request.donorSays(from, gives, nowNs));
        }
    }

    private void failIf(final String why) {
        if (why != null) {
            fail(why);
        }
    }

    /** Verdicts for this node. */
    void verdictsCame(final Control.Verdicts answer) {
        if (verdicts.answered(answer) && isIn(Node.Phase.AWAIT_VERDICTS)) {
            proceed();
        }
    }

    /**
     * The application has a snapshot, or failed to take it: answers {@code call}, at the latest when the node is in a view and knows
     * what became of its request.
     */
    void snapshotReceived(final long call, final Gtid position, final int code) {
        final Arrival arrival = new Arrival(call, position, code);
        if (asked ? node.phase != Node.Phase.AWAIT_REQUEST : node.phase == Node.Phase.AWAIT_SNAPSHOT && request.isUnderWay()) {
            early = arrival;
        } else {
            arrived(arrival);
        }
    }

    private void arrived(final Arrival arrival) {
        if (asked) {
            asked = false;
            node.phase = Node.Phase.AWAIT_SNAPSHOT; // its request does not matter any more
        }
        early = null;
        final String refused = take(arrival.position, arrival.code);
        node.answer(arrival.call, refused == null ? WsrepStatus.OK : WsrepStatus.CONN_FAIL, refused == null ? "" : refused);
    }

    /** Why it is of no use, or null. */
    private String take(final Gtid position, final int code) {
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
        final String mistrust = request.mistrust(position.seqno());
        if (mistrust != null) {
            fail(mistrust);
            return mistrust;
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
        if (verdicts.suffice(target.seqno())) {
            feed();
        } else if (node.phase == Node.Phase.AWAIT_SNAPSHOT) {
            node.phase = Node.Phase.AWAIT_VERDICTS;
            verdicts.ask();
        } else {
            needSnapshot(target);
        }
    }

    private void feed() {
        final long from = target.seqno();
        verdicts.deliverAfter(from);
        node.phase = Node.Phase.FEEDING;
        fed = true;
        // A server that goes on with another sidecar, or connection, is fed behind what it received; it may have committed less.
        final boolean goesOn = node.session.received() >= 0;
        node.released = Math.max(node.released, goesOn ? Math.min(from, node.session.released()) : from);
        node.saved.restored(joinView.group());
        if (donation.isOpen()) {
            node.be(NodeState.DONOR, node.serverDesync + 1);
        }
        if (!connectedShown && from != joinView.seqno() - 1) {
            connectedShown = true;
            node.application.onView(node.toView(joinView, new Gtid(joinView.group(), joinView.seqno())), ViewUse.CONNECTED_ONLY);
            node.application.onView(node.toView(joinView, target), ViewUse.SYNTHETIC);
        }
    }

    /** This node cannot become a member with data. */
    void fail(final String why) {
        LOG.error("State transfer failed: {}", why);
        node.show(NodeState.ERROR, NodeState.ERROR.comment());
        node.phase = Node.Phase.LEAVING;
        asked = false;
        node.application.onInconsistent(why);
        node.group.leave();
    }
}

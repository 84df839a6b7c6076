// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.certification.Certifier;
import io.carillon.certification.ConflictJournal;
import io.carillon.certification.VerdictWindow;
import io.carillon.certification.log.VerdictFile;
import io.carillon.group.EntryKind;
import io.carillon.group.Group;
import io.carillon.group.GroupListener;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingResult;
import io.carillon.group.ring.RingView;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.ReplicatedApplication.ViewUse;
import io.carillon.wsrep.ReplicationEngine;
import io.carillon.wsrep.WriteSetLayout;
import io.carillon.wsrep.WsrepStatus;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's engine: orders the application's write sets through the group, certifies everything in order, feeds the
 * application, and leads the node through its life.
 *
 * <p>Two cursors run over the log. At stable, the state of the group is kept ({@link GroupState}); behind it, as fast
 * as the application takes it, write sets are certified and delivered ({@link Delivery}).
 *
 * <p><b>Threading:</b> the engine's thread only; the owner calls {@link #onTimer} when {@link #nextDeadlineNs} is due
 * and {@link #onBatchEnd} after each pass of its loop.
 */
public final class Replicator implements ReplicationEngine, GroupListener {
    private static final Logger LOG = LoggerFactory.getLogger(Replicator.class);
    private static final long TICK_NS = 100_000_000L;
    private static final long POSITION_NS = 1_000_000_000L;
    /** Write sets released after which the position is told at once. */
    private static final int POSITION_STEP = 128;
    /** How long the answer to a disconnect waits for the server to commit what it was given. */
    private static final long LEFT_NS = 1_000_000_000L;
    /** A wish to be promoted that was lost with a ring is said again. */
    private static final long PROMOTE_AGAIN_NS = 1_000_000_000L;
    /** Seqnos delivered after which the verdicts are kept: a restart certifies at most so many again. */
    private static final int VERDICTS_STEP = 4096;
    private static final int DEFAULT_PORT = 4567;

    private final Node node;
    private final Delivery delivery;
    private final StateTransfer transfer;
    private final SyncPoints syncPoints = new SyncPoints();
    private final Ballot ballot;
    private final FlowControl flow;
    private final QueueFigures sendQueue = new QueueFigures();
    private final QueueFigures receiveQueue = new QueueFigures();
    private final ReplicationLatency latency = new ReplicationLatency();
    private final ViewReader views;
    private final LogRetention retention;
    private final LongSupplier clock;
    private final LogEntry entry = new LogEntry();
    private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer(4096);
    /** Choices made at stable for entries that are delivered later, in order. */
    private final ArrayDeque<Chosen> chosen = new ArrayDeque<>();
    private Gtid position = Gtid.UNDEFINED;
    private boolean found;
    private long connectCall = Offers.NOBODY;
    private long leaveCall = Offers.NOBODY;
    private Runnable afterLeft;
    private long connectDeadlineNs;
    private long fateDeadlineNs = Long.MAX_VALUE;
    private long tickNs;
    private long positionNs;
    private long positionTold = -1;
    private long stateCursor;
    private long epochAtJoin;
    private boolean stateMessageUnderWay;
    /** What was delivered when the primary view was lost. */
    private long positionWhenLost;
    private long promoteAskedNs;
    private long leftDeadlineNs;
    private boolean pumping;
    private VerdictFile verdictFile;
    private long verdictsKept;
    private boolean pumpAgain;

    /** A member chosen for {@code joiner} by the entry {@code index}: to give a snapshot ({@code request}) or only verdicts (null). */
    private record Chosen(long index, MemberId member, MemberId joiner, byte[] request) {
    }

    public Replicator(final ReplicatorConfig config, final ViewReader views, final DonorChoice donorChoice, final LogRetention retention,
        final LongSupplier clock) {
        this.views = views;
        this.retention = retention;
        this.clock = clock;
        node = new Node(config, donorChoice, this::offerRejected);
        delivery = new Delivery(config.certifier(), views, node.codec, new Delivered());
        transfer = new StateTransfer(node, delivery);
        ballot = new Ballot(node);
        flow = new FlowControl(node, clock.getAsLong());
    }

    /** Sets where this node keeps its verdicts over a restart; before anything else. */
    public void verdictFile(final VerdictFile file) {
        verdictFile = file;
        transfer.verdictFile(file);
    }

    /** Binds the group; once, before anything else. */
    public void group(final Group group) {
        node.group = group;
        node.offers.group(group);
    }

    // ---- the application comes and goes

    /** An application's session begins, or is continued. Events may come during this call. */
    public void attach(final NodeSession session, final ReplicatedApplication application) {
        final boolean sameSession = node.session != null && node.session.session().equals(session.session());
        node.session = session;
        node.application = application;
        node.saved = new SavedState(session.dataDir());
        node.openCalls.clear();
        for (final long call : session.openCalls()) {
            node.openCalls.add(call);
        }
        position = startPosition(session);
        node.released = session.released();
        if (node.phase == Node.Phase.FEEDING && sameSession) {
            resume();
        } else if (node.phase != Node.Phase.CLOSED) {
            leave();
        }
    }

    /** The application is gone; nothing is called on it any more. */
    public void detach() {
        node.application = null;
        node.openCalls.clear();
        syncPoints.clear();
        connectCall = Offers.NOBODY;
        leaveCall = Offers.NOBODY;
        afterLeft = null;
        if (node.phase != Node.Phase.CLOSED) {
            node.ownState = NodeState.UNDEFINED;
            node.ownDesync = 0;
            node.group.info(node.info());
            if (node.primary) {
                node.send(new Control.StateIs(NodeState.UNDEFINED, 0), Offers.NOBODY);
            }
        }
    }

    private Gtid startPosition(final NodeSession session) {
        Gtid at = session.state();
        if (!at.isDefined() && node.saved.seqno() >= 0) {
            at = new Gtid(node.saved.uuid(), node.saved.seqno());
        }
        return session.received() > at.seqno() ? new Gtid(at.uuid(), session.received()) : at;
    }

    private void resume() {
        transfer.begin("", true);
        transfer.entered(node.state.view(), false, position);
        pump();
    }

    // ---- ReplicationEngine

    @Override
    public void connect(final long call, final String clusterName, final String url, final String donor, final boolean bootstrap) {
        if (node.phase != Node.Phase.CLOSED) {
            afterLeft = () -> connect(call, clusterName, url, donor, bootstrap);
            leave();
            return;
        }
        final GroupUrl address;
        try {
            address = GroupUrl.parse(url, DEFAULT_PORT);
        } catch (final IllegalArgumentException e) {
            node.application.onResult(call, WsrepStatus.NODE_FAIL, 0, e.getMessage());
            return;
        }
        // A sidecar that was replaced under a running server founds nothing, whatever the server was started with:
        // the group goes on without it.
        final boolean resumed = node.session.received() >= 0 && !delivery.isStarted();
        found = !resumed && (bootstrap || address.addresses().isEmpty());
        if (found && !node.saved.safeToBootstrap()) {
            node.application.onResult(call, WsrepStatus.NODE_FAIL, 0,
                "It may not be safe to bootstrap the cluster from this node. It was not the last one to leave the"
                + " cluster and may not contain all the updates. "
                + "To force cluster bootstrap with this node, edit the grastate.dat file manually and set safe_to_bootstrap to 1 .");
            return;
        }
        connectCall = call;
        leaveCall = Offers.NOBODY;
        node.phase = Node.Phase.CONNECTING;
        node.ownState = NodeState.UNDEFINED;
        node.ownDesync = 0;
        node.stableIndex = 0;
        epochAtJoin = node.log().endEpoch();
        promoteAskedNs = clock.getAsLong() - PROMOTE_AGAIN_NS;
        stateMessageUnderWay = false;
        connectDeadlineNs = clock.getAsLong() + node.config.waitPrimaryNs();
        transfer.begin(donor, resumed);
        if (found) {
            dropForeignLog();
        }
        final long wanted = position.isDefined() ? position.seqno() + 1 : -1;
        node.saved.set(position.uuid(), -1, node.saved.safeToBootstrap());
        node.group.join(clusterName, address.addresses(), found, wanted, node.info());
    }

    /** Who founds a group with data that the log knows nothing of begins a new history. */
    private void dropForeignLog() {
        final RingLog log = node.log();
        if (log.endIndex() == 0) {
            return;
        }
        final boolean known = log.read(log.firstIndexOf(log.endEpoch()), entry) && entry.kind.isConfiguration();
        final UUID group = known ? views.read(entry).group() : Gtid.UNDEFINED_UUID;
        if (!group.equals(position.uuid())) {
            LOG.info("The log is of group {}, the server's data of {}: a new history begins", group, position);
            log.reset(0, 0, 0);
            forgetHistory();
        }
    }

    @Override
    public void disconnect(final long call) {
        if (node.phase == Node.Phase.CLOSED) {
            node.application.onFinal();
            node.application.onResult(call, WsrepStatus.OK, 0, "");
            return;
        }
        leaveCall = call;
        leave();
    }

    private void leave() {
        if (node.phase == Node.Phase.LEAVING || node.phase == Node.Phase.DRAINING || node.phase == Node.Phase.CLOSED) {
            return;
        }
        node.phase = node.phase == Node.Phase.FEEDING ? Node.Phase.LEAVING : abandon();
        node.offers.rejectWaiting(RingResult.CLOSED);
        node.group.leave();
    }

    /** Nothing was fed, so nothing is to be drained. */
    private Node.Phase abandon() {
        if (connectCall != Offers.NOBODY) {
            answer(connectCall, WsrepStatus.CONN_FAIL, "disconnected before a primary view was known");
            connectCall = Offers.NOBODY;
        }
        return Node.Phase.LEAVING;
    }

    @Override
    public void certify(final long call, final DirectBuffer writeSet, final int offset, final int length) {
        if (call != Offers.NOBODY) {
            node.openCalls.add(call);
        }
        scratch.putBytes(0, writeSet, offset, length);
        Origin.put(scratch, length, node.session.session().getMostSignificantBits(),
            node.session.session().getLeastSignificantBits(), call);
        offer(new Offers.Tag.WriteSet(call), EntryKind.WRITE_SET, length + Origin.LENGTH);
    }

    @Override
    public void fragment(final long call, final int number, final DirectBuffer bytes, final int offset, final int length) {
        scratch.putLong(WriteSetLayout.FRAGMENT_CALL_OFFSET, call, ByteOrder.LITTLE_ENDIAN);
        scratch.putInt(WriteSetLayout.FRAGMENT_NUMBER_OFFSET, number, ByteOrder.LITTLE_ENDIAN);
        scratch.putInt(WriteSetLayout.FRAGMENT_NUMBER_OFFSET + Integer.BYTES, 0, ByteOrder.LITTLE_ENDIAN);
        scratch.putBytes(WriteSetLayout.FRAGMENT_HEADER_LENGTH, bytes, offset, length);
        offer(new Offers.Tag.Fragment(call, number), EntryKind.FRAGMENT, WriteSetLayout.FRAGMENT_HEADER_LENGTH + length);
    }

    private void offer(final Offers.Tag tag, final EntryKind kind, final int length) {
        if (node.phase != Node.Phase.FEEDING) {
            offerRejected(tag, RingResult.CLOSED);
        } else if (!node.primary) {
            offerRejected(tag, RingResult.NOT_PRIMARY);
        } else {
            sendQueue.sample(node.offers.waitingCount());
            final long now = clock.getAsLong();
            final long originSeq = node.offers.offer(tag, kind, scratch, 0, length, flow.isHolding(now));
            if (originSeq >= 0 && kind == EntryKind.WRITE_SET) {
                latency.offered(originSeq, now);
            }
        }
    }

    @Override
    public void withdraw(final long call) {
        node.offers.withdraw(call);
        if (node.primary && node.phase == Node.Phase.FEEDING) {
            node.send(new Control.Withdraw(call), Offers.NOBODY);
        }
    }

    @Override
    public void revoke(final long call) {
        final byte[] payload = node.offers.revoke(call);
        if (payload != null && node.openCalls.take(call)) {
            if (new UnsafeBuffer(payload).getInt(WriteSetLayout.FRAGMENT_COUNT_OFFSET, ByteOrder.LITTLE_ENDIAN) > 0) {
                withdraw(call);
            }
            node.application.onRejected(call, RejectReason.REVOKED, "taken back while it waited for flow control");
        }
    }

    @Override
    public void progress(final long released, final int queueLength) {
        node.released = Math.max(node.released, released);
        node.queueLength = queueLength;
        // Galera's index reaches back to what some member has not committed; so do dependencies here, for the same averages.
        certifier().committed(node.state.releasedByAll(node.released));
        measure();
        ballot.released();
        if (node.phase == Node.Phase.FEEDING && node.primary && node.released - positionTold >= POSITION_STEP) {
            tellPosition();
        } else if (node.phase == Node.Phase.CLOSED) {
            answerLeft(clock.getAsLong());
        }
        pump();
    }

    @Override
    public void syncPoint(final long call) {
        if (node.primary && node.phase == Node.Phase.FEEDING) {
            syncPoints.add(call);
        } else {
            node.application.onSyncPoint(call, -1);
        }
    }

    @Override
    public void stateRequest(final int code, final byte[] request, final Gtid at) {
        transfer.requestAnswered(code, request, at, clock.getAsLong());
    }

    @Override
    public void snapshotReceived(final long call, final Gtid at, final int code) {
        final String refused = transfer.snapshotReceived(at, code);
        answer(call, refused == null ? WsrepStatus.OK : WsrepStatus.CONN_FAIL, refused == null ? "" : refused);
        pump();
    }

    @Override
    public void snapshotSent(final long call, final Gtid at, final int code) {
        final MemberState self = node.state.member(node.self());
        if (!node.primary || self == null || !self.isDonating()) {
            answer(call, WsrepStatus.CONN_FAIL, "this node gives no snapshot");
            return;
        }
        node.send(new Control.Joined(code, self.donatesTo), call);
    }

    @Override
    public void desync(final long call, final boolean desync) {
        if (node.primary && node.phase == Node.Phase.FEEDING) {
            node.send(new Control.Desync(desync), call);
        } else {
            answer(call, WsrepStatus.TRX_FAIL, "not in a primary view");
        }
    }

    @Override
    public void vote(final long seqno, final long hash, final String error) {
        ballot.cast(seqno, hash, error);
    }

    @Override
    public void setOptions(final long call, final String text) {
        answer(call, WsrepStatus.NOT_IMPLEMENTED, "options are set by the owner of the replicator");
    }

    // ---- GroupListener

    @Override
    public void onOrdered(final long index) {
        // Certification waits for stability; nothing to prefetch while the log's tail is in memory.
    }

    @Override
    public void onStable(final long index) {
        node.stableIndex = index;
        if (node.phase == Node.Phase.CONNECTING) {
            tryEnter();
        }
        if (node.phase != Node.Phase.CONNECTING && node.phase != Node.Phase.CLOSED) {
            processStable();
        }
    }

    /**
     * Enters with the ring whose VIEW entry is the first stable one of a newer epoch than the log had when this node
     * joined: what was stable before tells of earlier memberships.
     */
    private void tryEnter() {
        final long epoch = node.log().epochAt(node.stableIndex);
        final long first = epoch > epochAtJoin ? node.log().firstIndexOf(epoch) : -1;
        if (first < 0 || !node.log().read(first, entry) || entry.kind != EntryKind.VIEW) {
            return;
        }
        final RingView joinView = views.read(entry);
        if (!contains(joinView, node.self())) {
            return;
        }
        stateCursor = entry.index - 1;
        node.groupUuid = joinView.group();
        node.primary = true;
        ballot.clear();
        chosen.clear();
        LOG.info("Entered group {} in view {} at seqno {} with {} members", joinView.group(), joinView.number(),
            joinView.seqno(), joinView.members().size());
        final long call = connectCall;
        connectCall = Offers.NOBODY;
        if (node.application == null) {
            return;
        }
        transfer.entered(joinView, found, position);
        answer(call, WsrepStatus.OK, "");
    }

    private static boolean contains(final RingView view, final MemberId id) {
        for (final RingMember member : view.members()) {
            if (member.id().equals(id)) {
                return true;
            }
        }
        return false;
    }

    private void processStable() {
        while (stateCursor < node.stableIndex && node.log().read(stateCursor + 1, entry)) {
            stateCursor++;
            node.stableSeqno = entry.seqno;
            switch (entry.kind) {
                case VIEW -> viewStable();
                case CONFIG -> node.state.config(views.read(entry));
                case WRITE_SET -> {
                    if (isOwn()) {
                        node.offers.ordered(entry.originSeq);
                        if (latency.awaits(entry.originSeq)) {
                            latency.stable(clock.getAsLong());
                        }
                    }
                }
                case FRAGMENT -> {
                    if (isOwn() && node.offers.ordered(entry.originSeq) instanceof Offers.Tag.Fragment f && node.application != null) {
                        node.application.onFragmentOrdered(f.call(), f.number());
                    }
                }
                case CONTROL -> controlStable();
            }
        }
        pump();
    }

    private boolean isOwn() {
        final MemberId self = node.self();
        return entry.originMsb == self.msb() && entry.originLsb == self.lsb();
    }

    private void viewStable() {
        final RingView view = views.read(entry);
        node.state.view(view);
        node.groupUuid = view.group();
        ballot.view();
        flow.view(clock.getAsLong());
        stateMessageUnderWay = false;
        promoteAskedNs = clock.getAsLong() - PROMOTE_AGAIN_NS;
        if (!contains(view, node.self())) {
            return;
        }
        if (!node.primary) {
            StateTransfer.announceCatchUp(positionWhenLost, view.seqno());
        }
        node.primary = true;
        fateDeadlineNs = Long.MAX_VALUE;
        transfer.view();
        if (node.session != null) {
            node.saved.set(view.group(), -1, view.members().size() == 1);
        }
    }

    private void controlStable() {
        final MemberId from = new MemberId(entry.originMsb, entry.originLsb);
        final boolean own = isOwn();
        final long index = entry.index;
        final long seqno = entry.seqno;
        final Offers.Tag tag = own ? node.offers.ordered(entry.originSeq) : null;
        final long call = tag instanceof Offers.Tag.Message m ? m.call() : Offers.NOBODY;
        final Control control = node.codec.decode(entry.payload, 0, entry.payload.capacity());
        switch (control) {
            case null -> LOG.warn("A control entry at index {} of {} cannot be read; this node is older than that member", index, from);
            case Control.StateRequest c -> {
                final MemberState donor = node.state.stateRequest(from, c);
                if (donor != null) {
                    chosen.add(new Chosen(index, donor.id(), from, c.request()));
                    if (donor.id().equals(node.self())) {
                        keepOwnState(c); // else this node would correct the record of it as donor
                    }
                }
                if (own) {
                    transfer.ownRequestOrdered(seqno, donor, clock.getAsLong());
                }
            }
            case Control.Joined c -> {
                node.state.joined(from, c);
                if (c.joiner().equals(node.self())) {
                    transfer.donorDone(from, c.code());
                }
                answer(call, WsrepStatus.OK, "");
            }
            case Control.Synced c -> node.state.synced(from);
            case Control.Desync c -> {
                final boolean done = node.state.desync(from, c.on());
                answer(call, done ? WsrepStatus.OK : WsrepStatus.TRX_FAIL,
                    done ? "" : "the node was not in a state to " + (c.on() ? "desync" : "resync"));
            }
            case Control.Vote c -> ballot.vote(from, c);
            case Control.Position c -> node.state.position(from, c.released());
            case Control.StateIs c -> node.state.correct(from, c);
            case Control.VerdictsRequest c -> {
                final MemberState answers = firstWithData();
                if (answers != null) {
                    chosen.add(new Chosen(index, answers.id(), from, null));
                } else if (own) {
                    transfer.rejected(control);
                }
            }
            case Control.Verdicts c -> {
                if (c.joiner().equals(node.self())) {
                    transfer.verdicts(c);
                }
            }
            case Control.Withdraw c -> {
            }
            case Control.Flow c -> flow.flow(from, c, clock.getAsLong());
        }
        if (own && node.state.member(from) != null) {
            stateMessageUnderWay &= !isStateMessage(control);
            keepOwnState(control);
        }
    }

    private static boolean isStateMessage(final Control control) {
        return control instanceof Control.Joined || control instanceof Control.Synced || control instanceof Control.StateIs;
    }

    private void keepOwnState(final Control control) {
        final MemberState self = node.state.member(node.self());
        final boolean changed = self.state() != node.ownState || self.desyncCount() != node.ownDesync;
        node.ownState = self.state();
        node.ownDesync = self.desyncCount();
        if (changed && node.session != null) {
            node.group.info(node.info());
        }
    }

    private MemberState firstWithData() {
        for (final MemberState member : node.state.members()) {
            if (member.state() == NodeState.SYNCED) {
                return member;
            }
        }
        for (final MemberState member : node.state.members()) {
            if (member.hasData() && !member.id().equals(node.self())) {
                return member;
            }
        }
        return null;
    }

    @Override
    public void onNotPrimary(final RingView view) {
        final boolean was = node.primary;
        node.primary = false;
        if (was) {
            positionWhenLost = delivery.position();
            node.ownState = node.ownState == NodeState.SYNCED ? NodeState.JOINED : node.ownState;
            node.offers.rejectWaiting(RingResult.NOT_PRIMARY);
            flow.clear(clock.getAsLong());
            latency.forget();
            fateDeadlineNs = clock.getAsLong() + node.config.fateNs();
        }
        if (node.application == null) {
            return;
        }
        syncPoints.fail(node.application);
        node.group.info(node.info());
        if (node.phase == Node.Phase.FEEDING && was) {
            node.application.onView(node.toView(view, new Gtid(node.groupUuid, delivery.position())), ViewUse.CHANGE);
            node.show(NodeState.UNDEFINED, NodeState.UNDEFINED.comment());
        }
    }

    @Override
    public void onRejected(final long originSeq, final long reason) {
        node.offers.rejected(originSeq, reason);
    }

    private void offerRejected(final Offers.Tag tag, final long reason) {
        switch (tag) {
            case Offers.Tag.WriteSet w -> rejectCall(w.call(), reason);
            case Offers.Tag.Fragment f -> {
                node.openCalls.add(f.call());
                rejectCall(f.call(), reason);
            }
            case Offers.Tag.Message m -> {
                stateMessageUnderWay &= !isStateMessage(m.control());
                transfer.rejected(m.control());
                ballot.rejected(m.control());
                answer(m.call(), WsrepStatus.TRX_FAIL, "not in a primary view");
            }
        }
    }

    private void rejectCall(final long call, final long reason) {
        if (!node.openCalls.take(call) || node.application == null) {
            return;
        }
        if (reason == RingResult.TOO_LARGE) {
            node.application.onRejected(call, RejectReason.TOO_LARGE, "larger than one entry of the ring may be");
        } else if (reason == RingResult.CLOSED) {
            node.application.onRejected(call, RejectReason.CLOSED, "the node is not in a group");
        } else {
            node.application.onRejected(call, RejectReason.NOT_PRIMARY, "the node is not in a primary view");
        }
    }

    @Override
    public void onBarrier(final long barrier, final long index) {
        if (node.application != null) {
            syncPoints.onBarrier(barrier, index, node.application);
            answerSyncPoints();
        }
    }

    private void answerSyncPoints() {
        if (syncPoints.isWaiting() && node.log().read(stateCursor, entry)) {
            syncPoints.onStable(stateCursor, entry.seqno, node.application);
        }
    }

    @Override
    public void onHistoryDiffers(final String what) {
        LOG.warn("Nothing here can be continued: {}", what);
        forgetHistory();
        position = Gtid.UNDEFINED;
        if (node.phase != Node.Phase.CONNECTING && node.phase != Node.Phase.LEAVING && node.phase != Node.Phase.CLOSED) {
            // Back among the others, with another history: enter as a joiner does.
            node.phase = Node.Phase.CONNECTING;
            transfer.begin("", true);
            epochAtJoin = node.state.view() == null ? epochAtJoin : node.state.view().epoch();
        }
    }

    private void forgetHistory() {
        delivery.reset();
        if (verdictFile != null) {
            verdictFile.store(new VerdictWindow(node.config.certifier().window()));
        }
    }

    @Override
    public void onLeft() {
        node.primary = false;
        node.phase = Node.Phase.DRAINING;
        pump();
    }

    @Override
    public void onBatchEnd() {
        if (node.group == null) {
            return;
        }
        if (node.application != null) {
            if (node.primary) {
                node.offers.retry(flow.isHolding(clock.getAsLong()));
                syncPoints.start(node.group, node.application);
            }
            pump();
            answerSyncPoints();
            measure();
        }
        announce();
    }

    /** When {@link #onTimer} is due; a time of {@link System#nanoTime}. */
    public long nextDeadlineNs() {
        return delivery.isStarted() && node.application != null && !delivery.isComplete(deliverLimit()) && !node.application.isFeedFull()
            ? clock.getAsLong() : tickNs + TICK_NS;
    }

    /** To be called when {@link #nextDeadlineNs} is due. */
    public void onTimer(final long nowNs) {
        tickNs = nowNs;
        if (node.phase == Node.Phase.CONNECTING && nowNs - connectDeadlineNs >= 0 && connectCall != Offers.NOBODY) {
            answer(connectCall, WsrepStatus.NODE_FAIL, "no primary view within " + node.config.waitPrimaryNs() / 1_000_000_000L
                + " s: none of the members in wsrep_cluster_address answers, or they are no majority");
            connectCall = Offers.NOBODY;
            leave();
        }
        if (fateDeadlineNs != Long.MAX_VALUE && nowNs - fateDeadlineNs >= 0) {
            fateDeadlineNs = Long.MAX_VALUE;
            if (node.application != null) {
                node.openCalls.rejectAll(RejectReason.FATE_UNKNOWN, "the primary view was lost after the write set was sent",
                    node.application);
            }
        }
        if (node.phase == Node.Phase.CLOSED) {
            answerLeft(nowNs);
        }
        transfer.tick(nowNs);
        if (nowNs - positionNs >= POSITION_NS) {
            positionNs = nowNs;
            purge();
            if (node.primary && node.phase == Node.Phase.FEEDING && node.released > positionTold) {
                tellPosition();
            }
        }
        onBatchEnd();
    }

    // ---- what this node says

    private void tellPosition() {
        positionTold = node.released;
        node.send(new Control.Position(node.released), Offers.NOBODY);
    }

    /** Write sets that are stable and not applied: here, and in the application's queue. */
    private long backlog() {
        final long waiting = delivery.isStarted() ? Math.max(0, node.stableSeqno - delivery.seqno()) : 0;
        return waiting + node.queueLength;
    }

    private void measure() {
        final long backlog = backlog();
        receiveQueue.sample(backlog);
        if (node.primary && node.phase == Node.Phase.FEEDING) {
            flow.backlog(backlog, clock.getAsLong());
        }
    }

    /** Brings the group's record of this node's state to what it is, one message at a time. */
    private void announce() {
        final MemberState self = node.group == null ? null : node.state.member(node.self());
        if (!node.primary || self == null || stateMessageUnderWay || node.application == null || node.phase != Node.Phase.FEEDING) {
            return;
        }
        if (self.weight() == 0 && clock.getAsLong() - promoteAskedNs >= PROMOTE_AGAIN_NS) {
            promoteAskedNs = clock.getAsLong();
            node.group.promote();
        }
        if (!self.hasData()) {
            say(node.ownState == NodeState.UNDEFINED || node.ownState == NodeState.JOINER ? new Control.Joined(0, MemberId.NONE)
                : new Control.StateIs(node.ownState, node.ownDesync));
        } else if (self.desyncCount() != node.ownDesync || self.state() != node.ownState) {
            say(new Control.StateIs(node.ownState, node.ownDesync));
        } else if (self.state() == NodeState.JOINED && isCaughtUp()) {
            say(new Control.Synced());
        }
    }

    private void say(final Control control) {
        stateMessageUnderWay = true;
        node.send(control, Offers.NOBODY);
    }

    private boolean isCaughtUp() {
        return delivery.isComplete(stateCursor) && node.queueLength <= node.config.flowLimit();
    }

    private void purge() {
        if (!delivery.isStarted() || node.phase != Node.Phase.FEEDING) {
            return;
        }
        final long needed = Math.min(node.state.releasedByAll(node.released), delivery.seqno() - 2L * node.config.certifier().window());
        if (needed > 0) {
            final long index = node.log().indexOfSeqno(needed);
            if (index > 0) {
                retention.purge(Math.min(index, delivery.neededFrom() - 1));
            }
        }
    }

    // ---- delivery

    private long deliverLimit() {
        return node.phase == Node.Phase.FEEDING || node.phase == Node.Phase.LEAVING
            || node.phase == Node.Phase.DRAINING ? stateCursor : delivery.cursor();
    }

    private void pump() {
        if (pumping) {
            pumpAgain = true;
            return;
        }
        pumping = true;
        try {
            do {
                pumpAgain = false;
                if (delivery.isStarted() && node.application != null) {
                    delivery.pass(deliverLimit(), node.application);
                }
            } while (pumpAgain);
            if (delivery.isStarted() && delivery.seqno() - verdictsKept >= VERDICTS_STEP) {
                keepVerdicts();
            }
        } finally {
            pumping = false;
        }
        if (node.phase == Node.Phase.DRAINING && (!delivery.isStarted() || node.application == null || delivery.isComplete(stateCursor)
            || node.application.isFeedFull())) {
            // What a full feed does not take any more stays in the log; a server that leaves must not wait for its own appliers.
            delivery.cutOff();
            close();
        }
    }

    private void keepVerdicts() {
        verdictsKept = delivery.seqno();
        if (verdictFile != null && delivery.certifier().verdicts().position() >= 0) {
            verdictFile.store(delivery.certifier().verdicts());
        }
    }

    private void close() {
        node.phase = Node.Phase.CLOSED;
        fateDeadlineNs = Long.MAX_VALUE;
        node.offers.rejectWaiting(RingResult.CLOSED);
        node.offers.forgetUnderWay();
        chosen.clear();
        if (delivery.isStarted()) {
            keepVerdicts();
            position = new Gtid(node.groupUuid, delivery.position());
        }
        if (node.application != null) {
            node.openCalls.rejectAll(RejectReason.FATE_UNKNOWN, "the node left the group after the write set was sent", node.application);
            syncPoints.fail(node.application);
            node.show(NodeState.UNDEFINED, NodeState.UNDEFINED.comment());
            node.application.onFinal();
        }
        leftDeadlineNs = clock.getAsLong() + LEFT_NS;
        answerLeft(leftDeadlineNs - LEFT_NS);
        final Runnable next = afterLeft;
        afterLeft = null;
        if (next != null && node.application != null) {
            next.run();
        }
    }

    /**
     * The server may exit as soon as it has this answer, and this process with it: the position is written down
     * before, unless the server never comes to the end of what it was given.
     */
    private void answerLeft(final long nowNs) {
        savePosition();
        if (leaveCall != Offers.NOBODY && (!position.isDefined() || node.released >= position.seqno() || nowNs - leftDeadlineNs >= 0)) {
            final long call = leaveCall;
            leaveCall = Offers.NOBODY;
            answer(call, WsrepStatus.OK, "");
        }
    }

    /** Writes the position down once everything given is committed. */
    private void savePosition() {
        if (node.saved != null && position.isDefined() && node.released >= position.seqno()) {
            node.saved.set(position.uuid(), position.seqno(), node.saved.safeToBootstrap());
        }
    }

    private void answer(final long call, final WsrepStatus status, final String text) {
        if (call != Offers.NOBODY && node.application != null) {
            node.application.onResult(call, status, 0, text);
        }
    }

    /** Adds what only the replicator knows, names and order as Galera's. */
    public void status(final StatusSink sink) {
        final long now = clock.getAsLong();
        sink.add("protocol_version", node.primary ? ReplicatorStatus.PROTOCOL : -1);
        sink.add("protocol_application", node.primary ? Node.PROTOCOL : -1);
        sink.add("protocol_replicator", node.primary ? ReplicatorStatus.PROTOCOL : -1);
        sink.add("protocol_GCS", node.primary ? ReplicatorStatus.GCS_PROTOCOL : -1);
        sendQueue.addTo(sink, "local_send_queue");
        receiveQueue.addTo(sink, "local_recv_queue");
        sink.add("local_cached_downto", node.phase == Node.Phase.CLOSED ? -1 : node.baseSeqno() + 1);
        flow.addTo(sink, now);
        sink.add("cert_deps_distance", certifier().statistics().dependencyDistance());
        sink.add("cert_index_size", certifier().indexSize());
        sink.add("causal_reads", syncPoints.causalReads());
        sink.add("cert_interval", certifier().statistics().interval());
        ReplicatorStatus.addMembers(sink, node, latency);
    }

    /** Starts averages and extremes anew, as FLUSH STATUS does. */
    public void resetStatus() {
        sendQueue.reset();
        receiveQueue.reset();
        flow.resetAverages(clock.getAsLong());
        certifier().statistics().resetAverages();
    }

    /** The members as the order says so far; live. */
    public List<MemberState> members() {
        return node.state.members();
    }

    /** Write sets that did not commit, and what they met. */
    public ConflictJournal conflicts() {
        return delivery.conflicts();
    }

    /** Certification as far as delivered. */
    public Certifier certifier() {
        return delivery.certifier();
    }

    private final class Delivered implements Delivery.Listener {
        @Override
        public void viewDelivered(final RingView view) {
            if (!contains(view, node.self()) && (node.phase == Node.Phase.LEAVING || node.phase == Node.Phase.DRAINING)) {
                node.application.onSkip(view.seqno());
            } else {
                node.application.onView(node.toView(view, new Gtid(view.group(), view.seqno())), transfer.useOf(view));
            }
        }

        @Override
        public void controlDelivered(final long index, final long seqno, final MemberId origin, final Control control) {
            while (!chosen.isEmpty() && chosen.peek().index < index) {
                chosen.poll();
            }
            if (!chosen.isEmpty() && chosen.peek().index == index && chosen.peek().member.equals(node.self())) {
                final Chosen c = chosen.poll();
                transfer.answerVerdicts(c.joiner);
                if (c.request != null) {
                    node.show(NodeState.DONOR, NodeState.DONOR.comment());
                    node.application.onDonate(new Gtid(node.groupUuid, seqno), c.request, false);
                }
            }
            if (origin.equals(node.self()) && index > transfer.joinView().index()) {
                ownControlDelivered(control);
            }
        }

        private void ownControlDelivered(final Control control) {
            switch (control) {
                case Control.Synced c -> {
                    node.show(NodeState.SYNCED, NodeState.SYNCED.comment());
                    node.application.onSynced();
                }
                case Control.Joined c -> node.show(node.ownState, node.ownState.comment());
                case Control.Desync c -> node.show(node.ownState, node.ownState.comment());
                default -> {
                }
            }
        }

        @Override
        public boolean takeCall(final long sessionMsb, final long sessionLsb, final long call) {
            return node.session.session().getMostSignificantBits() == sessionMsb
                && node.session.session().getLeastSignificantBits() == sessionLsb
                && node.openCalls.take(call);
        }

        @Override
        public void undeliverable(final String what) {
            transfer.fail(what);
        }
    }
}

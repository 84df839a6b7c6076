// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.certification.replicator.StatusSink;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.Member;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.ReplicationEngine;
import io.carillon.wsrep.Seqno;
import io.carillon.wsrep.View;
import io.carillon.wsrep.WriteSetLayout;
import io.carillon.wsrep.WsrepStatus;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A member of a {@link FakeGroup} with one session: the engine that the provider's tests run against. */
public final class FakeNode implements ReplicationEngine, SessionHost, SessionHost.Attachment {
    private final FakeGroup group;
    private final Map<Long, ByteArrayOutputStream> fragments = new HashMap<>();
    public final List<String> events = new ArrayList<>();
    public ReplicatedApplication application;
    AllowList allowList;
    public Hello hello;
    /** When set, HELLO is refused with it. */
    public String refusal;
    /** When true, nothing is ordered until {@link #speak}: fates stay open. */
    public boolean silent;
    long released = Seqno.UNDEFINED;
    private final List<Runnable> unordered = new ArrayList<>();
    private long delivered;
    private boolean waitsForSnapshot;
    private boolean synced;
    private FakeNode donor;
    private FakeNode joiner;

    FakeNode(final FakeGroup group) {
        this.group = group;
    }

    Member member() {
        return new Member(hello.session(), hello.nodeName(), hello.incoming());
    }

    @Override
    public Attachment attach(final Hello said, final ReplicatedApplication server, final AllowList peers) throws SessionRefusedException {
        if (refusal != null) {
            throw new SessionRefusedException(WsrepStatus.NODE_FAIL, refusal);
        }
        hello = said;
        application = server;
        allowList = peers;
        application.onState(NodeState.UNDEFINED, NodeState.UNDEFINED.comment());
        if (group.connected.contains(this)) {
            resume();
        }
        return this;
    }

    /** A new connection of the same session: what came is not fed again, open calls are answered. */
    private void resume() {
        for (final long call : hello.openCalls()) {
            boolean ordered = false;
            for (final FakeGroup.Entry entry : group.entries) {
                ordered |= entry instanceof FakeGroup.WriteSet set && set.node() == this && set.call() == call;
            }
            if (!ordered) {
                application.onRejected(call, RejectReason.NOT_PRIMARY, "never ordered");
            }
        }
        delivered = Math.max(hello.received(), hello.released());
        deliver();
    }

    @Override
    public ReplicationEngine engine() {
        return this;
    }

    @Override
    public String options() {
        return "fake = yes; ";
    }

    @Override
    public String version() {
        return "fake";
    }

    @Override
    public void status(final StatusSink into) {
        into.add("cluster_weight", (long) group.connected.size());
        into.add("flow_control_paused", 0.5);
        into.add("gcomm_uuid", group.uuid.toString());
    }

    @Override
    public void pause(final boolean on) {
        events.add("pause " + on);
    }

    @Override
    public void isolate(final int mode) {
        events.add("isolate " + mode);
    }

    @Override
    public void resetStatus() {
        events.add("reset status");
    }

    @Override
    public void peerAnswered(final long number, final boolean admitted) {
        events.add("peer " + number + " " + admitted);
    }

    @Override
    public void detach() {
        events.add("detach");
        application = null;
    }

    @Override
    public void connect(final long call, final String clusterName, final String url, final String donorName, final boolean bootstrap) {
        events.add("connect " + clusterName + " " + url + " " + bootstrap);
        if (url.contains("unreachable")) {
            application.onResult(call, WsrepStatus.NODE_FAIL, 0, "nobody answers at " + url);
            return;
        }
        if (group.connected.contains(this)) {
            application.onResult(call, WsrepStatus.OK, 0, "");
            return;
        }
        synced = false;
        final boolean first = group.entries.isEmpty();
        final boolean known = group.uuid.equals(hello.state().uuid());
        delivered = first ? 0 : known ? hello.state().seqno() : Long.MAX_VALUE;
        waitsForSnapshot = !first && !known;
        group.connected.add(this);
        final List<Member> members = new ArrayList<>(group.connected.stream().map(FakeNode::member).toList());
        members.sort(java.util.Comparator.comparing(Member::id));
        group.connected.remove(this);
        final View joined = group.view(new FakeGroup.Configuration(members, group.seqno() + 1), group.seqno() + 1, hello.session());
        if (first) {
            group.join(this);
        } else {
            application.onState(NodeState.JOINER, NodeState.JOINER.comment());
            application.onView(joined, ReplicatedApplication.ViewUse.CONNECTED_ONLY);
            if (waitsForSnapshot) {
                application.onStateRequestNeeded();
            } else {
                application.onView(new View(new Gtid(group.uuid, delivered), joined.number(), View.Status.PRIMARY, joined.ownIndex(), 4,
                    members), ReplicatedApplication.ViewUse.SYNTHETIC);
            }
            group.join(this);
        }
        application.onResult(call, WsrepStatus.OK, 0, "");
        deliver();
    }

    @Override
    public void reconnect(final String clusterName, final String url, final String donorName) {
        connect(-1, clusterName, url, donorName, false);
    }

    @Override
    public void disconnect(final long call) {
        group.leave(this);
        application.onView(new View(Gtid.UNDEFINED, -1, View.Status.DISCONNECTED, -1, 4, List.of()), ReplicatedApplication.ViewUse.CHANGE);
        application.onFinal();
        application.onResult(call, WsrepStatus.OK, 0, "");
        hello = new Hello(hello.session(), hello.pid(), hello.nodeName(), hello.nodeAddress(), hello.incoming(), hello.dataDir(),
            hello.options(), new Gtid(group.uuid, delivered), delivered, delivered, new long[0],
            0);
    }

    @Override
    public void certify(final long call, final DirectBuffer writeSet, final int offset, final int length) {
        final byte[] header = new byte[length];
        writeSet.getBytes(offset, header);
        if (!group.connected.contains(this)) {
            application.onRejected(call, RejectReason.NOT_PRIMARY, "not connected");
        } else {
            final ByteArrayOutputStream whole = new ByteArrayOutputStream();
            whole.writeBytes(header);
            final ByteArrayOutputStream sections = fragments.remove(call);
            if (sections != null) {
                whole.writeBytes(sections.toByteArray());
            }
            if (silent) {
                unordered.add(() -> group.order(this, hello.session(), call, whole.toByteArray()));
            } else {
                group.order(this, hello.session(), call, whole.toByteArray());
            }
        }
    }

    /** How many write sets wait for {@link #speak}. */
    public int unorderedCount() {
        return unordered.size();
    }

    /** Orders what waited. */
    public void speak() {
        silent = false;
        unordered.forEach(Runnable::run);
        unordered.clear();
    }

    @Override
    public void fragment(final long call, final int number, final DirectBuffer bytes, final int offset, final int length) {
        final byte[] copy = new byte[length];
        bytes.getBytes(offset, copy);
        fragments.computeIfAbsent(call, ignored -> new ByteArrayOutputStream()).writeBytes(copy);
        application.onFragmentOrdered(call, number);
    }

    @Override
    public void withdraw(final long call) {
        events.add("withdraw " + call);
        fragments.remove(call);
    }

    @Override
    public void revoke(final long call) {
        events.add("revoke " + call);
    }

    @Override
    public void progress(final long upTo, final int queueLength) {
        released = upTo;
        deliver();
    }

    @Override
    public void syncPoint(final long call) {
        application.onSyncPoint(call, group.connected.contains(this) ? group.seqno() : Seqno.UNDEFINED);
    }

    @Override
    public void stateRequest(final int code, final byte[] request, final Gtid position) {
        events.add("state request " + code + " " + new String(request).trim().replace('\0', ' '));
        donor = group.connected.get(0);
        donor.joiner = this;
        donor.application.onState(NodeState.DONOR, NodeState.DONOR.comment());
        donor.application.onDonate(new Gtid(group.uuid, donor.delivered), request, false);
    }

    @Override
    public void snapshotReceived(final long call, final Gtid position, final int code) {
        events.add("snapshot received " + position.seqno() + " " + code);
        waitsForSnapshot = false;
        delivered = position.seqno();
        application.onResult(call, WsrepStatus.OK, 0, "");
        deliver();
    }

    @Override
    public void snapshotSent(final long call, final Gtid position, final int code) {
        events.add("snapshot sent " + position.seqno() + " " + code);
        application.onResult(call, WsrepStatus.OK, 0, "");
        application.onState(NodeState.JOINED, NodeState.JOINED.comment());
        application.onState(NodeState.SYNCED, NodeState.SYNCED.comment());
        application.onSynced();
    }

    @Override
    public void desync(final long call, final boolean desync) {
        events.add("desync " + desync);
        application.onResult(call, WsrepStatus.OK, 0, "");
    }

    @Override
    public void vote(final long seqno, final long hash, final String error) {
        events.add("vote " + seqno + " " + hash + " " + error);
    }

    @Override
    public void setOptions(final long call, final String text) {
        events.add("options " + text);
        final WsrepStatus status = text.contains("unknown") ? WsrepStatus.WARNING : WsrepStatus.OK;
        application.onResult(call, status, 0, text.isEmpty() ? options() : text + "; ");
    }

    /** Gives the server what it has not had, as far as it takes it. */
    void deliver() {
        while (application != null && !waitsForSnapshot && delivered < group.seqno() && !application.isFeedFull()) {
            delivered++;
            deliver(delivered, group.at(delivered));
        }
        if (application != null && !waitsForSnapshot && !synced && group.connected.contains(this) && delivered == group.seqno()) {
            synced = true;
            application.onState(NodeState.SYNCED, NodeState.SYNCED.comment());
            application.onSynced();
        }
    }

    private void deliver(final long seqno, final FakeGroup.Entry entry) {
        switch (entry) {
            case FakeGroup.Configuration configuration -> application.onView(group.view(configuration, seqno, hello.session()),
                seqno == 1 ? ReplicatedApplication.ViewUse.CONNECTED : ReplicatedApplication.ViewUse.CHANGE);
            case FakeGroup.WriteSet set when set.node() == this && set.origin().equals(hello.session()) ->
                application.onVerdict(set.call(), seqno, set.dependsOn(), set.conflict() == Seqno.UNDEFINED, set.conflict());
            case FakeGroup.WriteSet set -> deliver(seqno, set);
        }
    }

    private void deliver(final long seqno, final FakeGroup.WriteSet set) {
        final UnsafeBuffer bytes = new UnsafeBuffer(set.bytes());
        final int dataOffset = WriteSetLayout.HEADER_LENGTH + bytes.getInt(WriteSetLayout.KEY_COUNT_OFFSET) * WriteSetLayout.KEY_LENGTH
            + bytes.getInt(WriteSetLayout.NAMES_LENGTH_OFFSET);
        final int dataLength = (int) bytes.getLong(WriteSetLayout.DATA_LENGTH_OFFSET);
        application.onWriteSet(seqno, set.dependsOn(), bytes.getInt(WriteSetLayout.FLAGS_OFFSET),
            set.conflict() == Seqno.UNDEFINED, set.origin(),
            bytes.getLong(WriteSetLayout.TRX_ID_OFFSET), bytes.getLong(WriteSetLayout.CONNECTION_ID_OFFSET), dataLength, bytes, dataOffset,
            dataLength);
    }
}

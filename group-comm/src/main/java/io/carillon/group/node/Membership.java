// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.DurableRingLog;
import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;
import io.carillon.group.RingStateStore;
import io.carillon.group.blackbox.BlackBox;
import io.carillon.group.ring.Configuration;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.RingCore;
import io.carillon.group.ring.RingEffects;
import io.carillon.group.ring.RingResult;
import io.carillon.group.ring.RingState;
import io.carillon.group.ring.RingView;
import io.carillon.group.ring.TraceEvent;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.LinkStatus;
import io.carillon.group.transport.LoopTimer;
import io.carillon.group.transport.Mesh;
import io.carillon.group.transport.MeshListener;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stay in a group, from join to leave: the ring, its log and the mesh, tied together. The order of a pass is what
 * makes acknowledgements true: what was read goes through the
 * ring, the log is flushed, the ring hears how far it is durable, and only then says so to others.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Membership implements RingEffects, MeshListener {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final int ROUNDS_MAX = 16;

    private final EngineLoop loop;
    private final DurableRingLog log;
    private final RingStateStore store;
    private final GroupEvents events;
    private final RingJournal journal;
    private final BlackBox box;
    private final Consumer<RingState> stateKept;
    private final Consumer<String> listenFailed;
    private final LoopTimer timer;
    private final LongArrayList persisted = new LongArrayList();
    private final IntArrayList linked = new IntArrayList();
    private RingCore ring;
    private Mesh mesh;
    private boolean touched;
    private boolean appended;
    private boolean logged;
    private boolean left;
    private boolean ended;
    private RuntimeException broken;

    Membership(final EngineLoop loop, final DurableRingLog log, final RingStateStore store, final GroupEvents events,
        final RingJournal journal, final Consumer<RingState> stateKept, final Consumer<String> listenFailed) {
        this.loop = loop;
        this.log = log;
        this.store = store;
        this.events = events;
        this.journal = journal;
        box = journal.box();
        this.stateKept = stateKept;
        this.listenFailed = listenFailed;
        // The pass that follows does the work.
        timer = loop.timer(() -> touched = true);
        log.onLogged(index -> logged = true);
    }

    void begin(final RingConfig config, final RingState restored, final Mesh carrier) {
        mesh = carrier;
        ring = new RingCore(config, restored, log, this);
        box.started(loop.nowNs(), restored.self(), config.name(), restored.promisedEpoch(), log.endIndex(), restored.stableIndex());
    }

    /** Calls the ring. What it throws stops the node at the end of the pass, not the caller. */
    void call(final Consumer<RingCore> action) {
        touched = true;
        try {
            action.accept(ring);
        } catch (final RuntimeException e) {
            broken = e;
        }
    }

    /** See {@link RingCore#offer}. */
    long offer(final EntryKind kind, final DirectBuffer buffer, final int offset, final int length) {
        try {
            final long result = ring.offer(loop.nowNs(), kind, buffer, offset, length);
            // What is refused is tried again at the end of passes: another one only for that would be the next of an endless row.
            touched |= result > 0;
            return result;
        } catch (final RuntimeException e) {
            broken = e;
            return RingResult.CLOSED;
        }
    }

    /** See {@link RingCore#barrier}. */
    long barrier() {
        touched = true;
        try {
            return ring.barrier(loop.nowNs());
        } catch (final RuntimeException e) {
            broken = e;
            return RingResult.CLOSED;
        }
    }

    Mesh mesh() {
        return mesh;
    }

    /** See {@link RingCore#holder}. */
    MemberId holder() {
        return ring.holder();
    }

    /** See {@link RingCore#tokenSeq}. */
    long tokenSeq() {
        return ring.tokenSeq();
    }

    /** See {@link RingCore#epoch}. */
    long epoch() {
        return ring.epoch();
    }

    /** See {@link RingCore#state}. */
    String state() {
        return ring.state();
    }

    /** See {@link RingCore#stableConfiguration}. */
    Configuration stableConfiguration() {
        return ring.stableConfiguration();
    }

    /** See {@link RingCore#rotates}. */
    boolean rotates() {
        return ring.rotates();
    }

    /** Tells whether the ring was called since the last {@link #endPass}. */
    boolean isTouched() {
        return touched;
    }

    boolean hasLeft() {
        return left;
    }

    /** Ring and log as far as they go in this pass, then the sockets. */
    void endPass() {
        if (broken != null) {
            throw broken;
        }
        if (!touched && !appended && !logged && persisted.isEmpty()) {
            mesh.flush();
            return;
        }
        int rounds = 0;
        do {
            round();
            rounds++;
        } while (!ended && (appended || logged || !persisted.isEmpty()) && rounds < ROUNDS_MAX);
        mesh.flush();
        if (appended || logged || !persisted.isEmpty()) {
            loop.execute(() -> touched = true);
        }
        timer.deadline(ring.nextDeadlineNs());
    }

    private void round() {
        touched = false;
        if (appended) {
            appended = false;
            final long startNs = loop.nowNs();
            log.flush();
            final long endNs = loop.nowNs();
            box.logWritten(endNs, endNs - startNs);
        }
        final long nowNs = loop.nowNs();
        if (logged) {
            logged = false;
            box.logged(log.loggedIndex());
            ring.onLogged(nowNs, log.loggedIndex());
        }
        while (!persisted.isEmpty()) {
            ring.onPersisted(nowNs, persisted.removeAt(0));
        }
        if (nowNs - ring.nextDeadlineNs() >= 0 && ring.nextDeadlineNs() != Long.MAX_VALUE) {
            box.timer(nowNs, nowNs - ring.nextDeadlineNs());
            tellRoundTrips();
            ring.onTimer(nowNs);
        }
        ring.flush(nowNs);
    }

    /** What the ring waits for on a timer may depend on them. */
    private void tellRoundTrips() {
        for (int nth = 0; nth < linked.size(); nth++) {
            final int peer = linked.getInt(nth);
            ring.onRoundTrip(peer, mesh.roundTripNs(peer));
        }
    }

    /** Closes links and timers; late completions find nobody. */
    void end() {
        ended = true;
        box.ended(loop.nowNs());
        timer.cancel();
        log.onLogged(index -> { });
        mesh.stop();
    }

    // ---- MeshListener

    @Override
    public void onPeerUp(final long nowNs, final int peer, final MemberId id) {
        box.peerUp(nowNs, peer, id, nodeName(id));
        linked.addInt(peer);
        call(r -> r.onPeerUp(nowNs, peer, id));
    }

    @Override
    public void onPeerDown(final long nowNs, final int peer) {
        box.peerDown(nowNs, peer);
        linked.removeInt(peer);
        call(r -> r.onPeerDown(nowNs, peer));
    }

    @Override
    public void onPacket(final long nowNs, final int peer, final DirectBuffer buffer, final int offset, final int length) {
        touched = true;
        if (broken != null) {
            return;
        }
        box.packetIn(nowNs, peer, buffer, offset, length);
        try {
            ring.onPacket(nowNs, peer, buffer, offset, length);
        } catch (final RuntimeException e) {
            broken = e;
        }
    }

    @Override
    public void onListenFailed(final String what) {
        listenFailed.accept(what);
    }

    private String nodeName(final MemberId id) {
        for (final LinkStatus link : mesh.links()) {
            if (link.member().equals(id)) {
                return link.node();
            }
        }
        return "";
    }

    // ---- RingEffects

    @Override
    public void send(final int peer, final DirectBuffer packet, final int offset, final int length, final TrafficClass trafficClass) {
        box.packetOut(peer, packet, offset, length);
        mesh.send(peer, packet, offset, length, trafficClass);
    }

    @Override
    public void broadcast(final int[] peers, final int count, final DirectBuffer packet, final int offset, final int length,
        final TrafficClass trafficClass) {
        for (int nth = 0; nth < count; nth++) {
            box.packetOut(peers[nth], packet, offset, length);
        }
        mesh.broadcast(peers, count, packet, offset, length, trafficClass);
    }

    @Override
    public void persist(final long ticket, final RingState state) {
        stateKept.accept(state);
        store.persist(state, () -> {
            if (!ended) {
                persisted.addLong(ticket);
            }
        });
    }

    @Override
    public void ordered(final long index) {
        appended = true;
        box.ordered(index);
        events.ordered(index);
    }

    @Override
    public void stable(final long index) {
        box.stable(index);
        events.stable(index);
    }

    @Override
    public void notPrimary(final RingView view) {
        events.notPrimary(view);
    }

    @Override
    public void rejected(final long originSeq, final long reason) {
        box.rejected(loop.nowNs(), originSeq, reason);
        events.rejected(originSeq, reason);
    }

    @Override
    public void barrier(final long barrier, final long index) {
        events.barrier(barrier, index);
    }

    @Override
    public void left() {
        left = true;
    }

    @Override
    public void historyDiffers(final String what) {
        events.historyDiffers(what);
    }

    @Override
    public void trace(final TraceEvent event, final long a, final long b, final long c) {
        journal.trace(loop.nowNs(), event, a, b, c);
        if (event == TraceEvent.TOKEN_MODE_REFUSED) {
            LOG.warn("carillon.ring.token=rotate is not in force: not every one of the {} members is set so, and the token is parked. It"
                + " goes round once all have the same setting and a view has changed", b);
        }
    }
}

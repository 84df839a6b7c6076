// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingCore;
import io.carillon.group.ring.RingEffects;
import io.carillon.group.ring.RingState;
import io.carillon.group.ring.RingView;
import io.carillon.group.ring.TraceEvent;
import io.carillon.group.ring.TrafficClass;
import java.util.ArrayDeque;
import org.agrona.DirectBuffer;

/**
 * One node: a process that lives, pauses, dies and starts again, with the disk and the application that outlive it.
 * Owns the production core as the real process does: inputs of a
 * batch, then flush of the log, then flush of the ring.
 */
final class SimulatedNode implements RingEffects, SimulatedLog.Observer {
    private static final long NEVER = Long.MAX_VALUE;

    private final Simulator simulator;
    private final SwarmOptions options;
    private final int number;
    private final long clockOffset;
    private final Xoshiro256 disk;
    private final ApplicationModel application;
    private final NodeTrace trace = new NodeTrace();
    private final ArrayDeque<Integer> inbox = new ArrayDeque<>();
    private final ArrayDeque<RingState> persisting = new ArrayDeque<>();
    private RingCore core;
    private SimulatedLog log;
    private RingState kept;
    private MemberId self;
    private long life;
    private long pause;
    private boolean running;
    private boolean paused;
    private boolean departed;
    private boolean leaving;
    private boolean batchOpen;
    private long timerAt = NEVER;
    private long lastPersistAt;
    private long reportedStable;

    SimulatedNode(final Simulator simulator, final SwarmOptions options, final int number, final Xoshiro256 disk) {
        this.simulator = simulator;
        this.options = options;
        this.number = number;
        this.disk = disk;
        clockOffset = number * 1_000_000_007L;
        application = new ApplicationModel(number, simulator);
    }

    /** Starts the process: as the incarnation that it was where it can prove what it kept, else as a new one. */
    void start() {
        Check.that(!running, "a process starts once", number, life);
        running = true;
        departed = false;
        leaving = false;
        life++;
        if (kept == null) {
            self = simulator.newMemberId();
            kept = RingState.fresh(self);
            log = new SimulatedLog(options.durability(), this::syncStarted, this);
            simulator.history().holder(self, log);
        }
        simulator.note(number, "start", self.lsb(), kept.promisedEpoch(), log.endIndex());
        timerAt = NEVER;
        reportedStable = log.baseIndex();
        core = simulator.newCore(options.ringOf(number), kept, log, this);
        log.onLogged(index -> core.onLogged(local(), index));
        final boolean found = simulator.founds(number);
        final long wanted = application.start(self, log.baseIndex() > 0 || application.appliedIndex() > 0);
        core.start(local(), found, wanted, new byte[] {(byte) number});
        touched();
        if (running) {
            simulator.network().started(number);
        }
    }

    /** The process dies. With {@code amnesia} nothing can be proven afterwards. */
    void crash(final boolean amnesia, final boolean silently) {
        simulator.note(number, amnesia ? "crash-amnesia" : "crash", log.endIndex(), log.loggedIndex(), persisting.size());
        stop(silently);
        if (amnesia || options.durability() == SimulatedLog.Durability.MEMORY) {
            log.crash(0, false);
            kept = null;
        } else {
            while (!persisting.isEmpty() && disk.chance(0.5)) {
                kept = persisting.poll();
            }
            log.crash(disk.below(3), disk.chance(0.5));
            application.loseApplied(disk, log);
        }
        persisting.clear();
    }

    private void stop(final boolean silently) {
        running = false;
        paused = false;
        life++;
        core = null;
        batchOpen = false;
        while (!inbox.isEmpty()) {
            simulator.discard(inbox.poll());
        }
        simulator.network().stopped(number, silently);
    }

    /** The process stops being scheduled for {@code duration}; what arrives waits. */
    void pause(final long duration) {
        paused = true;
        simulator.note(number, "pause", duration, 0, 0);
        simulator.schedule(duration, EventKind.RESUME, number, ++pause, 0, null);
    }

    /** Event RESUME: the process goes on with its late timers and the queued inputs, in either order. */
    void resume(final long pauseNumber) {
        if (!paused || pauseNumber != pause && pauseNumber != 0) {
            return;
        }
        paused = false;
        simulator.note(number, "resume", inbox.size(), 0, 0);
        if (disk.chance(0.5)) {
            timer();
        }
        for (int waiting = inbox.size(); waiting > 0 && running && !paused; waiting--) {
            simulator.process(this, inbox.poll());
        }
        if (running && !paused) {
            timerAt = NEVER;
            timer();
        }
    }

    /** Keeps an event until the process goes on. */
    void defer(final int slot) {
        inbox.add(slot);
    }

    void timerEvent(final long scheduledAt) {
        if (scheduledAt == timerAt) {
            timerAt = NEVER;
            if (!paused) {
                timer();
            }
        }
    }

    private void timer() {
        if (local() >= core.nextDeadlineNs()) {
            core.onTimer(local());
            touched();
        } else {
            arm();
        }
    }

    private void arm() {
        final long deadline = core.nextDeadlineNs();
        if (deadline == NEVER) {
            return;
        }
        final long at = Math.max(deadline - clockOffset, simulator.now());
        if (at < timerAt) {
            timerAt = at;
            simulator.schedule(at - simulator.now(), EventKind.TIMER, number, life, at, null);
        }
    }

    void packet(final Packet packet) {
        final int accepted = simulator.network().accepts(packet);
        if (accepted == 2) {
            linkUp(packet.from, packet.session);
        }
        if (accepted != 0) {
            core.onPacket(local(), packet.from, packet.buffer, 0, packet.length);
            touched();
        }
    }

    void linkUp(final int peer, final long session) {
        if (simulator.network().linkUp(number, peer, session)) {
            trace.add(simulator.now(), simulator.eventNumber(), "link-up", peer, session, 0);
            core.onPeerUp(local(), peer, simulator.node(peer).self);
            touched();
        }
    }

    void linkDown(final int peer, final long session) {
        if (simulator.network().linkDown(number, peer, session)) {
            trace.add(simulator.now(), simulator.eventNumber(), "link-down", peer, session, 0);
            core.onPeerDown(local(), peer);
            touched();
        }
    }

    /** The device has the oldest state under way: kept from now on, whatever happens to the process. */
    void statePersisted() {
        final RingState state = persisting.poll();
        Check.that(state != null, "a state is persisted once", number, life);
        kept = state;
    }

    void persistedReported(final long ticket) {
        core.onPersisted(local(), ticket);
        touched();
    }

    void syncReported() {
        log.synced();
        touched();
    }

    private void syncStarted(final long index) {
        simulator.schedule(disk.exponential(options.syncMean()) + 1000, EventKind.SYNCED, number, life, index, null);
    }

    /** After every input: the batch ends at once or a little later, as reads from a socket do. */
    void touched() {
        if (batchOpen) {
            return;
        }
        batchOpen = true;
        if (options.batch() == 0) {
            endBatch();
        } else {
            simulator.schedule(disk.between(0, options.batch()), EventKind.BATCH_END, number, life, 0, null);
        }
    }

    void endBatch() {
        batchOpen = false;
        if (departed) {
            depart();
            return;
        }
        application.pump(core, local());
        long end;
        do {
            end = log.endIndex();
            log.flush();
            core.flush(local());
        } while (!departed && log.endIndex() > end);
        if (departed) {
            depart();
            return;
        }
        checkBounds();
        arm();
    }

    /** What the core buffers is bounded: own offers, with those that a change of ring gave back, and one origin's payloads per member. */
    private void checkBounds() {
        final long offered = options.ring().offeredBytesMax();
        final long perOrigin = offered + options.ring().entryLengthMax();
        Check.that(core.offeredBytes() <= 6 * offered, "own offers held are bounded", core.offeredBytes(), offered);
        Check.that(core.heldBytes() <= perOrigin * 2 * options.nodes(), "payloads held of others are bounded", core.heldBytes(), perOrigin);
    }

    /** Leaves in order; {@link #left} follows. */
    void leave() {
        simulator.note(number, "leave", 0, 0, 0);
        leaving = true;
        core.leave(local());
        touched();
    }

    boolean leaving() {
        return leaving;
    }

    private void depart() {
        simulator.note(number, "departed", log.endIndex(), reportedStable, 0);
        stop(false);
        while (!persisting.isEmpty()) {
            kept = persisting.poll();
        }
        log.crash(Integer.MAX_VALUE, true);
        simulator.departed(number);
    }

    long local() {
        return simulator.now() + clockOffset;
    }

    // Effects of the core.

    @Override
    public void send(final int peer, final DirectBuffer packet, final int offset, final int length, final TrafficClass trafficClass) {
        simulator.network().send(number, peer, packet, offset, length, trafficClass == TrafficClass.BULK);
    }

    @Override
    public void persist(final long ticket, final RingState state) {
        final RingState before = persisting.isEmpty() ? kept : persisting.peekLast();
        Check.that(state.promisedEpoch() >= before.promisedEpoch(), "promises only grow", state.promisedEpoch(), before.promisedEpoch());
        Check.that(state.self().equals(self), "an incarnation keeps its id", number, life);
        persisting.add(state);
        lastPersistAt = Math.max(lastPersistAt, simulator.now() + 1
            + (options.persistMean() == 0 ? 0 : disk.exponential(options.persistMean())));
        simulator.schedule(lastPersistAt - simulator.now(), EventKind.PERSISTED, number, life, ticket, null);
    }

    @Override
    public void ordered(final long index) {
        Check.that(index <= log.endIndex(), "what is ordered is in the log", index, log.endIndex());
    }

    @Override
    public void stable(final long index) {
        Check.that(index > reportedStable, "the stable horizon ascends", index, reportedStable);
        Check.that(index <= log.endIndex(), "what is stable is in the log", index, log.endIndex());
        trace.add(simulator.now(), simulator.eventNumber(), "stable", index, log.epochAt(index), log.endIndex());
        simulator.history().stable(log, reportedStable, index);
        application.stable(log, reportedStable, index);
        reportedStable = index;
    }

    @Override
    public void notPrimary(final RingView view) {
        Check.that(!view.primary(), "a view that is not primary says so", view.epoch(), view.index());
        simulator.note(number, "not-primary", view.epoch(), view.members().size(), 0);
        application.notPrimary();
    }

    @Override
    public void rejected(final long originSeq, final long reason) {
        simulator.note(number, "rejected", originSeq, reason, 0);
        application.rejected(originSeq);
    }

    @Override
    public void barrier(final long barrier, final long index) {
        application.barrierAnswered(barrier, index);
    }

    @Override
    public void left() {
        departed = true;
        simulator.narrator().happened(number, "left");
    }

    @Override
    public void historyDiffers(final String what) {
        simulator.note(number, "history-differs", log.baseIndex(), log.endIndex(), 0);
        final RingView view = simulator.history().configuration();
        if (view == null || GroupHistory.weight(view, self) > 0) {
            throw new GroupHistory.Violated("voter " + number + " lost common history with the group: " + what);
        }
        application.historyDiffers();
    }

    @Override
    public void trace(final TraceEvent event, final long a, final long b, final long c) {
        simulator.count(number, event);
        trace.add(simulator.now(), simulator.eventNumber(), event.name(), a, b, c);
    }

    // Changes of the log.

    @Override
    public void appended(final StoredEntry entry) {
        simulator.history().appended(entry, log.epochAt(entry.index() - 1));
    }

    @Override
    public void truncated(final long index, final long oldEnd) {
        Check.that(index >= reportedStable, "what this node called stable is not cut off", index, reportedStable);
        simulator.note(number, "truncate", index, oldEnd, log.epochAt(oldEnd));
        simulator.history().truncated(log, index);
    }

    @Override
    public long reset(final long index, final long epoch) {
        simulator.note(number, "reset", index, epoch, log.endIndex());
        reportedStable = index;
        if (log.endIndex() > 0) {
            simulator.history().givenUp(core.epoch());
        }
        return simulator.history().reset(self, index, epoch);
    }

    int number() {
        return number;
    }

    long life() {
        return life;
    }

    boolean running() {
        return running;
    }

    boolean paused() {
        return paused;
    }

    boolean persistUnderWay() {
        return !persisting.isEmpty();
    }

    RingCore core() {
        return core;
    }

    SimulatedLog log() {
        return log;
    }

    MemberId self() {
        return self;
    }

    ApplicationModel application() {
        return application;
    }

    NodeTrace trace() {
        return trace;
    }

    long reportedStable() {
        return reportedStable;
    }

    /** Tells whether the incarnation that this node was is gone for good. */
    boolean forgotten() {
        return kept == null;
    }
}

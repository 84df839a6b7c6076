// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingCore;
import io.carillon.group.ring.RingState;

/**
 * One node: a process that lives, pauses, dies and starts again, with the disk and the application that outlive it.
 * Owns the production core as the real process does: inputs of a
 * batch, then flush of the log, then flush of the ring.
 */
final class SimulatedNode {
    private final Simulator simulator;
    private final SwarmOptions options;
    private final int number;
    private final NodeTimer timer;
    private final Xoshiro256 disk;
    private final Application application;
    /** Null: disk and application are models. */
    private final HostedProcess hosted;
    private final NodeTrace trace = new NodeTrace();
    private final Processor processor;
    private final SimulatedStateStore states;
    private final MemberEffects effects;
    private final ProcessPass pass;
    private RingCore core;
    private SimulatedLog log;
    private MemberId self;
    private long life;
    private long memberships;
    private boolean running;
    private boolean leaving;

    SimulatedNode(final Simulator simulator, final SwarmOptions options, final int number, final Xoshiro256 disk) {
        this.simulator = simulator;
        this.options = options;
        this.number = number;
        this.disk = disk;
        processor = new Processor(simulator, number, options.load().packetCost());
        timer = new NodeTimer(simulator, new NodeClock(number * 1_000_000_007L, options.driftPpm(number)));
        states = new SimulatedStateStore(options.persistMean(), disk);
        final NodeHost host = simulator.newHost(number);
        hosted = host == null ? null : new HostedProcess(simulator, this, host, disk);
        application = hosted == null ? new ApplicationModel(number, simulator) : new HostedApplication(simulator, this, hosted, disk);
        effects = new MemberEffects(simulator, this);
        pass = new ProcessPass(simulator, this, effects, disk);
    }

    /** Starts the process: as the incarnation that it was where it can prove what it kept, else as a new one. */
    void start() {
        Check.that(!running, "a process starts once", number, life);
        running = true;
        life++;
        final boolean remembers = hosted == null ? states.kept() != null : hosted.open(states);
        if (!remembers) {
            self = simulator.newMemberId();
            states.begin(RingState.fresh(self));
        }
        if (hosted != null) {
            log = hosted.log(self, remembers, effects);
        } else if (!remembers) {
            log = new SimulatedLog(options.durability(), this::syncStarted, effects);
            simulator.history().holder(self, log);
        }
        simulator.note(number, "start", self.lsb(), states.kept().promisedEpoch(), log.endIndex());
        simulator.marks().started(number);
        timer.cancel();
        newMember();
        log.onLogged(index -> core.onLogged(local(), index));
        application.start(self, log.baseIndex() > 0 || application.appliedIndex() > 0);
        touched();
        if (running) {
            simulator.network().started(number);
        }
    }

    private void newMember() {
        leaving = false;
        memberships++;
        effects.begin();
        core = simulator.newCore(simulator.ringOf(number), states.kept(), log, effects);
    }

    /** Its member has left, and the process joins once more, as the incarnation that it is. */
    void joinAgain() {
        simulator.note(number, "joins-again", self.lsb(), states.kept().promisedEpoch(), log.endIndex());
        simulator.network().stopped(number, false);
        newMember();
        simulator.network().started(number);
    }

    /** Tells whether the member has left. */
    boolean hasLeft() {
        return effects.departed();
    }

    /** Counts the members that the processes of this node were. */
    long memberships() {
        return memberships;
    }

    /** The process dies. With {@code amnesia} nothing can be proven afterwards. */
    void crash(final boolean amnesia, final boolean silently) {
        simulator.note(number, amnesia ? "crash-amnesia" : "crash", log.endIndex(), log.loggedIndex(), states.isWriting() ? 1 : 0);
        simulator.marks().crashed(number, states.isWriting());
        markHolder(Mark.HOLDER_CRASHED);
        stop(silently);
        simulator.markIfAllDown();
        if (hosted != null) {
            hosted.died(silently);
            states.interrupted();
        }
        if (amnesia || options.durability() == SimulatedLog.Durability.MEMORY) {
            states.forget();
        }
        if (hosted == null && states.kept() == null) {
            log.crash(0, false);
        } else if (hosted == null) {
            states.crash();
            log.crash(disk.below(3), disk.chance(0.5));
            application.loseApplied(disk, log);
        }
    }

    private void stop(final boolean silently) {
        running = false;
        life++;
        core = null;
        pass.stop();
        processor.stop();
        simulator.network().stopped(number, silently);
    }

    /** The process stops being scheduled for {@code duration}; what arrives waits. */
    void pause(final long duration) {
        simulator.note(number, "pause", duration, 0, 0);
        markHolder(Mark.HOLDER_PAUSED);
        if (duration > options.ring().suspectNs()) {
            simulator.marks().hit(Mark.PAUSED_BEYOND_SUSPICION);
        }
        processor.pause(duration);
    }

    /** The node's clock jumps ahead by {@code by}, as that of a machine that was suspended does. */
    void clockJumps(final long by) {
        simulator.note(number, "clock-jump", by, 0, 0);
        simulator.marks().hit(Mark.CLOCK_JUMPED);
        timer.jump(by);
        if (running && !paused()) {
            timer();
        }
    }

    /** The disk is empty when the process starts again; with {@code serverToo} that of the server beside it, too. */
    void wipe(final boolean serverToo) {
        simulator.note(number, "wiped", serverToo ? 1 : 0, 0, 0);
        simulator.marks().hit(Mark.DISK_WIPED);
        if (hosted != null) {
            hosted.host().wipe(serverToo);
        }
        if (serverToo) {
            application.wipe();
        }
    }

    /** Event RESUME: the process goes on with its late timers and the queued inputs, in either order. */
    void resume(final long pauseNumber) {
        if (!processor.resume(pauseNumber)) {
            return;
        }
        simulator.note(number, "resume", processor.waiting(), 0, 0);
        if (disk.chance(0.5)) {
            timer();
        }
        processor.catchUp(this);
        if (running && !paused()) {
            timer.cancel();
            timer();
        }
    }

    /** An event for the running process: it is taken at once unless the processor does something else. */
    void arrive(final int slot, final boolean isPacket) {
        processor.arrive(this, slot, isPacket);
    }

    /** Event PROCESSOR_FREE. */
    void processorFree() {
        processor.free(this);
    }

    void timerEvent(final long scheduledAt) {
        if (timer.fires(scheduledAt) && !paused()) {
            timer();
        }
    }

    private void timer() {
        if (local() >= deadlineNs()) {
            if (local() >= core.nextDeadlineNs()) {
                core.onTimer(local());
            }
            if (local() >= application.nextDeadlineNs()) {
                application.onTimer(local());
            }
            touched();
        } else {
            arm();
        }
    }

    /** Sets the timer to what is due next. */
    void arm() {
        timer.arm(deadlineNs(), number, life);
    }

    private long deadlineNs() {
        return Math.min(core.nextDeadlineNs(), application.nextDeadlineNs());
    }

    /** Event TASK. */
    void task(final Runnable task) {
        task.run();
        touched();
    }

    /** Null where disk and application are models. */
    HostedProcess hosted() {
        return hosted;
    }

    /** What an application's start leads to. */
    void join(final boolean found, final long wanted, final byte[] info) {
        core.start(local(), found, wanted, info);
    }

    void packet(final Packet packet) {
        final int accepted = simulator.network().accepts(packet);
        if (accepted == 2) {
            linkUp(packet.from, packet.session);
        }
        if (accepted != 0) {
            simulator.moments().takes(this, packet);
            core.onPacket(local(), packet.from, packet.buffer, 0, packet.length);
            simulator.moments().took(this);
            touched();
        }
    }

    void visited(final Packet token) {
        effects.visited(token.buffer);
    }

    void linkUp(final int peer, final long session) {
        if (simulator.network().linkUp(number, peer, session)) {
            trace.add(simulator.now(), simulator.eventNumber(), "link-up", peer, session, 0);
            core.onPeerUp(local(), peer, simulator.node(peer).self);
            core.onRoundTrip(peer, simulator.network().roundTripNs(number, peer));
            touched();
        }
    }

    void linkDown(final int peer, final long session) {
        if (simulator.network().linkDown(number, peer, session)) {
            trace.add(simulator.now(), simulator.eventNumber(), "link-down", peer, session, 0);
            simulator.moments().lost(this, peer);
            core.onPeerDown(local(), peer);
            touched();
        }
    }

    void statePersisted() {
        states.written();
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

    /** After every input: see {@link ProcessPass}. */
    void touched() {
        pass.touched();
    }

    void endBatch() {
        pass.end();
    }

    /** Leaves in order; {@link MemberEffects#left} follows. Nothing comes of it where nobody can ask for it. */
    void leave() {
        if (!application.canLeave()) {
            return;
        }
        simulator.note(number, "leave", 0, 0, 0);
        markHolder(Mark.HOLDER_LEFT);
        leaving = true;
        application.leave(core, local());
        touched();
    }

    private void markHolder(final Mark mark) {
        if (core.holdsToken()) {
            simulator.marks().hit(mark);
        }
    }

    boolean leaving() {
        return leaving;
    }

    /** The member has left: the process ends, unless its application joins again. */
    void depart() {
        simulator.note(number, "departed", log.endIndex(), reportedStable(), 0);
        application.left();
        if (!effects.departed()) {
            touched();
            return;
        }
        stop(false);
        if (hosted != null) {
            hosted.ends();
        } else {
            states.close();
            log.crash(Integer.MAX_VALUE, true);
        }
        simulator.departed(number);
    }

    long local() {
        return timer.local();
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
        return processor.paused();
    }

    SimulatedStateStore states() {
        return states;
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

    Application application() {
        return application;
    }

    NodeTrace trace() {
        return trace;
    }

    long reportedStable() {
        return effects.reportedStable();
    }

    /** Tells whether the incarnation that this node was is gone for good. */
    boolean forgotten() {
        return states.kept() == null;
    }
}

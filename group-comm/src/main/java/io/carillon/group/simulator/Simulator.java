// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.RingCore;
import io.carillon.group.ring.RingEffects;
import io.carillon.group.ring.RingState;
import io.carillon.group.ring.TraceEvent;

/**
 * One deterministic run of a group in virtual time (docs/simulator.md). First the safety phase under the faults that the seed chose, then the liveness phase without any.
 */
public final class Simulator {
    /** Events in one instant of virtual time after which the run is called a livelock. */
    private static final int INSTANT_MAX = 100_000;

    private static final long MS = 1_000_000L;

    private final long seed;
    private final SwarmOptions options;
    private final CoreFactory cores;
    private final EventQueue queue = new EventQueue();
    private final GroupHistory history = new GroupHistory();
    private final SimulatedNetwork network;
    private final SimulatedNode[] nodes;
    private final FaultPlan faults;
    private final Xoshiro256 workload;
    private final Xoshiro256 identities;
    private final long[] traced = new long[TraceEvent.values().length];
    private long now;
    private long events;
    private long instantEvents;
    private boolean offering = true;
    private Narrator narrator = Narrator.NOBODY;

    Simulator(final long seed, final SwarmOptions options) {
        this(seed, options, RingCore::new);
    }

    private Simulator(final long seed, final SwarmOptions options, final CoreFactory cores) {
        this.seed = seed;
        this.options = options;
        this.cores = cores;
        workload = Xoshiro256.stream(seed, "workload");
        identities = Xoshiro256.stream(seed, "identities");
        final Xoshiro256 networkRandom = Xoshiro256.stream(seed, "network");
        network = new SimulatedNetwork(this, options, networkRandom);
        nodes = new SimulatedNode[options.nodes()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = new SimulatedNode(this, options, i, Xoshiro256.stream(seed, "disk" + i));
        }
        faults = new FaultPlan(this, options, Xoshiro256.stream(seed, "crash"), Xoshiro256.stream(seed, "partition"));
    }

    /**
     * Runs {@code seed} until at least {@code leastEvents} events were processed and {@code leastMessages} offers were ordered and became stable. Throws {@link SimulationFailure} when
     * anything that must hold does not.
     */
    public static SimulationReport run(final long seed, final long leastEvents, final long leastMessages) {
        return run(seed, leastEvents, leastMessages, RingCore::new);
    }

    /** The same with cores made by {@code cores}. */
    public static SimulationReport run(final long seed, final long leastEvents, final long leastMessages, final CoreFactory cores) {
        return new Simulator(seed, SwarmOptions.draw(seed), cores).run(leastEvents, leastMessages);
    }

    SimulationReport run(final long leastEvents, final long leastMessages) {
        try {
            safetyPhase(leastEvents);
            new LivenessPhase(this).run(leastEvents, leastMessages);
            compare();
            return report();
        } catch (final RuntimeException | AssertionError e) {
            throw failure(e);
        }
    }

    private void safetyPhase(final long leastEvents) {
        for (int i = 0; i < nodes.length; i++) {
            schedule(i == 0 ? 0 : workload.exponential(300 * MS), EventKind.START, i, 0, 0, null);
            schedule(workload.exponential(500 * MS), EventKind.WORKLOAD, i, 0, 0, null);
        }
        faults.begin();
        while (events < leastEvents) {
            step();
        }
        faults.end();
    }

    /** Processes the earliest event. */
    void step() {
        final int slot = queue.poll();
        Check.that(slot >= 0, "something is always due");
        final long at = queue.time(slot);
        instantEvents = at == now ? instantEvents + 1 : 0;
        Check.that(instantEvents < INSTANT_MAX, "virtual time goes on (kind of event, node)", queue.kind(slot), queue.node(slot));
        now = at;
        events++;
        dispatch(slot);
    }

    boolean idle() {
        return queue.size() == 0;
    }

    private void dispatch(final int slot) {
        final int index = queue.node(slot);
        final SimulatedNode node = nodes[index];
        switch (queue.kind(slot)) {
            case EventKind.PACKET, EventKind.LINK_UP, EventKind.LINK_DOWN -> toProcess(node, slot, node.running());
            case EventKind.TIMER -> {
                if (node.running() && queue.a(slot) == node.life()) {
                    node.timerEvent(queue.b(slot));
                }
                queue.release(slot);
            }
            case EventKind.PERSISTED -> {
                final boolean current = node.running() && queue.a(slot) == node.life();
                if (current) {
                    node.statePersisted();
                }
                toProcess(node, slot, current);
            }
            case EventKind.SYNCED, EventKind.BATCH_END -> toProcess(node, slot, node.running() && queue.a(slot) == node.life());
            default -> {
                environment(node, slot);
                queue.release(slot);
            }
        }
    }

    private void toProcess(final SimulatedNode node, final int slot, final boolean current) {
        if (!current) {
            discard(slot);
        } else if (node.paused()) {
            node.defer(slot);
        } else {
            process(node, slot);
        }
    }

    /** An event reaches the running process of {@code node}. */
    void process(final SimulatedNode node, final int slot) {
        switch (queue.kind(slot)) {
            case EventKind.PACKET -> node.packet((Packet) queue.attachment(slot));
            case EventKind.LINK_UP -> node.linkUp((int) queue.a(slot), queue.b(slot));
            case EventKind.LINK_DOWN -> node.linkDown((int) queue.a(slot), queue.b(slot));
            case EventKind.PERSISTED -> node.persistedReported(queue.b(slot));
            case EventKind.SYNCED -> node.syncReported();
            default -> node.endBatch();
        }
        discard(slot);
    }

    /** Drops an event that nobody is there to take. */
    void discard(final int slot) {
        if (queue.attachment(slot) instanceof Packet packet) {
            network.release(packet);
        }
        queue.release(slot);
    }

    private void environment(final SimulatedNode node, final int slot) {
        switch (queue.kind(slot)) {
            case EventKind.CONNECT -> network.connect(node.number(), (int) queue.a(slot));
            case EventKind.WORKLOAD -> work(node);
            case EventKind.FAULT -> faults.act((int) queue.a(slot));
            case EventKind.START -> {
                if (!node.running()) {
                    node.start();
                }
            }
            case EventKind.RESUME -> node.resume(queue.a(slot));
            case EventKind.UNBLOCK -> network.unblock(node.number(), (int) queue.a(slot), queue.b(slot));
            case EventKind.MARK -> { }
            default -> throw new IllegalStateException("event " + EventKind.name(queue.kind(slot)));
        }
    }

    private void work(final SimulatedNode node) {
        if (!offering) {
            return;
        }
        final boolean writer = options.hotWriter() < 0 || options.hotWriter() == node.number();
        if (node.running() && !node.paused()) {
            if (writer) {
                for (int burst = workload.chance(0.1) ? 1 + workload.below(12) : 1; burst > 0; burst--) {
                    node.application().offer(node.core(), node.local(), workload, length());
                }
            }
            if (workload.chance(options.barriers())) {
                node.application().barrier(node.core(), node.local());
            }
            if (workload.chance(options.weightChanges())) {
                node.core().weight(node.local(), 1 + workload.below(4));
            }
            node.touched();
        }
        final long every = writer ? options.offerEvery() : options.offerEvery() * 10;
        schedule(workload.exponential(every) + 1, EventKind.WORKLOAD, node.number(), 0, 0, null);
    }

    private int length() {
        return workload.chance(0.05) ? workload.below(options.payloadMax()) : (int) Math.min(options.payloadMax(), workload.exponential(200));
    }

    private void compare() {
        for (final SimulatedNode node : nodes) {
            history.compare(node.log(), node.reportedStable());
            if (node.running()) {
                Check.that(node.application().pendingOffers() == 0, "every offer was delivered or rejected", node.number(),
                    node.application().pendingOffers());
            }
        }
    }

    private SimulationReport report() {
        final long digest = history.stableIndex() == 0 ? 0 : history.stableEntry(history.stableIndex()).digest();
        return new SimulationReport(seed, events, history.messages(), now, digest, traced.clone());
    }

    SimulationFailure failure(final Throwable cause) {
        final StringBuilder text = new StringBuilder(4096);
        text.append(cause.getMessage()).append(describe());
        return new SimulationFailure(text.toString(), cause);
    }

    /** The run and the last happenings at every node. */
    String describe() {
        final StringBuilder text = new StringBuilder(4096);
        text.append(String.format("%n  seed %d, event %d, %.3f ms of virtual time; replay with -Dcarillon.sim.seed=%d%n  %s%n",
            seed, events, now / 1e6, seed, options));
        for (final SimulatedNode node : nodes) {
            text.append(String.format("  node %d %s%s: log %s, stable %d%n", node.number(), node.running() ? "up" : "down", node.paused() ? " paused" : "",
                node.log() == null ? "none" : node.log().baseIndex() + ".." + node.log().endIndex() + " logged " + node.log().loggedIndex(),
                node.reportedStable()));
            node.trace().print(text, Integer.getInteger("carillon.sim.trace", 40));
        }
        return text.toString();
    }

    void schedule(final long delay, final int kind, final int node, final long a, final long b, final Object attachment) {
        queue.add(now + delay, kind, node, a, b, attachment);
    }

    RingCore newCore(final RingConfig config, final RingState restored, final RingLog log, final RingEffects effects) {
        return cores.create(config, restored, log, effects);
    }

    MemberId newMemberId() {
        return new MemberId(identities.nextLong(), identities.nextLong());
    }

    /** Only the first node founds, and only while there is no history. */
    boolean founds(final int node) {
        return node == 0 && history.stableIndex() == 0;
    }

    /** Tells whether some node still is, or can be again, the incarnation {@code id}. */
    boolean remembers(final MemberId id) {
        for (final SimulatedNode node : nodes) {
            if (id.equals(node.self()) && !node.forgotten()) {
                return true;
            }
        }
        return false;
    }

    void departed(final int node) {
        schedule(workload.exponential(Math.max(MS, options.downMean())) + 1, EventKind.START, node, 0, 0, null);
    }

    void note(final int node, final String what, final long a, final long b, final long c) {
        nodes[node].trace().add(now, events, what, a, b, c);
    }

    void count(final int node, final TraceEvent event) {
        traced[event.ordinal()]++;
        narrator.traced(node, event);
    }

    Narrator narrator() {
        return narrator;
    }

    void narrate(final Narrator to) {
        narrator = to;
    }

    void stopOffering() {
        offering = false;
    }

    long now() {
        return now;
    }

    long eventNumber() {
        return events;
    }

    SimulatedNode node(final int number) {
        return nodes[number];
    }

    int nodeCount() {
        return nodes.length;
    }

    GroupHistory history() {
        return history;
    }

    SimulatedNetwork network() {
        return network;
    }

    SwarmOptions options() {
        return options;
    }

    Xoshiro256 workload() {
        return workload;
    }
}

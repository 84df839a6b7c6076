// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.RingCore;
import io.carillon.group.ring.RingEffects;
import io.carillon.group.ring.RingResult;
import io.carillon.group.ring.RingState;
import io.carillon.group.ring.TraceEvent;
import java.util.Locale;
import java.util.Set;

/**
 * One deterministic run of a group in virtual time (docs/simulator.md). First the safety phase under the faults that
 * the seed chose, then the liveness phase without any.
 */
public final class Simulator {
    /** Events in one instant of virtual time after which the run is called a livelock. */
    private static final int INSTANT_MAX = 100_000;

    private static final long MS = 1_000_000L;

    private final long seed;
    private final SwarmOptions options;
    private final CoreFactory cores;
    private final SimulatedHosts hosts;
    private final EventQueue queue = new EventQueue();
    private final Marks marks;
    private final RareMoments moments;
    private final GroupHistory history;
    private final SimulatedNetwork network;
    private final SimulatedNode[] nodes;
    private final FaultPlan faults;
    private final Outsiders outsiders;
    private final EventDispatcher dispatcher;
    private final Workload workload;
    private final Xoshiro256 weather;
    private final Xoshiro256 identities;
    private final long[] traced = new long[TraceEvent.values().length];
    /** Answers to offers: taken, and by the negated {@link RingResult}. */
    private final long[] refused = new long[6];
    private long now;
    private long events;
    private long instantEvents;
    private Narrator narrator = Narrator.NOBODY;

    Simulator(final long seed, final SwarmOptions options) {
        this(seed, options, RingCore::new);
    }

    Simulator(final long seed, final SwarmOptions options, final CoreFactory cores) {
        this(seed, options, cores, null);
    }

    /** {@code hosts}: null where disks and applications are models. */
    Simulator(final long seed, final SwarmOptions options, final CoreFactory cores, final SimulatedHosts hosts) {
        this.seed = seed;
        this.hosts = hosts;
        this.options = options;
        this.cores = cores;
        workload = new Workload(this, options, Xoshiro256.stream(seed, "workload"), Xoshiro256.stream(seed, "large"),
            Xoshiro256.stream(seed, "flooding"), Xoshiro256.stream(seed, "tiny lengths"));
        weather = Xoshiro256.stream(seed, "weather");
        marks = new Marks(options.nodes());
        moments = new RareMoments(this, marks, options);
        history = new GroupHistory(options.ring().stableAll(), marks, hosts == null ? null : this::becameStable);
        identities = Xoshiro256.stream(seed, "identities");
        final Xoshiro256 networkRandom = Xoshiro256.stream(seed, "network");
        network = new SimulatedNetwork(this, options, networkRandom);
        nodes = new SimulatedNode[options.nodes()];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = new SimulatedNode(this, options, i, Xoshiro256.stream(seed, "disk" + i));
        }
        faults = new FaultPlan(this, options, Xoshiro256.stream(seed, "crash"), Xoshiro256.stream(seed, "partition"),
            Xoshiro256.stream(seed, "purge"), Xoshiro256.stream(seed, "extreme faults"), Xoshiro256.stream(seed, "paths"),
            Xoshiro256.stream(seed, "filtering"));
        outsiders = new Outsiders(this, options, Xoshiro256.stream(seed, "outsiders"));
        dispatcher = new EventDispatcher(this, queue, faults, workload);
    }

    /**
     * Runs {@code seed} until at least {@code leastEvents} events were processed and {@code leastMessages} offers
     * were ordered and became stable. Throws {@link SimulationFailure} when
     * anything that must hold does not.
     */
    public static SimulationReport run(final long seed, final long leastEvents, final long leastMessages) {
        return run(seed, leastEvents, leastMessages, RingCore::new);
    }

    /** The same run as seeds once meant it: with {@code loaded} before there were extremes, without before there was a load, too. */
    public static SimulationReport runFormer(final long seed, final long leastEvents, final long leastMessages, final boolean loaded) {
        final SwarmOptions options = SwarmOptions.draw(seed, loaded ? Load.draw(seed) : Load.NONE, Extremes.NONE);
        return new Simulator(seed, options, RingCore::new).run(leastEvents, leastMessages);
    }

    /** The same with cores made by {@code cores}. */
    public static SimulationReport run(final long seed, final long leastEvents, final long leastMessages, final CoreFactory cores) {
        return new Simulator(seed, SwarmOptions.draw(seed), cores).run(leastEvents, leastMessages);
    }

    /** The same with {@code hosts} on the nodes, and without some kinds of trouble. */
    public static SimulationReport run(final long seed, final long leastEvents, final long leastMessages, final SimulatedHosts hosts,
        final Set<Trouble> without) {
        return new Simulator(seed, Trouble.leftOut(without, SwarmOptions.draw(seed)), RingCore::new, hosts).run(leastEvents, leastMessages);
    }

    SimulationReport run(final long leastEvents, final long leastMessages) {
        try {
            safetyPhase(leastEvents);
            new LivenessPhase(this).run(leastEvents, leastMessages);
            compare();
            if (hosts != null) {
                hosts.finished();
            }
            return report();
        } catch (final RuntimeException | AssertionError e) {
            throw failure(e);
        }
    }

    private void safetyPhase(final long leastEvents) {
        for (int i = 0; i < nodes.length; i++) {
            schedule(i == 0 ? 0 : workload.random().exponential(300 * MS), EventKind.START, i, 0, 0, null);
            schedule(workload.random().exponential(500 * MS), EventKind.WORKLOAD, i, 0, 0, null);
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
        dispatcher.dispatch(slot);
    }

    boolean idle() {
        return queue.size() == 0;
    }

    /** An event reaches the running process of {@code node}. */
    void process(final SimulatedNode node, final int slot) {
        dispatcher.process(node, slot);
    }

    boolean isPacket(final int slot) {
        return queue.kind(slot) == EventKind.PACKET;
    }

    /** Drops an event that nobody is there to take. */
    void discard(final int slot) {
        dispatcher.discard(slot);
    }

    /** The answer of the core on {@code node} to an offer of {@code length} bytes, counted by what it is. */
    void answered(final SimulatedNode node, final int length, final long result) {
        refused[result > 0 ? 0 : (int) -result]++;
        moments.answered(node, length, result);
    }

    /** Who numbers in an epoch is alone with it. */
    void checkOneHolder(final SimulatedNode holder) {
        if (!holder.core().holdsToken()) {
            return;
        }
        for (final SimulatedNode other : nodes) {
            Check.that(other == holder || !other.running() || !other.core().holdsToken() || other.core().epoch() != holder.core().epoch(),
                "one member of an epoch holds the token", holder.number(), other.number());
        }
    }

    void markIfAllDown() {
        for (final SimulatedNode node : nodes) {
            if (node.running()) {
                return;
            }
        }
        marks.hit(Mark.EVERYBODY_DOWN);
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
        return new SimulationReport(seed, events, history.messages(), now, digest, traced.clone(), refused.clone(),
            marks.counts());
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
            text.append(String.format("  node %d %s%s: log %s, stable %d%n", node.number(), node.running() ? "up" : "down",
                node.paused() ? " paused" : "",
                node.log() == null ? "none" : node.log().baseIndex() + ".." + node.log().endIndex() + " logged " + node.log().loggedIndex(),
                node.reportedStable()));
            node.trace().print(text, Integer.getInteger("carillon.sim.trace", 40));
        }
        return text.toString();
    }

    void schedule(final long delay, final int kind, final int node, final long a, final long b, final Object attachment) {
        queue.add(now + delay, kind, node, a, b, attachment);
    }

    /** The settings of the member on {@code node}. */
    RingConfig ringOf(final int node) {
        return options.ringOf(node, hosts == null ? options.ring().certificationWindow() : hosts.certificationWindow());
    }

    RingCore newCore(final RingConfig config, final RingState restored, final RingLog log, final RingEffects effects) {
        return cores.create(config, restored, log, effects);
    }

    /** Null where disk and application are models. */
    NodeHost newHost(final int node) {
        final String durability = options.durability().name().toLowerCase(Locale.ROOT);
        return hosts == null ? null : hosts.host(node, durability, Xoshiro256.stream(seed, "host" + node));
    }

    void healHosts() {
        for (final SimulatedNode node : nodes) {
            if (node.hosted() != null) {
                node.hosted().host().heal();
            }
        }
    }

    /** From now on only the core is well. */
    void hostsAlone(final SimulatedHosts.Absence[] absences) {
        if (hosts != null) {
            hosts.alone(absences);
        }
    }

    /** Everybody may come back. */
    void hostsTogether(final boolean wentOn) {
        if (hosts != null) {
            hosts.together(wentOn);
        }
    }

    private void becameStable(final StoredEntry entry) {
        hosts.stable(entry.index(), entry.seqno(), new MemberId(entry.originMsb(), entry.originLsb()), entry.kind(), entry.payload());
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
        schedule(workload.random().exponential(Math.max(MS, options.downMean())) + 1, EventKind.START, node, 0, 0, null);
    }

    void note(final int node, final String what, final long a, final long b, final long c) {
        nodes[node].trace().add(now, events, what, a, b, c);
    }

    void count(final int node, final TraceEvent event, final long first, final long third) {
        traced[event.ordinal()]++;
        marks.traced(node, event, first, third);
        moments.traced(nodes[node], event, first);
        narrator.traced(node, event, first);
    }

    Narrator narrator() {
        return narrator;
    }

    void narrate(final Narrator to) {
        narrator = to;
    }

    void stopOffering() {
        workload.end();
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

    Marks marks() {
        return marks;
    }

    RareMoments moments() {
        return moments;
    }

    GroupHistory history() {
        return history;
    }

    SimulatedNetwork network() {
        return network;
    }

    Outsiders outsiders() {
        return outsiders;
    }

    SwarmOptions options() {
        return options;
    }

    Xoshiro256 workload() {
        return workload.random();
    }

    /** Chances of what was added later, so that older seeds mean what they meant. */
    Xoshiro256 weather() {
        return weather;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.ring.GatherReason;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import io.carillon.group.ring.TraceEvent;
import io.carillon.group.simulator.SimulatedLog.Durability;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * A simulated group whose links a test cuts and mends, under an observer that counts gatherings and rings, keeps their reasons, and looks
 * after every step whether two rings could acknowledge at once. Every packet takes a millisecond; all times are virtual.
 */
final class PartitionedGroup implements Narrator {
    static final long MS = 1_000_000L;
    static final long S = 1000 * MS;

    private final Simulator simulator;
    private final int[] weights;
    private final int[] gatherings;
    private final int[] changes;
    private final long[] acknowledgedAt;
    private final long[] longestGap;
    private final List<Set<GatherReason>> reasons = new ArrayList<>();
    private long offerEvery;
    private long offerAt;
    /** Those that leave or have left. */
    private final Set<Integer> absent = new TreeSet<>();
    private int left = -1;
    private boolean ringsMoved;

    /** Nodes 0, 1, 2 ... with {@code weights}; a cut resets connections, or else they are silent. */
    PartitionedGroup(final int[] weights, final boolean resets) {
        this.weights = weights.clone();
        simulator = new Simulator(0, SwarmOptions.quiet(weights, Durability.OS, resets));
        simulator.narrate(this);
        gatherings = new int[weights.length];
        changes = new int[weights.length];
        acknowledgedAt = new long[weights.length];
        longestGap = new long[weights.length];
        for (int node = 0; node < weights.length; node++) {
            reasons.add(EnumSet.noneOf(GatherReason.class));
        }
    }

    /** Starts all nodes and waits for the view of all. */
    PartitionedGroup form() {
        for (int node = 0; node < weights.length; node++) {
            simulator.schedule(0, EventKind.START, node, 0, 0, null);
        }
        until("the group is formed", 20 * S, () -> isPrimary(everybody()));
        forget();
        return this;
    }

    Set<Integer> everybody() {
        final Set<Integer> all = new TreeSet<>();
        for (int node = 0; node < weights.length; node++) {
            all.add(node);
        }
        return all;
    }

    Simulator simulator() {
        return simulator;
    }

    SimulatedNode node(final int number) {
        return simulator.node(number);
    }

    // ---- links

    void block(final int from, final int to) {
        simulator.network().block(from, to);
    }

    void mend(final int from, final int to) {
        simulator.network().mend(from, to);
    }

    void cut(final int a, final int b) {
        block(a, b);
        block(b, a);
    }

    void join(final int a, final int b) {
        mend(a, b);
        mend(b, a);
    }

    /** Only within the parts packets arrive any more. */
    void split(final List<Set<Integer>> parts) {
        for (final Set<Integer> part : parts) {
            for (final int inside : part) {
                for (int outside = 0; outside < weights.length; outside++) {
                    if (!part.contains(outside)) {
                        block(inside, outside);
                    }
                }
            }
        }
    }

    void join(final Set<Integer> part, final Set<Integer> other) {
        for (final int a : part) {
            for (final int b : other) {
                join(a, b);
            }
        }
    }

    void mendAll() {
        for (int from = 0; from < weights.length; from++) {
            for (int to = 0; to < weights.length; to++) {
                mend(from, to);
            }
        }
    }

    // ---- processes

    /** The process dies, and its connections close. */
    void kill(final int number) {
        simulator.node(number).crash(false, false);
    }

    /** The machine dies with the process: nothing is heard of it any more, and no connection closes before it is back. */
    void killMachine(final int number) {
        simulator.node(number).pause(1_000 * S);
    }

    /** The process starts again, linked to all. */
    void start(final int number) {
        if (simulator.node(number).running()) {
            kill(number);
        }
        absent.remove(number);
        for (int other = 0; other < weights.length; other++) {
            if (other != number && !absent.contains(other)) {
                join(number, other);
            }
        }
        simulator.schedule(0, EventKind.START, number, 0, 0, null);
    }

    /** An ordered leave; the node stays away. */
    void leave(final int number) {
        absent.add(number);
        simulator.node(number).leave();
    }

    // ---- time

    /** Every node offers something so often from now on; 0 ends it. */
    void offerEvery(final long period) {
        offerEvery = period;
        offerAt = simulator.now();
        if (period > 0) {
            simulator.schedule(0, EventKind.MARK, 0, 0, 0, null);
        }
    }

    void run(final long duration) {
        final long end = simulator.now() + duration;
        simulator.schedule(duration, EventKind.MARK, 0, 0, 0, null);
        while (simulator.now() < end) {
            step();
        }
    }

    /** Lets time pass until {@code goal}; how long it took. */
    long until(final String what, final long bound, final BooleanSupplier goal) {
        final long begun = simulator.now();
        simulator.schedule(bound, EventKind.MARK, 0, 0, 0, null);
        while (!goal.getAsBoolean()) {
            if (simulator.now() - begun >= bound) {
                throw failure(what + " within " + bound / MS + " ms");
            }
            step();
        }
        return simulator.now() - begun;
    }

    void step() {
        try {
            if (offerEvery > 0 && simulator.now() >= offerAt) {
                offerAt += offerEvery;
                simulator.schedule(offerAt - simulator.now(), EventKind.MARK, 0, 0, 0, null);
                for (int node = 0; node < weights.length; node++) {
                    offer(node);
                }
            }
            simulator.step();
        } catch (final RuntimeException | AssertionError e) {
            throw new AssertionError(e.getMessage() + simulator.describe(), e);
        }
        if (left >= 0) {
            // The simulator starts it again by itself; nobody is to notice.
            for (int other = 0; other < weights.length; other++) {
                if (other != left) {
                    cut(left, other);
                }
            }
            left = -1;
        }
        if (ringsMoved) {
            ringsMoved = false;
            checkOnePrimary();
        }
    }

    /** Offers 32 bytes at {@code number}; the core's answer, 0 if nobody is there to ask. */
    long offer(final int number) {
        final SimulatedNode node = simulator.node(number);
        if (!node.running() || node.paused()) {
            return 0;
        }
        final long result = node.application().offer(node.core(), node.local(), simulator.workload(), 32);
        node.touched();
        return result;
    }

    AssertionError failure(final String what) {
        return new AssertionError(what + simulator.describe());
    }

    // ---- what is observed

    /** Tells whether {@code part} is in one primary view of exactly its members, each with its weight, and all agree on the log. */
    boolean isPrimary(final Set<Integer> part) {
        final long end = simulator.history().stableIndex();
        for (final int number : part) {
            final SimulatedNode node = simulator.node(number);
            final RingView view = node.application().view();
            if (!node.running() || view == null || view.index() != latestView() || view.members().size() != part.size()
                || node.reportedStable() != end || node.log().endIndex() != end || !node.core().state().equals("OPERATIONAL")) {
                return false;
            }
            for (final int member : part) {
                if (!view.contains(simulator.node(member).self())
                    || GroupHistory.weight(view, simulator.node(member).self()) != weights[member]) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Tells whether all of {@code part} take the same primary view of exactly these members for the latest. */
    boolean isInOneView(final Set<Integer> part) {
        for (final int number : part) {
            final RingView view = simulator.node(number).application().view();
            if (view == null || view.index() != latestView() || view.members().size() != part.size()) {
                return false;
            }
        }
        return true;
    }

    private long latestView() {
        return simulator.history().configuration() == null ? -1 : simulator.history().configuration().index();
    }

    /** Tells whether nobody in {@code part} is in a primary view. */
    boolean isNotPrimary(final Set<Integer> part) {
        for (final int number : part) {
            final SimulatedNode node = simulator.node(number);
            if (!node.running() || node.application().view() != null || !node.core().state().equals("NOT_PRIMARY")) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether {@code part} holds a majority of the latest stable configuration. */
    boolean mayBePrimary(final Set<Integer> part) {
        final RingView view = simulator.history().configuration();
        int total = 0;
        int held = 0;
        for (final RingMember member : view.members()) {
            total += member.weight();
        }
        for (final int number : part) {
            held += GroupHistory.weight(view, simulator.node(number).self());
        }
        return 2 * held > total;
    }

    /** What a node did since {@link #forget}: rings entered, primary or not, and times it found itself alone. */
    int changes(final int node) {
        return changes[node];
    }

    int mostChanges() {
        int most = 0;
        for (final int count : changes) {
            most = Math.max(most, count);
        }
        return most;
    }

    int gatherings(final int node) {
        return gatherings[node];
    }

    Set<GatherReason> reasons(final int node) {
        return reasons.get(node);
    }

    /** Why the members of {@code part} gathered. */
    Set<GatherReason> reasons(final Set<Integer> part) {
        final Set<GatherReason> all = EnumSet.noneOf(GatherReason.class);
        part.forEach(node -> all.addAll(reasons.get(node)));
        return all;
    }

    /** Longest time between two acknowledgements of own offers at {@code node} since {@link #forget}, the present one included. */
    long longestGap(final int node) {
        return Math.max(longestGap[node], simulator.now() - acknowledgedAt[node]);
    }

    /** Counts begin anew. */
    void forget() {
        for (int node = 0; node < weights.length; node++) {
            gatherings[node] = 0;
            changes[node] = 0;
            reasons.get(node).clear();
            acknowledgedAt[node] = simulator.now();
            longestGap[node] = 0;
        }
    }

    @Override
    public void happened(final int node, final String what) {
        if (what.equals("left") && absent.contains(node)) {
            left = node;
        }
        if (what.startsWith("acknowledges")) {
            longestGap[node] = Math.max(longestGap[node], simulator.now() - acknowledgedAt[node]);
            acknowledgedAt[node] = simulator.now();
        }
    }

    @Override
    public void traced(final int node, final TraceEvent event, final long first) {
        switch (event) {
            case GATHER -> {
                gatherings[node]++;
                reasons.get(node).add(GatherReason.values()[(int) first]);
            }
            case INSTALL -> changes[node]++;
            case NOT_PRIMARY -> changes[node] += simulator.node(node).core().epoch() == 0 ? 1 : 0;
            default -> {
                return;
            }
        }
        ringsMoved = true;
    }

    /**
     * A ring can acknowledge while a majority of its view's weight is in it and has promised nothing newer: never two rings at one moment.
     * (That what was acknowledged is one history is {@link GroupHistory}'s to check, at every entry.)
     */
    private void checkOnePrimary() {
        final Map<Long, Integer> weightByEpoch = new HashMap<>();
        final Map<Long, RingView> views = new HashMap<>();
        for (int number = 0; number < weights.length; number++) {
            final SimulatedNode node = simulator.node(number);
            final RingView view = node.application().view();
            if (node.running() && view != null && node.core().epoch() == view.epoch()
                && node.states().kept().promisedEpoch() <= view.epoch()) {
                weightByEpoch.merge(view.epoch(), GroupHistory.weight(view, node.self()), Integer::sum);
                views.put(view.epoch(), view);
            }
        }
        long able = 0;
        for (final Map.Entry<Long, Integer> ring : weightByEpoch.entrySet()) {
            final int total = views.get(ring.getKey()).members().stream().mapToInt(RingMember::weight).sum();
            if (2 * ring.getValue() > total) {
                Check.that(able == 0, "one ring at a time can acknowledge (epochs)", able, ring.getKey());
                able = ring.getKey();
            }
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingState;
import io.carillon.group.ring.RingView;
import io.carillon.group.simulator.SimulatedLog.Durability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Nodes that stay dead, paused or cut off for good, while the others, the <em>core</em>, must go on without them. Each link between a
 * core node and an outsider lacks a direction at least: no set of nodes that all hear each other holds both.
 */
final class Outsiders {
    /** What is wrong with an outsider. */
    enum Kind {
        DEAD(Mark.WENT_ON_WITHOUT_DEAD),
        PAUSED(Mark.WENT_ON_WITHOUT_PAUSED),
        CUT_OFF(Mark.WENT_ON_WITHOUT_CUT_OFF),
        /** It hears the core. */
        NOT_HEARD(Mark.WENT_ON_WITHOUT_NOT_HEARD),
        /** The core hears it. */
        HEARS_NOTHING(Mark.WENT_ON_WITHOUT_HEARS_NOTHING),
        /** It hears some of the core, and others of the core hear it. */
        CROSSED(Mark.WENT_ON_WITHOUT_CROSSED),
        /** Its connections to the core are gone, and it never learns that. */
        UNAWARE(Mark.WENT_ON_WITHOUT_UNAWARE),
        /** The same, and the core never learns it. */
        UNNOTICED(Mark.WENT_ON_WITHOUT_UNNOTICED);

        private final Mark mark;

        Kind(final Mark mark) {
            this.mark = mark;
        }

        /** Says something only of who had connections to the core. */
        private boolean isOfLinks() {
            return compareTo(CUT_OFF) > 0;
        }

        private SimulatedHosts.Absence absence() {
            return switch (this) {
                case DEAD -> SimulatedHosts.Absence.DEAD;
                case PAUSED -> SimulatedHosts.Absence.PAUSED;
                default -> SimulatedHosts.Absence.CUT_OFF;
            };
        }
    }

    /** Beyond the end of any run. */
    private static final long FOR_GOOD = 1_000_000_000_000_000L;
    /** That a node is to be one; others may have to stay in the core. */
    private static final double SHARE = 0.7;
    /** That the server of a node is to lose its data when that is one of the core. */
    private static final double EMPTIED = 0.7;
    /** Of whole nodes, so that some have more to hand on than what was under way. */
    private static final int ROUNDS_MAX = 8;

    private final Simulator simulator;
    private final SwarmOptions options;
    private final Xoshiro256 random;
    /** By node: null for the core. */
    private final Kind[] kinds;
    /** Highest epoch that anybody had promised when they were isolated. */
    private long promisedBefore;

    Outsiders(final Simulator simulator, final SwarmOptions options, final Xoshiro256 random) {
        this.simulator = simulator;
        this.options = options;
        this.random = random;
        kinds = new Kind[options.nodes()];
    }

    /** Chooses some that the core can do without. False if there are none, as in runs that have no outsiders. */
    boolean choose() {
        if (!random.chance(options.outsiders()) || simulator.history().stableIndex() == 0) {
            return false;
        }
        final int[] order = new int[kinds.length];
        for (int i = 0; i < order.length; i++) {
            final int at = random.below(i + 1);
            order[i] = order[at];
            order[at] = i;
        }
        if (simulator.node(0).hosted() != null && random.chance(0.5)) {
            completeFirst(order);
        }
        boolean some = false;
        for (final int node : order) {
            final Kind kind = drawKind();
            if (random.chance(SHARE)) {
                kinds[node] = kind;
                if (!coreIsEnough()) {
                    kinds[node] = null;
                }
            }
            some |= kinds[node] != null;
        }
        return some;
    }

    /** Whoever has everything is tried first: the core is to be one whose servers need each other, as far as that is enough. */
    private void completeFirst(final int[] order) {
        final long all = simulator.history().stableEntry(simulator.history().stableIndex()).seqno();
        final List<Integer> nodes = Arrays.stream(order).boxed()
            .sorted(Comparator.comparing(node -> !simulator.node(node).hosted().host().hasDataOf(all))).toList();
        Arrays.setAll(order, i -> nodes.get(i));
    }

    /** A server knows nothing of single links: for whole nodes all kinds of those together are half. */
    private Kind drawKind() {
        if (simulator.node(0).hosted() == null) {
            return Kind.values()[random.below(Kind.values().length)];
        }
        return switch (random.below(4)) {
            case 0 -> Kind.DEAD;
            case 1 -> Kind.PAUSED;
            default -> Kind.values()[Kind.CUT_OFF.ordinal() + random.below(Kind.values().length - Kind.CUT_OFF.ordinal())];
        };
    }

    /** How often everybody of the core is offered something. */
    int rounds() {
        return simulator.node(0).hosted() == null ? 1 : 1 + random.below(ROUNDS_MAX);
    }

    /**
     * By the rule of the decision (docs/ring.md, section 4), which goes by what is known to those who are present; and among
     * whole nodes by that of the servers: {@link #hasState}.
     */
    private boolean coreIsEnough() {
        final List<RingView> known = knownToCore();
        return !known.isEmpty() && firstWithoutMajority(known) == null && hasState(known);
    }

    /**
     * Tells whether some server of the core needs nobody else's data, and so can be the donor of all others of the core: that of a
     * voter, whose log is never given up, where that log holds everything behind what the server has. A core without one waits for
     * an outsider, who alone can give it a snapshot.
     */
    private boolean hasState(final List<RingView> known) {
        for (int i = 0; i < kinds.length; i++) {
            final SimulatedNode node = simulator.node(i);
            if (node.hosted() == null) {
                return true;
            }
            if (kinds[i] == null && isVoterOfAll(known, node) && node.hosted().host().hasDataOf(node.log().baseSeqno())) {
                return true;
            }
        }
        return false;
    }

    private boolean isVoterOfAll(final List<RingView> views, final SimulatedNode node) {
        return views.stream().allMatch(view -> view.members().stream()
            .anyMatch(member -> member.weight() > 0 && member.id().equals(node.self()) && isOfCore(member)));
    }

    /** Tells whether {@code node} is one now. */
    boolean has(final int node) {
        return kinds[node] != null;
    }

    /** Tells whether a process must not start on {@code node}. */
    boolean keepDown(final int node) {
        return kinds[node] == Kind.DEAD;
    }

    /** From now on the core is alone. */
    void isolate() {
        for (int i = 0; i < kinds.length; i++) {
            promisedBefore = Math.max(promisedBefore, simulator.node(i).states().promised());
        }
        for (int i = 0; i < kinds.length; i++) {
            if (kinds[i] != null) {
                isolate(simulator.node(i));
                simulator.note(i, "outsider-" + kinds[i], 0, 0, 0);
            }
        }
        if (simulator.node(0).hosted() != null) {
            emptyOne();
        }
        simulator.hostsAlone(Arrays.stream(kinds).map(kind -> kind == null ? null : kind.absence())
            .toArray(SimulatedHosts.Absence[]::new));
    }

    private void isolate(final SimulatedNode node) {
        if (kinds[node.number()] == Kind.PAUSED && !node.running()) {
            kinds[node.number()] = Kind.DEAD;
        }
        if (kinds[node.number()].isOfLinks() && !isLinkedToCore(node.number())) {
            kinds[node.number()] = Kind.CUT_OFF;
        }
        switch (kinds[node.number()]) {
            case DEAD -> {
                if (node.running()) {
                    final boolean power = random.chance(options.powerLoss());
                    node.crash(options.durability() == Durability.MEMORY || power && options.durability() == Durability.OS, power);
                }
            }
            case PAUSED -> node.pause(FOR_GOOD);
            default -> {
                for (int i = 0; i < kinds.length; i++) {
                    if (kinds[i] == null) {
                        cut(node.number(), i);
                    }
                }
            }
        }
    }

    /**
     * Of a core of whole nodes the server of one loses its data, where another one of the core has enough: it must be given a
     * snapshot there.
     */
    private void emptyOne() {
        final int number = random.below(kinds.length);
        if (kinds[number] != null || !random.chance(EMPTIED)) {
            return;
        }
        kinds[number] = Kind.DEAD;
        final boolean isNeeded = !hasState(knownToCore());
        kinds[number] = null;
        if (!isNeeded) {
            simulator.note(number, "server-emptied", 0, 0, 0);
            simulator.node(number).hosted().host().loseData();
        }
    }

    private boolean isLinkedToCore(final int node) {
        for (int i = 0; i < kinds.length; i++) {
            if (kinds[i] == null && simulator.network().isLinked(node, i)) {
                return true;
            }
        }
        return false;
    }

    private void cut(final int outsider, final int core) {
        final SimulatedNetwork network = simulator.network();
        switch (kinds[outsider]) {
            case NOT_HEARD -> network.silence(outsider, core);
            case HEARS_NOTHING -> network.silence(core, outsider);
            case CROSSED -> {
                if (random.chance(0.5)) {
                    network.silence(outsider, core);
                } else {
                    network.silence(core, outsider);
                }
            }
            case UNAWARE -> network.halfOpen(outsider, core);
            case UNNOTICED -> network.halfOpen(core, outsider);
            default -> {
                network.block(outsider, core);
                network.block(core, outsider);
            }
        }
    }

    /** All may come back now; {@code wentOn}: the core did without them. */
    void release(final boolean wentOn) {
        simulator.hostsTogether(wentOn);
        for (int i = 0; i < kinds.length; i++) {
            if (kinds[i] != null && wentOn) {
                simulator.marks().hit(kinds[i].mark);
            }
            kinds[i] = null;
        }
    }

    /**
     * Tells whether the core rightly waits: a configuration came into its logs that asks for a majority that it is not, of a ring that was
     * promised before it was alone. What the core makes later, it can make stable.
     */
    boolean coreMayWait() {
        final boolean isAlone = Arrays.stream(kinds).anyMatch(Objects::nonNull);
        final RingView view = isAlone ? firstWithoutMajority(knownToCore()) : null;
        return view != null && view.epoch() <= promisedBefore;
    }

    /** Configurations in the core's logs that are newer than what their owners' disks call stable, and the latest of those. */
    private List<RingView> knownToCore() {
        final ArrayList<RingView> views = new ArrayList<>();
        for (int i = 0; i < kinds.length; i++) {
            final SimulatedNode node = simulator.node(i);
            final RingState state = node.states().kept();
            if (kinds[i] == null && node.log() != null && state != null) {
                addConfigurations(views, node.log(), state.stableIndex());
            }
        }
        return views;
    }

    private static void addConfigurations(final List<RingView> views, final SimulatedLog log, final long stableIndex) {
        for (long index = log.endIndex(); index > log.baseIndex(); index--) {
            final StoredEntry entry = log.at(index);
            if (entry.kind().isConfiguration()) {
                views.add(ConfigurationReader.read(entry));
                if (index <= stableIndex) {
                    return;
                }
            }
        }
    }

    private RingView firstWithoutMajority(final List<RingView> views) {
        for (final RingView view : views) {
            long sum = 0;
            long core = 0;
            for (final RingMember member : view.members()) {
                sum += member.weight();
                core += isOfCore(member) ? member.weight() : 0;
            }
            if (2 * core <= sum) {
                return view;
            }
        }
        return null;
    }

    /** Whoever leaves, has lost its memory, or gives its log up, counts for nothing. */
    private boolean isOfCore(final RingMember member) {
        for (int i = 0; i < kinds.length; i++) {
            final SimulatedNode node = simulator.node(i);
            if (kinds[i] == null && member.id().equals(node.self())) {
                final RingState state = node.states().kept();
                return state != null && !node.leaving() && node.log().epochAt(node.log().endIndex()) >= state.givenUpEpoch();
            }
        }
        return false;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import io.carillon.group.simulator.SimulatedLog.Durability;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides which faults happen when. Arbitrary as long as the group can be saved: a majority of every configuration in
 * play keeps what it acknowledged. Everybody may be down or cut off
 * at once.
 */
final class FaultPlan {
    private static final int CRASH = 0;
    private static final int PAUSE = 1;
    private static final int PARTITION = 2;
    private static final int CLOG = 3;
    private static final int LEAVE = 4;
    private static final int PURGE = 5;
    private static final int JUMP = 6;
    private static final int NARROW = 7;
    private static final int FILTER = 8;
    private static final int CLASSES = 9;
    /** A server that dies forgets fewer of the last entries. */
    private static final int UNFLUSHED_MAX = 20;
    private static final long PAUSE_MIN = 10_000_000L;
    private static final long PAUSE_MAX = 30_000_000_000L;

    private final Simulator simulator;
    private final SwarmOptions options;
    private final Xoshiro256 crash;
    private final Xoshiro256 network;
    private final Xoshiro256 purge;
    private final Xoshiro256 extreme;
    private final Xoshiro256 paths;
    private final Xoshiro256 filters;
    private boolean over;

    FaultPlan(final Simulator simulator, final SwarmOptions options, final Xoshiro256 crash, final Xoshiro256 network,
        final Xoshiro256 purge, final Xoshiro256 extreme, final Xoshiro256 paths, final Xoshiro256 filters) {
        this.filters = filters;
        this.purge = purge;
        this.extreme = extreme;
        this.paths = paths;
        this.simulator = simulator;
        this.options = options;
        this.crash = crash;
        this.network = network;
    }

    void begin() {
        for (int kind = 0; kind < CLASSES; kind++) {
            next(kind);
        }
    }

    /** No more faults. */
    void end() {
        over = true;
    }

    private void next(final int kind) {
        final long every = switch (kind) {
            case CRASH -> options.crashEvery();
            case PAUSE -> options.pauseEvery();
            case PARTITION -> options.partitionEvery();
            case CLOG -> options.clogEvery();
            case PURGE -> options.load().purgeEvery();
            case JUMP -> options.extremes().jumpEvery();
            case NARROW -> options.streams() ? 0 : options.extremes().narrowEvery();
            case FILTER -> options.streams() ? 0 : options.filters().every();
            default -> options.leaveEvery();
        };
        if (every > 0) {
            simulator.schedule(randomOf(kind).exponential(every) + 1, EventKind.FAULT, 0, kind, 0, null);
        }
    }

    /** Classes that came later have streams of their own, so that seeds go on meaning what they meant. */
    private Xoshiro256 randomOf(final int kind) {
        return switch (kind) {
            case PURGE -> purge;
            case JUMP -> extreme;
            case NARROW -> paths;
            case FILTER -> filters;
            default -> crash;
        };
    }

    /** Event FAULT. */
    void act(final int kind) {
        if (over) {
            return;
        }
        if (simulator.history().stableIndex() > 0) {
            switch (kind) {
                case CRASH -> crash();
                case PAUSE -> pause();
                case PARTITION -> partition();
                case CLOG -> clog();
                case PURGE -> purge();
                case JUMP -> jump();
                case NARROW -> narrow();
                case FILTER -> filter();
                default -> leave();
            }
        }
        next(kind);
    }

    private SimulatedNode victim() {
        final int first = crash.below(options.nodes());
        if (crash.chance(0.5)) {
            for (int i = 0; i < options.nodes(); i++) {
                final SimulatedNode node = simulator.node((first + i) % options.nodes());
                if (node.running() && node.states().isWriting()) {
                    return node;
                }
            }
        }
        return simulator.node(first);
    }

    private void crash() {
        final SimulatedNode node = victim();
        if (!node.running()) {
            return;
        }
        final boolean power = crash.chance(options.powerLoss());
        final boolean forgets = options.durability() == Durability.MEMORY || power && options.durability() == Durability.OS;
        final boolean wiped = options.extremes().wiped() > 0 && extreme.chance(options.extremes().wiped()) && expendable(node);
        if (forgets && !expendable(node)) {
            return;
        }
        node.crash(forgets || wiped, power);
        if (wiped) {
            node.wipe(extreme.chance(0.5));
        }
        simulator.schedule(crash.exponential(options.downMean()) + 1, EventKind.START, node.number(), 0, 0, null);
    }

    /** Tells whether every configuration in play keeps a majority of members with their memory when {@code node} loses its own. */
    private boolean expendable(final SimulatedNode node) {
        final ArrayList<SimulatedLog> logs = new ArrayList<>();
        for (int i = 0; i < options.nodes(); i++) {
            if (simulator.node(i).log() != null) {
                logs.add(simulator.node(i).log());
            }
        }
        final List<RingView> views = simulator.history().inPlay(logs);
        for (final RingView view : views) {
            long sum = 0;
            long kept = 0;
            for (final RingMember member : view.members()) {
                sum += member.weight();
                if (!member.id().equals(node.self()) && simulator.remembers(member.id())) {
                    kept += member.weight();
                }
            }
            if (2 * kept <= sum) {
                return false;
            }
        }
        return !views.isEmpty();
    }

    private void pause() {
        final SimulatedNode node = victim();
        if (node.running() && !node.paused()) {
            node.pause(Math.clamp(crash.exponential(options.pauseMean()), PAUSE_MIN, PAUSE_MAX));
        }
    }

    private void jump() {
        final long by = extreme.exponential(options.extremes().jumpMean()) + 1;
        final SimulatedNode node = simulator.node(extreme.below(options.nodes()));
        EventDispatcher.attempt(node, () -> node.clockJumps(by));
    }

    private void leave() {
        final SimulatedNode node = simulator.node(crash.below(options.nodes()));
        final RingView view = simulator.history().configuration();
        if (!node.running() || node.paused() || view == null) {
            return;
        }
        final long others = view.members().stream().filter(member -> member.weight() > 0 && !member.id().equals(node.self())).count();
        if (others > 0) {
            EventDispatcher.attempt(node, node::leave);
        }
    }

    /**
     * A log forgets what every voter has, and every member that will be one for having asked, as servers have their own logs
     * purged. The latest stable configuration stays.
     */
    private void purge() {
        final SimulatedNode node = simulator.node(purge.below(options.nodes()));
        final RingView view = simulator.history().configuration();
        if (node.hosted() != null || !node.running() || view == null) {
            return;
        }
        long limit = Math.min(node.application().purgeable(), node.log().loggedIndex());
        for (int i = 0; i < options.nodes(); i++) {
            final SimulatedNode member = simulator.node(i);
            if (member.self() != null && (GroupHistory.weight(view, member.self()) > 0
                || member.application().askedForVote() && GroupHistory.isMember(view, member.self()))) {
                limit = Math.min(limit, Math.min(member.application().appliedIndex(), member.log().loggedIndex()));
            }
        }
        limit -= UNFLUSHED_MAX + options.load().purgeMargin();
        if (limit > node.log().baseIndex()) {
            simulator.marks().hit(Mark.LOG_PURGED);
            simulator.note(node.number(), "purge", limit, node.log().baseIndex(), 0);
            node.log().purge(limit);
        }
    }

    private void clog() {
        final int from = network.below(options.nodes());
        final int to = network.below(options.nodes());
        if (from != to) {
            simulator.network().clog(from, to, simulator.now() + network.exponential(options.partitionMean() / 4 + 1));
        }
    }

    private void narrow() {
        final int from = paths.below(options.nodes());
        final int to = paths.below(options.nodes());
        if (from != to) {
            simulator.network().narrow(from, to, simulator.now() + paths.exponential(options.partitionMean()) + 1);
        }
    }

    /** On one way to a node, or on all. */
    private void filter() {
        final int to = filters.below(options.nodes());
        final int only = filters.chance(0.5) ? filters.below(options.nodes()) : -1;
        final byte type = Filters.type(filters);
        final long until = simulator.now() + filters.exponential(2 * options.ring().suspectNs()) + 1;
        for (int from = 0; from < options.nodes(); from++) {
            if (from != to && (only < 0 || from == only)) {
                simulator.note(from, "filter", to, type, until);
                simulator.network().filter(from, to, type, until);
            }
        }
    }

    private void partition() {
        final int nodes = options.nodes();
        final long duration = network.exponential(options.partitionMean()) + 1;
        final int shape = network.below(4);
        final boolean oneWay = network.chance(0.3);
        final boolean[] left = new boolean[nodes];
        if (shape == 0) {
            left[network.below(nodes)] = true;
        } else {
            for (int i = 0; i < nodes; i++) {
                left[i] = network.chance(0.5);
            }
        }
        final double share = shape == 3 ? 0.4 : 1;
        for (int a = 0; a < nodes; a++) {
            for (int b = 0; b < nodes; b++) {
                if (left[a] && !left[b] && network.chance(share)) {
                    block(a, b, duration);
                    if (!oneWay) {
                        block(b, a, duration);
                    }
                }
            }
        }
    }

    private void block(final int from, final int to, final long duration) {
        simulator.note(from, "block", to, duration, 0);
        final long number = simulator.network().block(from, to);
        simulator.schedule(duration, EventKind.UNBLOCK, from, to, number, null);
    }
}

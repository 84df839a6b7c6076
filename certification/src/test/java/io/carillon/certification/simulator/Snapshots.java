// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.Xoshiro256;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/** Snapshots on their way from one server to another, as the server's own scripts bring them. */
final class Snapshots {
    private static final long TIME_MEAN_NS = 100_000_000L;

    private final IntFunction<ServerHost> hosts;
    private final CoreAlone core;
    private final NodeMarks marks;
    private final Xoshiro256 random;
    private final NodeBug bug;
    private boolean reliable;

    Snapshots(final IntFunction<ServerHost> hosts, final CoreAlone core, final NodeMarks marks, final Xoshiro256 random,
        final NodeBug bug) {
        this.core = core;
        this.bug = bug;
        this.hosts = hosts;
        this.marks = marks;
        this.random = random;
    }

    /** None fails any more. */
    void heal() {
        reliable = true;
    }

    private ServerTable.Snapshot cut(final ServerTable.Snapshot copy) {
        return bug != NodeBug.SNAPSHOT_CUT_WRONG ? copy
            : new ServerTable.Snapshot(copy.history(), copy.seqno() - 1, copy.digest(), copy.versions());
    }

    /**
     * {@code copy} goes from the node {@code from} to the node {@code joiner}, whose server number {@code asker} asked for it.
     * {@code done} hears in {@code donor} what became of it, negative for failure.
     */
    void donate(final int from, final int joiner, final int asker, final ServerTable.Snapshot copy, final SimulatedServer donor,
        final IntConsumer done) {
        final boolean fails = !reliable && random.chance(0.15);
        donor.later(random.exponential(TIME_MEAN_NS), () -> {
            final boolean arrives = !fails && !core.parts(from, joiner) && hosts.apply(joiner).take(asker, cut(copy));
            if (arrives) {
                core.given(from, joiner);
            } else {
                marks.hit(NodeMark.SNAPSHOT_FAILED);
            }
            done.accept(arrives ? 0 : -5);
        });
    }
}

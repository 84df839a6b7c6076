// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.DurableRingLog;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingState;
import java.io.UncheckedIOException;

/** The processes of a node whose disk and upper layer are a host's: what the host is asked for, and what it is held to. */
final class HostedProcess implements NodeProcess {
    private final Simulator simulator;
    private final SimulatedNode node;
    private final NodeHost host;
    private final Xoshiro256 random;
    private DurableRingLog opened;
    private ObservedLog log;

    HostedProcess(final Simulator simulator, final SimulatedNode node, final NodeHost host, final Xoshiro256 random) {
        this.simulator = simulator;
        this.node = node;
        this.host = host;
        this.random = random;
    }

    NodeHost host() {
        return host;
    }

    /** A process opens its disk. True if it knows who it was: exactly as long as it can prove what it promised. */
    boolean open(final SimulatedStateStore states) {
        try {
            opened = host.begin(this);
        } catch (final UncheckedIOException e) {
            throw new IllegalStateException("a process cannot begin with what its disk holds: " + e.getMessage(), e);
        }
        final RingState found = host.state();
        final RingState expected = states.kept();
        final boolean promised = expected != null && expected.promisedEpoch() > 0;
        Check.that(found != null || !promised, "who can prove what it kept remembers it (node)", node.number(),
            promised ? expected.promisedEpoch() : 0);
        Check.that(found == null || expected != null, "who cannot prove what it kept forgets it (node)", node.number(), 0);
        if (found == null) {
            states.forget();
        } else {
            states.found(found);
        }
        return found != null;
    }

    /** The log that was opened, of {@code self}. */
    ObservedLog log(final MemberId self, final boolean remembers, final MemberEffects effects) {
        if (!remembers) {
            log = new ObservedLog(simulator.options().durability(), simulator.history(), effects);
            simulator.history().holder(self, log);
        }
        log.begin(opened, remembers);
        return log;
    }

    void persist(final long ticket, final RingState state) {
        node.states().writing(state);
        final long life = node.life();
        final long membership = node.memberships();
        host.persist(state, () -> {
            if (node.life() == life) {
                node.states().written();
                if (node.memberships() == membership) {
                    node.persistedReported(ticket);
                }
            }
        });
    }

    /** The process is dead. */
    void died(final boolean power) {
        log.interrupted();
        host.died(power);
    }

    /** The process ends in order, unless it dies of its disk while it is at it. */
    void ends() {
        try {
            host.end();
            node.states().close();
            log.ended();
        } catch (final ProcessDied | UncheckedIOException how) {
            noteFailure(how);
            died(false);
            node.states().interrupted();
            if (simulator.options().durability() == SimulatedLog.Durability.MEMORY) {
                node.states().forget();
            }
        }
    }

    /** The disk took no more, or the process died while it was at it. */
    void diskFailed(final RuntimeException how) {
        noteFailure(how);
        node.crash(false, false);
        simulator.schedule(random.exponential(simulator.options().downMean()) + 1, EventKind.START, node.number(), 0, 0, null);
    }

    private void noteFailure(final RuntimeException how) {
        simulator.note(node.number(), how instanceof ProcessDied ? "died-on-disk" : "disk-failed", 0, 0, 0);
    }

    @Override
    public int number() {
        return node.number();
    }

    @Override
    public long local() {
        return node.local();
    }

    @Override
    public void later(final long delayNs, final Runnable task) {
        simulator.schedule(delayNs, EventKind.TASK, node.number(), node.life(), 0, task);
    }

    @Override
    public void outside(final long delayNs, final Runnable task) {
        simulator.schedule(delayNs, EventKind.OUTSIDE, node.number(), 0, 0, task);
    }

    @Override
    public boolean isRunning() {
        return node.running();
    }

    @Override
    public void device(final Runnable task) {
        final long mean = simulator.options().syncMean();
        simulator.schedule(random.exponential(mean) + 1000, EventKind.DEVICE, node.number(), node.life(), 0, task);
    }

    @Override
    public void purged() {
        log.follow();
        simulator.marks().hit(Mark.LOG_PURGED);
    }

    @Override
    public void tell(final String what, final long a, final long b) {
        simulator.note(node.number(), what, a, b, 0);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.EntryKind;
import io.carillon.group.Group;
import io.carillon.group.GroupListener;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import io.carillon.group.node.GroupEvents;
import io.carillon.group.node.ViewKeeper;
import io.carillon.group.ring.RingCore;
import io.carillon.group.ring.RingResult;
import io.carillon.group.ring.RingView;
import java.util.List;
import java.util.UUID;
import org.agrona.DirectBuffer;

/** A real layer above the member: its group is the simulated node's core, and what the core tells reaches it as from a transport. */
final class HostedApplication implements Application {
    private final Simulator simulator;
    private final SimulatedNode node;
    private final HostedProcess process;
    private final UpperLayer layer;
    private final Xoshiro256 random;
    private final GroupEvents events = new GroupEvents();
    private ViewKeeper listener;
    private UUID history;
    private boolean isMember;

    HostedApplication(final Simulator simulator, final SimulatedNode node, final HostedProcess process, final Xoshiro256 random) {
        this.simulator = simulator;
        this.node = node;
        this.process = process;
        layer = process.host().layer();
        this.random = random;
    }

    @Override
    public void start(final MemberId id, final boolean keepApplied) {
        events.clear();
        listener = null;
        history = null;
        isMember = false;
        final boolean founds = simulator.founds(node.number());
        // What is told during the call reaches nobody: a group tells at the end of a pass.
        final GroupListener upper = layer.start(new Membership(), process, founds);
        listener = new ViewKeeper(upper, node.log(), () -> node.core().stableConfiguration(), view -> { });
    }

    @Override
    public boolean deliver() {
        if (events.isEmpty()) {
            return false;
        }
        events.deliver(listener);
        return true;
    }

    @Override
    public boolean endPass() {
        listener.onBatchEnd();
        return !events.isEmpty();
    }

    @Override
    public void left() {
        isMember = false;
        events.left();
        events.deliver(listener);
        listener.onBatchEnd();
    }

    // ---- what the core tells

    @Override
    public void stable(final SimulatedLog log, final long before, final long index) {
        events.stable(index);
    }

    @Override
    public void notPrimary(final RingView nonPrimary) {
        events.notPrimary(nonPrimary);
    }

    @Override
    public void rejected(final long originSeq, final long reason) {
        simulator.marks().hit(Mark.OFFER_REJECTED);
        events.rejected(originSeq, reason);
    }

    @Override
    public void barrierAnswered(final long number, final long index) {
        simulator.marks().hit(index < 0 ? Mark.BARRIER_FAILED : Mark.BARRIER_ANSWERED);
        events.barrier(number, index);
    }

    @Override
    public void historyDiffers(final String what) {
        events.historyDiffers(what);
    }

    // ---- what the run asks for

    @Override
    public long offer(final RingCore core, final long now, final Xoshiro256 workload, final int length) {
        return layer.write(workload) ? 1 : -1;
    }

    @Override
    public void beginLarge(final int parts, final int partLength) {
        layer.writeLarge(random);
    }

    @Override
    public void barrier(final RingCore core, final long now) {
        layer.read();
    }

    @Override
    public boolean canLeave() {
        return layer.canLeave();
    }

    @Override
    public void leave(final RingCore core, final long now) {
        layer.leave();
    }

    @Override
    public void pump(final RingCore core, final long now) {
        // The layer goes on by itself.
    }

    @Override
    public long nextDeadlineNs() {
        return layer.nextDeadlineNs();
    }

    @Override
    public void onTimer(final long nowNs) {
        layer.onTimer(nowNs);
    }

    @Override
    public int pendingOffers() {
        return layer.openWrites();
    }

    @Override
    public String unsettled() {
        return layer.unsettled();
    }

    /** It purges its log itself. */
    @Override
    public long purgeable() {
        return 0;
    }

    @Override
    public long appliedIndex() {
        return 0;
    }

    @Override
    public void wipe() {
        // Its host does.
    }

    @Override
    public void loseApplied(final Xoshiro256 disk, final SimulatedLog log) {
        // Its host does.
    }

    @Override
    public RingView view() {
        final RingView told = listener == null ? null : listener.view();
        return told != null && told.primary() ? told : null;
    }

    /** The core as a group. */
    private final class Membership implements Group {
        @Override
        public void join(final String clusterName, final List<String> addresses, final boolean found, final long wantedSeqno,
            final byte[] info) {
            if (listener != null) {
                listener.forget();
            }
            isMember = true;
            if (node.hasLeft()) {
                node.joinAgain();
            }
            node.core().foundAs(history);
            node.core().start(node.local(), found, wantedSeqno, info);
        }

        @Override
        public void foundAs(final UUID continued) {
            history = continued;
        }

        @Override
        public long offer(final EntryKind kind, final DirectBuffer buffer, final int offset, final int length) {
            return isMember ? node.core().offer(node.local(), kind, buffer, offset, length) : RingResult.CLOSED;
        }

        @Override
        public long barrier() {
            return isMember ? node.core().barrier(node.local()) : RingResult.CLOSED;
        }

        @Override
        public void promote() {
            if (isMember) {
                node.core().promote(node.local());
            }
        }

        @Override
        public void weight(final int weight) {
            if (isMember) {
                node.core().weight(node.local(), weight);
            }
        }

        @Override
        public void info(final byte[] info) {
            if (isMember) {
                node.core().info(node.local(), info);
            }
        }

        @Override
        public void leave() {
            if (isMember) {
                node.core().leave(node.local());
            }
        }

        @Override
        public MemberId self() {
            return node.self();
        }

        @Override
        public RingLog log() {
            return node.log();
        }

        @Override
        public RingView view() {
            return listener == null ? null : listener.view();
        }

        @Override
        public List<String> describe() {
            return List.of();
        }
    }
}

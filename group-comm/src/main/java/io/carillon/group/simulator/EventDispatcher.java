// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import java.io.UncheckedIOException;

/** Gives each event to whom it concerns: a process, if it is the one that was meant and is not paused, or the environment. */
final class EventDispatcher {
    private final Simulator simulator;
    private final EventQueue queue;
    private final FaultPlan faults;
    private final Workload workload;

    EventDispatcher(final Simulator simulator, final EventQueue queue, final FaultPlan faults, final Workload workload) {
        this.simulator = simulator;
        this.queue = queue;
        this.faults = faults;
        this.workload = workload;
    }

    void dispatch(final int slot) {
        final int index = queue.node(slot);
        final SimulatedNode node = simulator.node(index);
        switch (queue.kind(slot)) {
            case EventKind.PACKET, EventKind.LINK_UP, EventKind.LINK_DOWN -> toProcess(node, slot, node.running());
            case EventKind.TIMER -> {
                if (node.running() && queue.a(slot) == node.life()) {
                    final long scheduledAt = queue.b(slot);
                    attempt(node, () -> node.timerEvent(scheduledAt));
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
            case EventKind.SYNCED, EventKind.BATCH_END, EventKind.TASK ->
                toProcess(node, slot, node.running() && queue.a(slot) == node.life());
            default -> {
                environment(node, slot);
                queue.release(slot);
            }
        }
    }

    private void toProcess(final SimulatedNode node, final int slot, final boolean current) {
        if (!current) {
            discard(slot);
        } else {
            node.arrive(slot, queue.kind(slot) == EventKind.PACKET);
        }
    }

    /** An event reaches the running process of {@code node}. */
    void process(final SimulatedNode node, final int slot) {
        try {
            take(node, slot);
        } catch (final ProcessDied | UncheckedIOException died) {
            failed(node, died);
        }
        discard(slot);
    }

    /** What a process does of itself may end it, too. */
    static void attempt(final SimulatedNode node, final Runnable action) {
        try {
            action.run();
        } catch (final ProcessDied | UncheckedIOException died) {
            failed(node, died);
        }
    }

    private static void failed(final SimulatedNode node, final RuntimeException died) {
        if (node.hosted() == null || !node.running()) {
            throw died;
        }
        node.hosted().diskFailed(died);
    }

    private void take(final SimulatedNode node, final int slot) {
        switch (queue.kind(slot)) {
            case EventKind.PACKET -> node.packet((Packet) queue.attachment(slot));
            case EventKind.LINK_UP -> node.linkUp((int) queue.a(slot), queue.b(slot));
            case EventKind.LINK_DOWN -> node.linkDown((int) queue.a(slot), queue.b(slot));
            case EventKind.PERSISTED -> node.persistedReported(queue.b(slot));
            case EventKind.SYNCED -> node.syncReported();
            case EventKind.TASK -> node.task((Runnable) queue.attachment(slot));
            default -> node.endBatch();
        }
    }

    /** Drops an event that nobody is there to take. */
    void discard(final int slot) {
        if (queue.attachment(slot) instanceof Packet packet) {
            simulator.network().release(packet);
        }
        queue.release(slot);
    }

    private void environment(final SimulatedNode node, final int slot) {
        switch (queue.kind(slot)) {
            case EventKind.CONNECT -> simulator.network().connect(node.number(), (int) queue.a(slot));
            case EventKind.WORKLOAD -> attempt(node, () -> workload.act(node));
            case EventKind.FAULT -> faults.act((int) queue.a(slot));
            case EventKind.DEVICE -> {
                if (node.running() && queue.a(slot) == node.life()) {
                    attempt(node, (Runnable) queue.attachment(slot));
                }
            }
            case EventKind.OUTSIDE -> ((Runnable) queue.attachment(slot)).run();
            case EventKind.START -> {
                if (!node.running() && !simulator.outsiders().keepDown(node.number())) {
                    attempt(node, node::start);
                }
            }
            case EventKind.RESUME -> {
                final long pause = queue.a(slot);
                attempt(node, () -> node.resume(pause));
            }
            case EventKind.UNBLOCK -> simulator.network().unblock(node.number(), (int) queue.a(slot), queue.b(slot));
            case EventKind.PROCESSOR_FREE -> {
                if (node.running() && queue.a(slot) == node.life()) {
                    node.processorFree();
                }
            }
            case EventKind.MARK -> { }
            default -> throw new IllegalStateException("event " + EventKind.name(queue.kind(slot)));
        }
    }
}

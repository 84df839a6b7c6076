// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import java.util.ArrayDeque;

/**
 * What a node's processor does when: a packet keeps it busy for a while, so that others queue up behind it, and in a
 * pause everything does.
 */
final class Processor {
    private final Simulator simulator;
    private final int number;
    private final long packetCost;
    /** Everything that came in a pause. */
    private final ArrayDeque<Integer> deferred = new ArrayDeque<>();
    /** Packets that came while it was busy. */
    private final ArrayDeque<Integer> packets = new ArrayDeque<>();
    private long busyUntil;
    private boolean freeScheduled;
    private long pause;
    private boolean paused;

    Processor(final Simulator simulator, final int number, final long packetCost) {
        this.simulator = simulator;
        this.number = number;
        this.packetCost = packetCost;
    }

    boolean paused() {
        return paused;
    }

    /** An event for the running process. */
    void arrive(final SimulatedNode node, final int slot, final boolean isPacket) {
        if (paused) {
            deferred.add(slot);
        } else if (isPacket && packetCost > 0 && (!packets.isEmpty() || simulator.now() < busyUntil)) {
            packets.add(slot);
            awaitFree(node);
        } else {
            process(node, slot, isPacket);
        }
    }

    private void process(final SimulatedNode node, final int slot, final boolean isPacket) {
        if (isPacket) {
            busyUntil = simulator.now() + packetCost;
        }
        simulator.process(node, slot);
    }

    private void awaitFree(final SimulatedNode node) {
        if (!freeScheduled) {
            freeScheduled = true;
            simulator.schedule(Math.max(0, busyUntil - simulator.now()), EventKind.PROCESSOR_FREE, number, node.life(), 0, null);
        }
    }

    /** Event PROCESSOR_FREE: the next packet. */
    void free(final SimulatedNode node) {
        freeScheduled = false;
        if (!paused && !packets.isEmpty()) {
            process(node, packets.poll(), true);
            if (!packets.isEmpty()) {
                awaitFree(node);
            }
        }
    }

    /** The process stops being scheduled for {@code duration}; what arrives waits. */
    void pause(final long duration) {
        paused = true;
        simulator.schedule(duration, EventKind.RESUME, number, ++pause, 0, null);
    }

    /** True if the pause {@code pauseNumber}, or any when 0, ends now: then {@link #catchUp} follows. */
    boolean resume(final long pauseNumber) {
        final boolean ends = paused && (pauseNumber == pause || pauseNumber == 0);
        paused &= !ends;
        return ends;
    }

    /** What waited in the pause reaches the process, in order. */
    void catchUp(final SimulatedNode node) {
        if (!packets.isEmpty()) {
            awaitFree(node);
        }
        for (int waiting = deferred.size(); waiting > 0 && node.running() && !paused; waiting--) {
            final int slot = deferred.poll();
            arrive(node, slot, simulator.isPacket(slot));
        }
    }

    int waiting() {
        return deferred.size() + packets.size();
    }

    /** The process is gone, and with it what waits. */
    void stop() {
        paused = false;
        freeScheduled = false;
        busyUntil = 0;
        while (!deferred.isEmpty()) {
            simulator.discard(deferred.poll());
        }
        while (!packets.isEmpty()) {
            simulator.discard(packets.poll());
        }
    }
}

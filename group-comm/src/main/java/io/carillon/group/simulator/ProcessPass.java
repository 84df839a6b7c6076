// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/** The passes of a process, as the real one makes them: inputs of a batch, then flush of the log, then flush of the ring. */
final class ProcessPass {
    /** Times that an application takes what happened and calls back in one pass. */
    private static final int DELIVERIES_MAX = 8;

    private final Simulator simulator;
    private final SimulatedNode node;
    private final MemberEffects effects;
    private final Xoshiro256 random;
    private boolean isDue;

    ProcessPass(final Simulator simulator, final SimulatedNode node, final MemberEffects effects, final Xoshiro256 random) {
        this.simulator = simulator;
        this.node = node;
        this.effects = effects;
        this.random = random;
    }

    /** The process is gone. */
    void stop() {
        isDue = false;
    }

    /** After every input: the batch ends at once or a little later, as reads from a socket do. */
    void touched() {
        if (isDue) {
            return;
        }
        isDue = true;
        if (simulator.options().batch() == 0) {
            end();
        } else {
            endIn(random.between(0, simulator.options().batch()));
        }
    }

    private void endIn(final long delayNs) {
        simulator.schedule(delayNs, EventKind.BATCH_END, node.number(), node.life(), 0, null);
    }

    /** Event BATCH_END. */
    void end() {
        isDue = false;
        if (effects.departed()) {
            node.depart();
            return;
        }
        node.application().pump(node.core(), node.local());
        flush();
        for (int i = 0; i < DELIVERIES_MAX && !effects.departed() && node.application().deliver(); i++) {
            flush();
        }
        if (!effects.departed()) {
            endApplication();
        }
        if (effects.departed()) {
            node.depart();
            return;
        }
        effects.checkBounds(simulator.options());
        simulator.checkOneHolder(node);
        node.arm();
    }

    /** What the application asks for at the end is done, and what comes of that is the next pass's. */
    private void endApplication() {
        final boolean goesOn = node.application().endPass();
        if (node.hosted() != null) {
            flush();
        }
        if (goesOn) {
            isDue = true;
            endIn(1000);
        }
    }

    private void flush() {
        long end;
        do {
            end = node.log().endIndex();
            node.log().flush();
            node.core().flush(node.local());
        } while (!effects.departed() && node.log().endIndex() > end);
    }
}

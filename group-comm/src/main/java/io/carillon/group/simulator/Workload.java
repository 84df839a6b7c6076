// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/** What the applications do: offers in bursts and alone, barriers, changes of weight. */
final class Workload {
    /** Of workload steps that begin a message of up to two megabytes, in runs that have some. */
    private static final double HUGE_SHARE = 0.005;

    private final Simulator simulator;
    private final SwarmOptions options;
    private final Xoshiro256 random;
    private final Xoshiro256 large;
    private final Xoshiro256 flooding;
    private final Xoshiro256 tiny;
    private int floods;
    private boolean over;

    Workload(final Simulator simulator, final SwarmOptions options, final Xoshiro256 random, final Xoshiro256 large,
        final Xoshiro256 flooding, final Xoshiro256 tiny) {
        this.tiny = tiny;
        this.large = large;
        this.flooding = flooding;
        this.simulator = simulator;
        this.options = options;
        this.random = random;
    }

    Xoshiro256 random() {
        return random;
    }

    /** Nothing is offered any more by itself. */
    void end() {
        over = true;
    }

    /** Event WORKLOAD. */
    void act(final SimulatedNode node) {
        if (over) {
            return;
        }
        final boolean writer = options.hotWriter() < 0 || options.hotWriter() == node.number();
        if (node.running() && !node.paused()) {
            if (writer && node.hosted() == null && floods < options.floods().most() && flooding.chance(options.floods().share())) {
                flood(node);
            }
            if (writer) {
                for (int burst = random.chance(0.1) ? 1 + random.below(12) : 1; burst > 0; burst--) {
                    offer(node, random, length(node));
                }
            }
            if (writer && options.load().largeMessages() > 0 && large.chance(options.load().largeMessages())) {
                node.application().beginLarge(2 + large.below(40), options.load().partMax());
            }
            if (writer && options.extremes().hugeParts() > 0 && large.chance(HUGE_SHARE)) {
                node.application().beginLarge(2 + large.below(options.extremes().hugeParts()), Extremes.PART_LENGTH);
            }
            if (random.chance(options.barriers())) {
                node.application().barrier(node.core(), node.local());
            }
            if (random.chance(options.weightChanges())) {
                node.core().weight(node.local(), 1 + random.below(4));
            }
            node.touched();
        }
        final long every = writer ? options.offerEvery() : options.offerEvery() * 10;
        simulator.schedule(random.exponential(every) + 1, EventKind.WORKLOAD, node.number(), 0, 0, null);
    }

    private long offer(final SimulatedNode node, final Xoshiro256 kinds, final int length) {
        final long answer = node.application().offer(node.core(), node.local(), kinds, length);
        simulator.answered(node, length, answer);
        return answer;
    }

    /** As much as is taken in one pass. */
    private void flood(final SimulatedNode node) {
        int taken = 0;
        while (taken < Floods.OFFERS && offer(node, flooding, Floods.LENGTH) > 0) {
            taken++;
        }
        floods += taken > 0 ? 1 : 0;
    }

    private int length(final SimulatedNode node) {
        if (node.hosted() == null && tiny.chance(options.tiny())) {
            return 1 + tiny.below(ApplicationModel.NUMBERED_LENGTH - 1);
        }
        if (options.tooLarge() > 0 && simulator.weather().chance(options.tooLarge())) {
            return options.ring().entryLengthMax() + 1;
        }
        return random.chance(0.05) ? random.below(options.payloadMax())
            : (int) Math.min(options.payloadMax(), random.exponential(200));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/** The last things that happened at one node, kept as numbers and only turned into text when a run fails. */
final class NodeTrace {
    private static final int SIZE = Math.max(256, Integer.getInteger("carillon.sim.trace", 0));

    private final String[] what = new String[SIZE];
    private final long[] numbers = new long[SIZE * 5];
    private long count;

    void add(final long time, final long event, final String name, final long a, final long b, final long c) {
        final int at = (int) (count++ % SIZE);
        what[at] = name;
        numbers[at * 5] = time;
        numbers[at * 5 + 1] = event;
        numbers[at * 5 + 2] = a;
        numbers[at * 5 + 3] = b;
        numbers[at * 5 + 4] = c;
    }

    /** Appends the last {@code lines} happenings, oldest first. */
    void print(final StringBuilder into, final int lines) {
        for (long i = Math.max(0, count - Math.min(lines, SIZE)); i < count; i++) {
            final int at = (int) (i % SIZE);
            into.append(String.format("    %12.6f ms  #%-8d %-16s %d %d %d%n", numbers[at * 5] / 1e6, numbers[at * 5 + 1],
                what[at], numbers[at * 5 + 2],
                numbers[at * 5 + 3], numbers[at * 5 + 4]));
        }
    }
}

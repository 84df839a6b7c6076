// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

/** How often each {@link NodeMark} was hit. */
final class NodeMarks {
    private final long[] counts = new long[NodeMark.values().length];

    void hit(final NodeMark mark) {
        counts[mark.ordinal()]++;
    }

    long[] counts() {
        return counts.clone();
    }
}

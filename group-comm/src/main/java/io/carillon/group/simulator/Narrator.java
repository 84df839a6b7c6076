// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.TraceEvent;

/** Hears what becomes visible above the ring, for scripts. */
interface Narrator {
    /** Hears nothing. */
    Narrator NOBODY = new Narrator() {
        @Override
        public void happened(final int node, final String what) {
        }

        @Override
        public void traced(final int node, final TraceEvent event, final long first) {
        }
    };

    /** Something that the layer above {@code node} sees. */
    void happened(int node, String what);

    /** A protocol event and the first of its numbers. */
    void traced(int node, TraceEvent event, long first);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.ring.TraceEvent;

/**
 * What a run did.
 *
 * @param seed of the run.
 * @param events processed.
 * @param messages ordered and stable.
 * @param virtualNs length in virtual time.
 * @param digest of the whole stable history: equal for equal seeds.
 * @param traced how often each protocol event was met, by its ordinal.
 * @param answers to offers: taken, and by the negated result of the core.
 * @param marks how often each {@link Mark} was hit, by its ordinal.
 */
public record SimulationReport(long seed, long events, long messages, long virtualNs, long digest, long[] traced,
    long[] answers, long[] marks) {
    /** How often {@code event} was met at all nodes together. */
    public long count(final TraceEvent event) {
        return traced[event.ordinal()];
    }
}

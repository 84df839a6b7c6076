// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

/** Length of a queue, sampled: now, least, most, average since {@link #reset}. */
final class QueueFigures {
    private long now;
    private long min;
    private long max;
    private long sum;
    private long samples;

    void sample(final long length) {
        now = length;
        min = samples == 0 ? length : Math.min(min, length);
        max = Math.max(max, length);
        sum += length;
        samples++;
    }

    void reset() {
        min = now;
        max = now;
        sum = 0;
        samples = 0;
    }

    /** Adds the four variables of a queue, in Galera's order. */
    void addTo(final StatusSink sink, final String name) {
        sink.add(name, now);
        sink.add(name + "_max", max);
        sink.add(name + "_min", min);
        sink.add(name + "_avg", samples == 0 ? 0.0 : (double) sum / samples);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import java.util.Locale;

/** Time from offering an own entry until it is stable, sampled one entry at a time: {@code evs_repl_latency}. */
final class ReplicationLatency {
    private static final double SECOND_NS = 1e9;

    private long originSeq;
    private long sinceNs;
    private long count;
    private double min;
    private double max;
    private double sum;
    private double squares;

    /** An own entry is offered. */
    void offered(final long newOriginSeq, final long nowNs) {
        if (originSeq == 0) {
            originSeq = newOriginSeq;
            sinceNs = nowNs;
        }
    }

    /** Tells whether the end of {@code seq} is waited for. */
    boolean awaits(final long seq) {
        return originSeq != 0 && seq >= originSeq;
    }

    /** An awaited own entry is stable, or was rejected. */
    void stable(final long nowNs) {
        originSeq = 0;
        final double seconds = (nowNs - sinceNs) / SECOND_NS;
        min = count == 0 ? seconds : Math.min(min, seconds);
        max = Math.max(max, seconds);
        sum += seconds;
        squares += seconds * seconds;
        count++;
    }

    /** What was waited for is not waited for any more. */
    void forget() {
        originSeq = 0;
    }

    /** As Galera: least, average, most, standard deviation, samples. */
    @Override
    public String toString() {
        if (count == 0) {
            return "0/0/0/0/0";
        }
        final double average = sum / count;
        final double deviation = Math.sqrt(Math.max(0, squares / count - average * average));
        return String.format(Locale.ROOT, "%.6g/%.6g/%.6g/%.6g/%d", min, average, max, deviation, count);
    }
}

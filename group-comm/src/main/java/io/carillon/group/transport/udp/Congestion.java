// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

/**
 * How many bytes may be under way to a peer: doubled each round trip until something is lost, then less at once for every
 * round trip with a loss and a little more for each without (AIMD, as TCP's), never more than the receiver has room for.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Congestion {
    static final int WINDOW_MIN = 2 * PathMtu.CEILING;
    private static final int WINDOW_INITIAL = 32 << 10;
    private static final int WINDOW_MAX = 4 << 20;
    private static final long PATIENCE_MIN_NS = 10_000_000L;
    private static final long PATIENCE_MAX_NS = 1_000_000_000L;

    private int window = WINDOW_INITIAL;
    private int threshold = WINDOW_MAX;
    private int receiverWindow = WINDOW_INITIAL;
    /** Losses of what was sent before this sequence belong to the last reduction. */
    private long recoverySequence;
    private long smoothedNs = -1;
    private long variationNs;
    private int backOff;

    int window() {
        return Math.max(WINDOW_MIN, Math.min(window, receiverWindow));
    }

    void receiverWindow(final int bytes) {
        receiverWindow = Math.max(0, bytes);
    }

    void onAcknowledged(final int bytes) {
        backOff = 0;
        if (window < threshold) {
            window = Math.min(WINDOW_MAX, window + bytes);
        } else {
            window = (int) Math.min(WINDOW_MAX, window + Math.max(1, (long) bytes * PathMtu.FLOOR / window));
        }
    }

    /** {@code sequence} was lost; {@code next} is the next to be sent. */
    void onLost(final long sequence, final long next) {
        if (sequence >= recoverySequence) {
            recoverySequence = next;
            window = Math.max(WINDOW_MIN, window * 7 / 10);
            threshold = window;
        }
    }

    /** Nothing was acknowledged for {@link #patienceNs}. */
    void onSilence(final long next) {
        recoverySequence = next;
        threshold = Math.max(WINDOW_MIN, window / 2);
        window = WINDOW_MIN;
        backOff = Math.min(backOff + 1, 6);
    }

    void onRoundTrip(final long ns) {
        if (smoothedNs < 0) {
            smoothedNs = ns;
            variationNs = ns / 2;
        } else {
            variationNs += (Math.abs(ns - smoothedNs) - variationNs) / 4;
            smoothedNs += (ns - smoothedNs) / 8;
        }
    }

    /** How long an acknowledgement is waited for. */
    long patienceNs() {
        final long usual = smoothedNs < 0 ? 100_000_000L : smoothedNs + 4 * variationNs + PATIENCE_MIN_NS;
        return Math.min(PATIENCE_MAX_NS, usual << backOff);
    }
}

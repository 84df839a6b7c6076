// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

/**
 * Bounds of the certification index. The first two decide verdicts: every member must have the same.
 *
 * @param window seqnos that the index reaches back; a write set whose origin was further behind conflicts.
 * @param keysMax keys that the write sets in the index may have together, the newest one excepted.
 * @param parallelKeysMin keys from which a write set is certified by two threads; {@code Integer.MAX_VALUE} for never.
 */
public record CertifierConfig(int window, int keysMax, int parallelKeysMin) {
    /** What all members use. */
    public static final CertifierConfig DEFAULT = new CertifierConfig(16_384, 4 << 20, 20_000);
}

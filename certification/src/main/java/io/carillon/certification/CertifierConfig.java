// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

/**
 * Bounds of the certification index. All but the last decide verdicts: every member must have the same.
 *
 * @param window seqnos that the index reaches back; a write set whose origin was further behind conflicts.
 * @param keysMax keys that the write sets in the index may have together.
 * @param keysPerWriteSetMax keys of one write set above which the index holds its tables as a whole instead of its rows;
 * at most {@code keysMax}.
 * @param parallelKeysMin keys from which a write set is certified by two threads; {@code Integer.MAX_VALUE} for never.
 */
public record CertifierConfig(int window, int keysMax, int keysPerWriteSetMax, int parallelKeysMin) {
    /** What all members use. The launcher's {@code -Xmx} is made for it. */
    public static final CertifierConfig DEFAULT = new CertifierConfig(16_384, 2 << 20, 1 << 20, 20_000);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/**
 * An operator's word that sets the quorum aside.
 *
 * @param ignoreSplitBrain half of the weight suffices.
 * @param ignoreQuorum any component is primary.
 * @param bootstrap the present component becomes primary, once.
 */
public record Overrides(boolean ignoreSplitBrain, boolean ignoreQuorum, boolean bootstrap) {
    /** The rule. */
    public static final Overrides NONE = new Overrides(false, false, false);

    /** The word as bits on the wire. */
    public int bits() {
        return (ignoreSplitBrain ? 1 : 0) | (ignoreQuorum ? 2 : 0) | (bootstrap ? 4 : 0);
    }

    /** From the wire; unknown bits mean nothing. */
    public static Overrides of(final int bits) {
        return new Overrides((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0);
    }

    Overrides or(final Overrides other) {
        return of(bits() | other.bits());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

/**
 * One incarnation of a member: a UUID, ordered as unsigned 128 bits.
 *
 * @param msb upper half.
 * @param lsb lower half.
 */
public record MemberId(long msb, long lsb) implements Comparable<MemberId> {
    /** Nobody. */
    public static final MemberId NONE = new MemberId(0, 0);

    @Override
    public int compareTo(final MemberId other) {
        final int upper = Long.compareUnsigned(msb, other.msb);
        return upper != 0 ? upper : Long.compareUnsigned(lsb, other.lsb);
    }

    @Override
    public String toString() {
        return new java.util.UUID(msb, lsb).toString();
    }
}

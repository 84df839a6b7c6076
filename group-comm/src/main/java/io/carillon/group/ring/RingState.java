// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;

/**
 * What a member must not forget beside its log.
 *
 * @param self own incarnation.
 * @param promisedEpoch nothing older is ever accepted or acknowledged again.
 * @param stableIndex a stable index known when this was written; a lower bound.
 * @param givenUpEpoch epoch of the ring in which the log was given up for the group's, 0 for never: until it holds an
 *     entry of that epoch or a later one it proves nothing.
 */
public record RingState(MemberId self, long promisedEpoch, long stableIndex, long givenUpEpoch) {
    /** State of a member that never gave a log up. */
    public RingState(final MemberId self, final long promisedEpoch, final long stableIndex) {
        this(self, promisedEpoch, stableIndex, 0);
    }

    /** State of a member that never was in a ring. */
    public static RingState fresh(final MemberId self) {
        return new RingState(self, 0, 0);
    }
}

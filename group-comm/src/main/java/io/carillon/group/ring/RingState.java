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
 */
public record RingState(MemberId self, long promisedEpoch, long stableIndex) {
    /** State of a member that never was in a ring. */
    public static RingState fresh(final MemberId self) {
        return new RingState(self, 0, 0);
    }
}

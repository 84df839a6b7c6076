// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;

/**
 * A member of a ring's configuration.
 *
 * @param id incarnation.
 * @param name node name, for people and for recognising an amnesiac member.
 * @param weight votes, 0 for a joiner, at most 255.
 * @param info what the layer above says about itself; opaque here, at most 4 KiB.
 */
public record RingMember(MemberId id, String name, int weight, byte[] info) {
    /** The same member with another weight. */
    public RingMember withWeight(final int newWeight) {
        return new RingMember(id, name, newWeight, info);
    }
}

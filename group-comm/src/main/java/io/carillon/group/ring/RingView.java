// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.List;
import java.util.UUID;

/**
 * A configuration of the group.
 *
 * @param group UUID of the group's history; all zero before it is known.
 * @param epoch ring that it belongs to.
 * @param index of its log entry; 0 when not primary.
 * @param seqno of its log entry; -1 when not primary.
 * @param number count of primary views in this history; -1 when not primary.
 * @param primary whether it may order.
 * @param reason why the configuration changed.
 * @param members sorted by id.
 */
public record RingView(UUID group, long epoch, long index, long seqno, long number, boolean primary, String reason,
    List<RingMember> members) {
    public RingView {
        members = List.copyOf(members);
    }

    /** Tells whether {@code id} is a member. */
    public boolean contains(final MemberId id) {
        for (final RingMember member : members) {
            if (member.id().equals(id)) {
                return true;
            }
        }
        return false;
    }
}

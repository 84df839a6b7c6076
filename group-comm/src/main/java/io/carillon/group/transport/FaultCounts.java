// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often something went wrong with a member. Members come and go without end, so only the latest are known.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class FaultCounts {
    private static final int MEMBERS_MAX = 1024;

    private final Map<MemberId, Long> counts = new LinkedHashMap<>();

    /** Counts one more fault with {@code member}. */
    public void add(final MemberId member) {
        final long count = of(member) + 1;
        counts.remove(member);
        if (counts.size() >= MEMBERS_MAX) {
            counts.remove(counts.keySet().iterator().next());
        }
        counts.put(member, count);
    }

    /** Faults with {@code member}; 0 when it is not among the latest. */
    public long of(final MemberId member) {
        return counts.getOrDefault(member, 0L);
    }
}

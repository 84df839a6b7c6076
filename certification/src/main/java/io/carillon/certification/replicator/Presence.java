// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Since which view each member has been present without a break, as of the entries delivered. The servers roll the
 * streaming transactions of an absent member back, so a later fragment of one must fail, on every member.
 */
final class Presence {
    /** Present before anything that is known here. */
    static final long EVER = -1;

    private final Map<MemberId, Long> since = new HashMap<>();
    private boolean begun;

    /**
     * Starts behind an entry with {@code seqno}; {@code later} is how it was somewhat later, or null when nobody
     * said: then whoever is there has been there for ever.
     */
    void start(final long seqno, final Map<MemberId, Long> later) {
        since.clear();
        begun = later != null;
        if (later != null) {
            later.forEach((id, from) -> {
                if (from <= seqno) {
                    since.put(id, from);
                }
            });
        }
    }

    /** A VIEW entry. */
    void view(final RingView view) {
        final Set<MemberId> present = new HashSet<>();
        for (final RingMember member : view.members()) {
            present.add(member.id());
            since.putIfAbsent(member.id(), begun ? view.seqno() : EVER);
        }
        since.keySet().retainAll(present);
        begun = true;
    }

    /** Tells whether {@code id} was absent at any time after {@code seqno}. */
    boolean wasAbsentSince(final MemberId id, final long seqno) {
        return since.getOrDefault(id, EVER) > seqno;
    }

    /** Ascending, so that what is sent of it is the same bytes whoever sends it. */
    Map<MemberId, Long> copy() {
        return new TreeMap<>(since);
    }
}

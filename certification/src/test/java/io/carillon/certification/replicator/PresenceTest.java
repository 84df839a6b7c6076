// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.carillon.group.MemberId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PresenceTest {
    /** Or a donor would send other bytes with each start of the JVM, and a seed of the simulator would not be the same run. */
    @Test
    void isToldInTheOrderOfTheMembers() {
        final List<MemberId> members = LongStream.of(-7, 3, 1L << 40, 99, -1L << 50, 12, 5).mapToObj(msb -> new MemberId(msb, ~msb))
            .toList();
        final Map<MemberId, Long> known = new HashMap<>();
        members.forEach(member -> known.put(member, 4L));
        final Presence presence = new Presence();
        presence.start(10, known);
        assertEquals(members.stream().sorted().toList(), List.copyOf(presence.copy().keySet()));
        assertEquals(known, presence.copy());
    }
}

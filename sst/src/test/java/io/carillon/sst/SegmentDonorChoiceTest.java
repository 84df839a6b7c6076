// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sst;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.carillon.certification.replicator.MemberInfo;
import io.carillon.certification.replicator.MemberState;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingMember;
import io.carillon.wsrep.NodeState;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SegmentDonorChoiceTest {
    private static final MemberId JOINER = new MemberId(0, 9);

    private final SegmentDonorChoice choice = new SegmentDonorChoice();

    private static MemberState member(final long id, final String name, final NodeState state, final int segment, final long released) {
        return member(id, name, state, segment, released, 0);
    }

    private static MemberState member(final long id, final String name, final NodeState state, final int segment, final long released,
        final int writeRate) {
        final MemberInfo info = new MemberInfo(new UUID(1, id), name, "", state, 0, segment, released, writeRate, 0);
        return MemberState.of(new RingMember(new MemberId(0, id), name, 1, info.encode()));
    }

    private static MemberState joiner(final int segment) {
        return member(9, "j", NodeState.JOINER, segment, -1);
    }

    private String choose(final String donors, final MemberState... members) {
        final MemberState chosen = choice.choose(List.of(members), JOINER, donors);
        return chosen == null ? null : chosen.name();
    }

    @Test
    void namesComeFirstInTheirOrder() {
        final MemberState a = member(1, "a", NodeState.SYNCED, 0, 9);
        final MemberState b = member(2, "b", NodeState.SYNCED, 0, 5);
        assertEquals("b", choose("b,a", a, b, joiner(0)));
        assertEquals("a", choose("nobody,a", a, b, joiner(0)));
    }

    @Test
    void onlyATrailingCommaAllowsOthers() {
        final MemberState a = member(1, "a", NodeState.DONOR, 0, 9);
        final MemberState b = member(2, "b", NodeState.SYNCED, 0, 5);
        assertNull(choose("a", a, b, joiner(0)));
        assertEquals("b", choose("a,", a, b, joiner(0)));
    }

    @Test
    void theSegmentGoesBeforeTheProgress() {
        final MemberState far = member(1, "far", NodeState.SYNCED, 0, 90);
        final MemberState near = member(2, "near", NodeState.SYNCED, 1, 5);
        assertEquals("near", choose("", far, near, joiner(1)));
        assertEquals("far", choose("", far, near, joiner(2)));
    }

    @Test
    void nobodyWhoIsNotSynced() {
        assertNull(choose("", member(1, "a", NodeState.JOINED, 0, 9), member(2, "b", NodeState.JOINER, 0, 9), joiner(0)));
    }

    @Test
    void whoWritesLittleGoesBeforeWhoWritesMuchButNotBeforeTheSegment() {
        final MemberState busy = member(1, "busy", NodeState.SYNCED, 0, 900, 5000);
        final MemberState idle = member(2, "idle", NodeState.SYNCED, 0, 800, 0);
        final MemberState far = member(3, "far", NodeState.SYNCED, 1, 900, 0);
        assertEquals("idle", choose("", busy, idle, far, joiner(0)));
        assertEquals("busy", choose("", busy, far, joiner(0)));
        assertEquals("busy", choose("busy,idle", busy, idle, joiner(0)));
        final MemberState alike = member(4, "alike", NodeState.SYNCED, 0, 950, 6000);
        assertEquals("alike", choose("", busy, alike, joiner(0)));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;

/** The first ring of a group, or the one with which an operator lets a single member go on. */
final class Founding {
    /** Foundings of a group, and view changes after one, that the numbers are good for: 2^11 (LogTail's are the limit) and 2^12. */
    private static final int ROUND_SHIFT = 24;
    private static final int PLACE_SHIFT = 12;
    private static final int PLACES = 1 << ROUND_SHIFT - PLACE_SHIFT;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private Founding() {
    }

    /** The epoch in which {@code machine} founds, alone or as representative. */
    static long epochAfter(final long promised, final RingMachine machine) {
        final Configuration latest = machine.tail.configurations().latest();
        return epochAfter(promised, machine.self, latest == null ? List.of() : latest.members());
    }

    /**
     * Nobody vouches that the epoch is unused where members go on by an operator's word: it leaves a wide gap, and
     * the place in it is the representative's own, with room for the rings that follow, so that another side's epochs
     * stay different. Members of one configuration never have the same place, others hardly ever.
     */
    static long epochAfter(final long promised, final MemberId self, final List<RingMember> members) {
        final TreeSet<Integer> taken = new TreeSet<>();
        int place = -1;
        for (int nth = 0; nth < members.size() && place < 0; nth++) {
            final int theirs = placeBeside(taken, members.get(nth).id());
            place = members.get(nth).id().equals(self) ? theirs : -1;
        }
        final long own = place < 0 ? placeBeside(taken, self) : place;
        return ((promised >>> ROUND_SHIFT) + 1 << ROUND_SHIFT) + (own << PLACE_SHIFT);
    }

    private static int placeBeside(final TreeSet<Integer> taken, final MemberId id) {
        int place = (int) (mix(id.msb() ^ mix(id.lsb())) >>> Long.SIZE - (ROUND_SHIFT - PLACE_SHIFT));
        while (!taken.add(place)) {
            place = (place + 1) % PLACES;
        }
        return place;
    }

    static ControlMessage.Install install(final RingMachine machine) {
        final LogTail tail = machine.tail;
        final Configuration latest = tail.configurations().latest();
        final RingMember self = new RingMember(machine.self, machine.config.name(), Math.max(machine.config.weight(), 1), machine.info);
        final Configuration view = new Configuration(machine.promisedEpoch, tail.end() + 1,
            latest != null ? latest.group() : machine.history != null ? machine.history : groupOf(machine.self, machine.promisedEpoch),
            latest == null ? 1 : latest.number() + 1,
            machine.promisedEpoch, GatherReason.FOUNDED.text(), List.of(self), List.of(), List.of());
        return new ControlMessage.Install(machine.promisedEpoch, true, machine.self, tail.end(), tail.log().endSeqno(),
            tail.table(), view, machine.config.rotation().rotates());
    }

    /** A UUID (version 4 by its bits) that only this member derives, and only for this epoch. */
    static UUID groupOf(final MemberId self, final long epoch) {
        final long upper = mix(self.msb() + MIX * epoch);
        final long lower = mix(self.lsb() ^ upper);
        return new UUID(upper & ~0xF000L | 0x4000L, lower & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L);
    }

    private static long mix(final long value) {
        long mixed = (value ^ value >>> 32) * MIX;
        mixed = (mixed ^ mixed >>> 29) * 0xBF58476D1CE4E5B9L;
        return mixed ^ mixed >>> 32;
    }
}

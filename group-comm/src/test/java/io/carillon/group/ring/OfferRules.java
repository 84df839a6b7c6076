// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.EntryKind;
import io.carillon.group.MemberId;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Rule 8 by the ring's own code: {@link OriginMarks}, {@link OfferedPayloads}, {@link OwnOffers}. Tests break a part of it each. */
class OfferRules {
    private static final MemberId ORIGIN = new MemberId(3, 3);
    private static final List<RingMember> MEMBERS = List.of(new RingMember(ORIGIN, "origin", 1, new byte[0]));
    private static final int KNOWN = 1 << 10;

    private final PayloadPool pool = new PayloadPool();
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[1]);
    /** What {@link #put} gave for the few things that it can be asked. */
    private final int[] answers = new int[1 << 9];

    private static OriginMarks marks(final long log, final int base, final int[] viewMarks) {
        final OriginMarks marks = new OriginMarks();
        for (int index = base + 1; index <= ExploredLog.length(log); index++) {
            final int entry = ExploredLog.at(log, index);
            if (ExploredLog.isConfiguration(entry)) {
                marks.restore(List.of(new Configuration.OriginMark(ORIGIN, viewMarks[ExploredLog.ring(entry)])));
            } else {
                marks.raise(ORIGIN.msb(), ORIGIN.lsb(), ExploredLog.offer(entry));
            }
        }
        return marks;
    }

    /** The origin's mark, as a member knows it whose log holds what is behind {@code base}; the VIEWs carry {@code viewMarks}. */
    int mark(final long log, final int base, final int[] viewMarks) {
        return (int) marks(log, base, viewMarks).of(ORIGIN);
    }

    /** The mark that the winner writes into its VIEW. */
    int viewMark(final long log, final int base, final int[] viewMarks) {
        final List<Configuration.OriginMark> marks = marks(log, base, viewMarks).marks(MEMBERS);
        return marks.isEmpty() ? 0 : (int) marks.getFirst().originSeq();
    }

    /** What a holder takes for ordered: after the VIEW with {@code viewMark}, and when the log knows {@code mark}. */
    int floor(final int viewMark, final int mark) {
        final OfferedPayloads offered = new OfferedPayloads(pool, 1 << 10);
        offered.raise(viewMark);
        offered.raise(mark);
        return (int) offered.floor();
    }

    /** DATA comes to a holder: the floor and, from bit 2 on, what is held then. */
    int put(final int floor, final int held, final int seq, final int previous) {
        final int question = floor | held >> 1 << 2 | seq << 5 | previous << 7;
        if (answers[question] == 0) {
            final OfferedPayloads offered = new OfferedPayloads(pool, 1 << 10);
            offered.raise(floor);
            for (int before = 1; before <= ExploredOffers.COUNT_MAX; before++) {
                if ((held >> before & 1) != 0) {
                    offered.put(before, before - 1, EntryKind.WRITE_SET, payload, 0, 1);
                }
            }
            offered.put(seq, previous, EntryKind.WRITE_SET, payload, 0, 1);
            int holds = 0;
            for (int after = 1; after <= ExploredOffers.COUNT_MAX; after++) {
                holds |= offered.payload(after) != null ? 1 << after : 0;
            }
            answers[question] = KNOWN | (int) offered.floor() | holds << 2;
        }
        return answers[question] & ~KNOWN;
    }

    private OwnOffers own(final int open) {
        final OwnOffers own = new OwnOffers(pool);
        for (int seq = 1; seq <= ExploredOffers.COUNT_MAX; seq++) {
            if ((open >> seq & 1) != 0) {
                own.add(seq, EntryKind.WRITE_SET, payload, 0, 1);
            }
        }
        return own;
    }

    private static int set(final OwnOffers own) {
        int set = 0;
        for (int nth = 0; nth < own.count(); nth++) {
            set |= 1 << own.seq(nth);
        }
        return set;
    }

    /** What stays open of {@code open} once the VIEW is stable and {@code mark} known; {@code log} is what the group ordered. */
    int open(final int open, final int mark, final long log) {
        final OwnOffers own = own(open);
        own.removeThrough(mark);
        return set(own);
    }

    /** An own entry was appended. */
    int appended(final int open, final int seq) {
        final OwnOffers own = own(open);
        own.removeThrough(seq);
        return set(own);
    }

    /** The own entries {@code cut} lost their place. */
    int reopened(final int open, final int cut) {
        final OwnOffers own = own(open);
        for (int seq = ExploredOffers.COUNT_MAX; seq > 0; seq--) {
            if ((cut >> seq & 1) != 0) {
                own.addFirst(seq, EntryKind.WRITE_SET, payload, 0, 1);
            }
        }
        return set(own);
    }

    /** Tells whether open offers are rejected as soon as a new ring is installed. */
    boolean rejectsAtOnce() {
        return false;
    }

    /** Tells whether payloads that were not numbered go over to the next ring's holder. */
    boolean keepsPayloads() {
        return false;
    }

    /** What {@link #put} does, plainly: the first DATA of an epoch says after which offer it comes. */
    static int plainPut(final int floor, final int held, final int seq, final int previous) {
        final int after = previous <= floor ? Math.max(floor, seq - 1) : floor;
        final int holds = seq > after ? held | 1 << seq : held;
        return after | (holds & -(2 << after)) << 2;
    }

    /** What {@link #mark} is, plainly: the highest that was ever ordered. */
    static int plainMark(final long log) {
        return ExploredOffers.highest(ExploredLog.offers(log));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Highest originSeq in the log of each origin; rides in every VIEW entry, so that nothing is ever numbered twice (rule 8). */
final class OriginMarks {
    /** Origins outside the view that are remembered; those that came first are forgotten first. */
    static final int STRANGERS_MAX = 256;

    private long[] msb = new long[16];
    private long[] lsb = new long[16];
    private long[] seq = new long[16];
    private int count;

    void clear() {
        count = 0;
    }

    long of(final long originMsb, final long originLsb) {
        final int row = row(originMsb, originLsb);
        return row < 0 ? 0 : seq[row];
    }

    long of(final MemberId id) {
        return of(id.msb(), id.lsb());
    }

    void raise(final long originMsb, final long originLsb, final long originSeq) {
        int row = row(originMsb, originLsb);
        if (row < 0) {
            if (count == msb.length) {
                msb = Arrays.copyOf(msb, 2 * count);
                lsb = Arrays.copyOf(lsb, 2 * count);
                seq = Arrays.copyOf(seq, 2 * count);
            }
            row = count++;
            msb[row] = originMsb;
            lsb[row] = originLsb;
            seq[row] = 0;
        }
        seq[row] = Math.max(seq[row], originSeq);
    }

    private int row(final long originMsb, final long originLsb) {
        for (int row = 0; row < count; row++) {
            if (lsb[row] == originLsb && msb[row] == originMsb) {
                return row;
            }
        }
        return -1;
    }

    void restore(final List<Configuration.OriginMark> marks) {
        for (final Configuration.OriginMark mark : marks) {
            raise(mark.origin().msb(), mark.origin().lsb(), mark.originSeq());
        }
    }

    /** For a VIEW entry: all origins among {@code members}, and the latest known of the others. */
    List<Configuration.OriginMark> marks(final List<RingMember> members) {
        final List<Configuration.OriginMark> marks = new ArrayList<>();
        int strangers = 0;
        for (int row = count - 1; row >= 0; row--) {
            final MemberId id = new MemberId(msb[row], lsb[row]);
            boolean member = false;
            for (final RingMember candidate : members) {
                member |= candidate.id().equals(id);
            }
            if (member || strangers < STRANGERS_MAX) {
                strangers += member ? 0 : 1;
                marks.add(0, new Configuration.OriginMark(id, seq[row]));
            }
        }
        return marks;
    }
}

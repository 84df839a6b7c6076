// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import io.carillon.group.Check;
import java.util.Arrays;

/**
 * Small numbers for the sessions whose write sets are in the index, from 1 on. A number is given to somebody else once
 * nothing of its session is above the floor; there are more numbers than seqnos in the window. Numbers are local: only
 * whether two are equal decides anything.
 */
final class OriginIds {
    private long[] msb = new long[16];
    private long[] lsb = new long[16];
    private long[] lastUsed = new long[16];
    private int count;
    private int latest;

    /**
     * The number of a session, whose write set at {@code seqno} is certified now. Numbers last used at or below {@code
     * floor} are free.
     */
    int of(final long originMsb, final long originLsb, final long seqno, final long floor) {
        if (latest < count && msb[latest] == originMsb && lsb[latest] == originLsb) {
            lastUsed[latest] = seqno;
            return latest + 1;
        }
        int free = -1;
        for (int i = 0; i < count; i++) {
            if (msb[i] == originMsb && lsb[i] == originLsb) {
                lastUsed[i] = seqno;
                latest = i;
                return i + 1;
            }
            if (lastUsed[i] <= floor) {
                free = i;
            }
        }
        latest = free >= 0 ? free : add();
        msb[latest] = originMsb;
        lsb[latest] = originLsb;
        lastUsed[latest] = seqno;
        return latest + 1;
    }

    void clear() {
        count = 0;
        latest = 0;
    }

    private int add() {
        Check.that(count < Reference.ORIGIN_MAX, "too many sessions in the certification window: sessions, limit",
            count, Reference.ORIGIN_MAX);
        if (count == msb.length) {
            msb = Arrays.copyOf(msb, count * 2);
            lsb = Arrays.copyOf(lsb, count * 2);
            lastUsed = Arrays.copyOf(lastUsed, count * 2);
        }
        return count++;
    }
}

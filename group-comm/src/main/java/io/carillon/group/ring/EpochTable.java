// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.RingLog;
import java.util.ArrayList;
import java.util.List;

/**
 * Which epochs ordered which entries of a log: the latest runs, ascending, without gap. Two logs that hold the same
 * (index, epoch) are equal up to there.
 *
 * @param runs the last ends at the log's end; the first may begin at the log's base.
 */
public record EpochTable(List<Run> runs) {
    /** More epochs than any member stays away for; who did starts as a joiner. */
    static final int RUNS_MAX = 256;

    /** Entries {@code first} to {@code last} are of {@code epoch}. */
    public record Run(long epoch, long first, long last) {
    }

    public EpochTable {
        runs = List.copyOf(runs);
    }

    static EpochTable of(final RingLog log) {
        final List<Run> runs = new ArrayList<>();
        long last = log.endIndex();
        while (last > log.baseIndex() && runs.size() < RUNS_MAX) {
            final long epoch = log.epochAt(last);
            final long first = log.firstIndexOf(epoch);
            runs.add(0, new Run(epoch, first, last));
            last = first - 1;
        }
        if (last == log.baseIndex() && last > 0 && runs.size() < RUNS_MAX) {
            addBase(runs, log.epochAt(last), last);
        }
        return new EpochTable(runs);
    }

    private static void addBase(final List<Run> runs, final long epoch, final long base) {
        if (!runs.isEmpty() && runs.getFirst().epoch == epoch) {
            runs.set(0, new Run(epoch, base, runs.getFirst().last));
        } else {
            runs.add(0, new Run(epoch, base, base));
        }
    }

    /**
     * The greatest index at which both logs hold the same entry; 0 when both hold everything from their first and
     * differ there; -1 when there is none.
     */
    long common(final EpochTable other) {
        int mine = runs.size() - 1;
        int theirs = other.runs.size() - 1;
        while (mine >= 0 && theirs >= 0) {
            final Run a = runs.get(mine);
            final Run b = other.runs.get(theirs);
            if (a.epoch == b.epoch) {
                final long last = Math.min(a.last, b.last);
                if (last >= a.first && last >= b.first) {
                    return last;
                }
                mine--;
                theirs--;
            } else if (a.epoch > b.epoch) {
                mine--;
            } else {
                theirs--;
            }
        }
        return startsAtOne() && other.startsAtOne() ? 0 : -1;
    }

    private boolean startsAtOne() {
        return runs.isEmpty() || runs.getFirst().first == 1;
    }
}

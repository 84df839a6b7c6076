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
    /** Of what is stable: more epochs than any member stays away for; who did starts as a joiner. */
    static final int SETTLED_MAX = 256;
    /** Of all. Rings that nobody completed leave one each, every five seconds at most where that goes on: this is for days. */
    public static final int RUNS_MAX = 1 << 16;

    /** Entries {@code first} to {@code last} are of {@code epoch}. */
    public record Run(long epoch, long first, long last) {
    }

    public EpochTable {
        runs = List.copyOf(runs);
    }

    /**
     * Of what is beyond {@code stable} it names every epoch: who lacks all of that is needed to make it stable, and cannot start over
     * before it is.
     */
    static EpochTable of(final RingLog log, final long stable) {
        final List<Run> newestFirst = new ArrayList<>();
        long last = log.endIndex();
        int settled = 0;
        while (last > log.baseIndex() && settled < SETTLED_MAX && newestFirst.size() < RUNS_MAX) {
            final long epoch = log.epochAt(last);
            final long first = log.firstIndexOf(epoch);
            newestFirst.add(new Run(epoch, first, last));
            settled += first <= stable ? 1 : 0;
            last = first - 1;
        }
        if (last == log.baseIndex() && last > 0 && settled < SETTLED_MAX && newestFirst.size() < RUNS_MAX) {
            addBase(newestFirst, log.epochAt(last), last);
        }
        return new EpochTable(newestFirst.reversed());
    }

    private static void addBase(final List<Run> newestFirst, final long epoch, final long base) {
        if (!newestFirst.isEmpty() && newestFirst.getLast().epoch == epoch) {
            newestFirst.set(newestFirst.size() - 1, new Run(epoch, base, newestFirst.getLast().last));
        } else {
            newestFirst.add(new Run(epoch, base, base));
        }
    }

    /**
     * The greatest index at which both histories have the same entry, whether or not both logs still hold it; 0 when
     * both hold everything from their first and differ there; -1 when none can be told. An epoch has one numbering, so
     * two histories that contain it are equal until the first of them leaves it.
     */
    long common(final EpochTable other) {
        int mine = runs.size() - 1;
        int theirs = other.runs.size() - 1;
        while (mine >= 0 && theirs >= 0) {
            final Run a = runs.get(mine);
            final Run b = other.runs.get(theirs);
            if (a.epoch == b.epoch) {
                return Math.min(a.last, b.last);
            } else if (a.epoch > b.epoch) {
                mine--;
            } else {
                theirs--;
            }
        }
        return startsAtOne() && other.startsAtOne() ? 0 : -1;
    }

    /**
     * This table, continued towards the first entry by what {@code other} knows of the same history: its owner may
     * hold more of it.
     */
    EpochTable extendedBy(final EpochTable other) {
        if (runs.isEmpty() || startsAtOne() || other.common(this) < runs.getFirst().first - 1) {
            return this;
        }
        final Run first = runs.getFirst();
        final List<Run> longer = new ArrayList<>();
        for (final Run run : other.runs) {
            if (run.first < first.first) {
                longer.add(run.last < first.first ? run : new Run(run.epoch, run.first, first.first - 1));
            }
        }
        if (!longer.isEmpty() && longer.getLast().epoch == first.epoch) {
            longer.set(longer.size() - 1, new Run(first.epoch, longer.getLast().first, first.last));
            longer.addAll(runs.subList(1, runs.size()));
        } else {
            longer.addAll(runs);
        }
        return new EpochTable(longer.subList(Math.max(0, longer.size() - RUNS_MAX), longer.size()));
    }

    private boolean startsAtOne() {
        return runs.isEmpty() || runs.getFirst().first == 1;
    }
}

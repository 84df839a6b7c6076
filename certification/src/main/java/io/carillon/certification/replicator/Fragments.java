// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static io.carillon.wsrep.WriteSetLayout.FRAGMENT_NUMBER_OFFSET;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.certification.FragmentedWriteSet;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.RingLog;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Where the fragments of write sets that are not closed yet are in the log: a function of the ordered stream. */
final class Fragments {
    /** Fragments of one write set. */
    static final class Run {
        final FragmentedWriteSet sections = new FragmentedWriteSet();
        private final long firstSeqno;
        /** Under which number the application was given its data; 0: it was not ({@link AheadData}). */
        long stream;

        Run(final LogEntry first, final RingLog log) {
            firstSeqno = first.seqno;
            sections.begin(log);
        }
    }

    private record Key(MemberId origin, long call) {
    }

    private final int window;
    private final AheadData ahead;
    /** In the order of their first fragments. */
    private final Map<Key, Run> runs = new LinkedHashMap<>();

    /** @param window seqnos from the first fragment to the end, at which a write set is given up. */
    Fragments(final int window, final AheadData ahead) {
        this.window = window;
        this.ahead = ahead;
    }

    /**
     * A FRAGMENT entry was delivered. Number 0 begins anew: call numbers are a session's, and sessions end.
     *
     * @return what it belongs to; null if to nothing.
     */
    Run add(final LogEntry entry, final RingLog log) {
        if (!FragmentedWriteSet.isFragment(entry)) {
            return null;
        }
        final Key key = new Key(new MemberId(entry.originMsb, entry.originLsb), FragmentedWriteSet.callOf(entry));
        if (entry.payload.getInt(FRAGMENT_NUMBER_OFFSET, LITTLE_ENDIAN) == 0) {
            forget(runs.remove(key));
            runs.put(key, new Run(entry, log));
        }
        final Run run = runs.get(key);
        if (run != null) {
            run.sections.add(entry);
        }
        return run;
    }

    private void forget(final Run run) {
        if (run != null) {
            ahead.drop(run);
        }
    }

    /** Takes the fragments that {@code call} of {@code origin} closes, or null. */
    Run close(final MemberId origin, final long call) {
        return runs.remove(new Key(origin, call));
    }

    /** The fragments of {@code call} of {@code origin} will have no end. */
    void withdraw(final MemberId origin, final long call) {
        forget(close(origin, call));
    }

    /** A view: what absent members began is never closed. */
    void view(final RingView view) {
        if (runs.isEmpty()) {
            return;
        }
        final Set<MemberId> present = new HashSet<>();
        for (final RingMember member : view.members()) {
            present.add(member.id());
        }
        final Iterator<Map.Entry<Key, Run>> all = runs.entrySet().iterator();
        while (all.hasNext()) {
            final Map.Entry<Key, Run> next = all.next();
            if (!present.contains(next.getKey().origin)) {
                all.remove();
                forget(next.getValue());
            }
        }
    }

    /**
     * The order is at {@code seqno}: what began a window before it commits nowhere, whether its end is still to come or
     * was lost with its origin's connection. So nothing holds the log for longer than that.
     */
    void reached(final long seqno) {
        if (runs.isEmpty()) {
            return; // no garbage for each entry
        }
        final Iterator<Run> eldest = runs.values().iterator();
        while (eldest.hasNext()) {
            final Run run = eldest.next();
            if (seqno - run.firstSeqno < window) {
                return;
            }
            eldest.remove();
            forget(run);
        }
    }

    void clear() {
        for (final Run run : runs.values()) {
            forget(run);
        }
        runs.clear();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static io.carillon.wsrep.WriteSetLayout.FRAGMENT_CALL_OFFSET;
import static io.carillon.wsrep.WriteSetLayout.FRAGMENT_HEADER_LENGTH;
import static io.carillon.wsrep.WriteSetLayout.FRAGMENT_NUMBER_OFFSET;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.agrona.collections.LongArrayList;

/** Where the fragments of write sets that are not closed yet are in the log: a function of the ordered stream. */
final class Fragments {
    /** Fragments of one write set, in order. */
    static final class Run {
        final LongArrayList indexes = new LongArrayList();
        final long firstSeqno;

        Run(final long firstSeqno) {
            this.firstSeqno = firstSeqno;
        }
    }

    private record Key(MemberId origin, long call) {
    }

    private final Map<Key, Run> runs = new HashMap<>();

    /** A FRAGMENT entry was delivered. One that does not continue its write set ends it, so that the closing entry finds none. */
    void add(final LogEntry entry) {
        if (entry.payload.capacity() < FRAGMENT_HEADER_LENGTH) {
            return;
        }
        final Key key = new Key(new MemberId(entry.originMsb, entry.originLsb), entry.payload.getLong(FRAGMENT_CALL_OFFSET, LITTLE_ENDIAN));
        final int number = entry.payload.getInt(FRAGMENT_NUMBER_OFFSET, LITTLE_ENDIAN);
        if (number == 0) {
            runs.put(key, new Run(entry.seqno));
        }
        final Run run = runs.get(key);
        if (run != null && run.indexes.size() == number) {
            run.indexes.addLong(entry.index);
        } else if (run != null) {
            runs.remove(key);
        }
    }

    /** Takes the fragments that {@code call} of {@code origin} closes, or null. */
    Run close(final MemberId origin, final long call) {
        return runs.remove(new Key(origin, call));
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
        runs.keySet().removeIf(key -> !present.contains(key.origin));
    }

    /** Index of the first fragment of any write set not closed, or {@code Long.MAX_VALUE}. */
    long firstIndex() {
        long first = Long.MAX_VALUE;
        for (final Run run : runs.values()) {
            if (!run.indexes.isEmpty()) {
                first = Math.min(first, run.indexes.getLong(0));
            }
        }
        return first;
    }

    void clear() {
        runs.clear();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.LogEntry;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;

/** Causal reads: one barrier of the group for all calls of a batch, answered once the prefix that it names is stable here. */
final class SyncPoints {
    private record Known(long index, LongArrayList calls) {
    }

    private final Node node;
    private final LogEntry entry = new LogEntry();
    private final Long2ObjectHashMap<LongArrayList> barriers = new Long2ObjectHashMap<>();
    private final List<Known> known = new ArrayList<>();
    private LongArrayList collecting = new LongArrayList();
    private long causalReads;

    SyncPoints(final Node node) {
        this.node = node;
    }

    /** A call, to be answered. */
    void add(final long call) {
        if (node.isActive()) {
            collecting.addLong(call);
            causalReads++;
        } else {
            node.application.onSyncPoint(call, -1);
        }
    }

    /** End of a batch: one barrier for all calls since the last one. */
    void start() {
        if (collecting.isEmpty()) {
            return;
        }
        final LongArrayList calls = collecting;
        collecting = new LongArrayList();
        final long barrier = node.group.barrier();
        if (barrier < 0) {
            answer(calls, -1);
            return;
        }
        final LongArrayList others = barriers.get(barrier);
        if (others == null) {
            barriers.put(barrier, calls);
        } else {
            others.addAll(calls);
        }
    }

    /** The group's answer. */
    void onBarrier(final long barrier, final long index) {
        final LongArrayList calls = barriers.remove(barrier);
        if (calls == null) {
            return;
        }
        if (index < 0) {
            answer(calls, -1);
        } else {
            known.add(new Known(index, calls));
            answerStable();
        }
    }

    /**
     * Answers whoever asked for entries that are stable by now, with the seqno of the last stable one: it may be a later
     * entry than the call asked for; waiting a little longer is correct, too.
     */
    void answerStable() {
        if (known.isEmpty() || !node.log().read(node.stateCursor, entry)) {
            return;
        }
        final long seqno = entry.seqno;
        for (int i = 0; i < known.size();) {
            if (known.get(i).index <= node.stateCursor) {
                answer(known.remove(i).calls, seqno);
            } else {
                i++;
            }
        }
    }

    /** Nobody can say any more: the primary view is lost. */
    void fail() {
        for (final Known k : known) {
            answer(k.calls, -1);
        }
        known.clear();
        for (final LongArrayList calls : barriers.values()) {
            answer(calls, -1);
        }
        barriers.clear();
        answer(collecting, -1);
        collecting = new LongArrayList();
    }

    /** Forgets everybody: the application is gone. */
    void clear() {
        known.clear();
        barriers.clear();
        collecting = new LongArrayList();
    }

    long causalReads() {
        return causalReads;
    }

    private void answer(final LongArrayList calls, final long seqno) {
        for (int i = 0; i < calls.size(); i++) {
            node.application.onSyncPoint(calls.getLong(i), seqno);
        }
    }
}

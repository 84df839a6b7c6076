// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.Group;
import io.carillon.wsrep.ReplicatedApplication;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;

/** Causal reads: one barrier of the group for all calls of a batch, answered once the prefix that it names is stable here. */
final class SyncPoints {
    private record Known(long index, LongArrayList calls) {
    }

    private final Long2ObjectHashMap<LongArrayList> barriers = new Long2ObjectHashMap<>();
    private final List<Known> known = new ArrayList<>();
    private LongArrayList collecting = new LongArrayList();
    private long causalReads;

    /** A call, to be answered. */
    void add(final long call) {
        collecting.addLong(call);
        causalReads++;
    }

    /** End of a batch: one barrier for all calls since the last one. */
    void start(final Group group, final ReplicatedApplication application) {
        if (collecting.isEmpty()) {
            return;
        }
        final LongArrayList calls = collecting;
        collecting = new LongArrayList();
        final long barrier = group.barrier();
        if (barrier < 0) {
            answer(calls, -1, application);
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
    void onBarrier(final long barrier, final long index, final ReplicatedApplication application) {
        final LongArrayList calls = barriers.remove(barrier);
        if (calls == null) {
            return;
        }
        if (index < 0) {
            answer(calls, -1, application);
        } else {
            known.add(new Known(index, calls));
        }
    }

    /**
     * Everything up to {@code index}, with {@code seqno}, is stable. The entry that a call asked for may be earlier;
     * waiting a little longer is correct, too.
     */
    void onStable(final long index, final long seqno, final ReplicatedApplication application) {
        for (int i = 0; i < known.size();) {
            if (known.get(i).index <= index) {
                answer(known.remove(i).calls, seqno, application);
            } else {
                i++;
            }
        }
    }

    /** Nobody can say any more: the primary view is lost. */
    void fail(final ReplicatedApplication application) {
        for (final Known k : known) {
            answer(k.calls, -1, application);
        }
        known.clear();
        for (final LongArrayList calls : barriers.values()) {
            answer(calls, -1, application);
        }
        barriers.clear();
        answer(collecting, -1, application);
        collecting = new LongArrayList();
    }

    /** Forgets everybody: the application is gone. */
    void clear() {
        known.clear();
        barriers.clear();
        collecting = new LongArrayList();
    }

    boolean isWaiting() {
        return !known.isEmpty();
    }

    long causalReads() {
        return causalReads;
    }

    private static void answer(final LongArrayList calls, final long seqno, final ReplicatedApplication application) {
        for (int i = 0; i < calls.size(); i++) {
            application.onSyncPoint(calls.getLong(i), seqno);
        }
    }
}

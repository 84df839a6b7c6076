// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.ReplicatedApplication;
import org.agrona.collections.LongHashSet;

/** Write sets of the application that wait for their verdict. */
final class OpenCalls {
    private final LongHashSet calls = new LongHashSet(-1);

    void add(final long call) {
        calls.add(call);
    }

    /** Takes {@code call} off. False when it does not wait. */
    boolean take(final long call) {
        return call != Offers.NOBODY && calls.remove(call);
    }

    /** Answers all of them. */
    void rejectAll(final RejectReason reason, final String text, final ReplicatedApplication application) {
        final long[] all = new long[calls.size()];
        int count = 0;
        final LongHashSet.LongIterator each = calls.iterator();
        while (each.hasNext()) {
            all[count++] = each.nextValue();
        }
        calls.clear();
        for (final long call : all) {
            application.onRejected(call, reason, text);
        }
    }

    void clear() {
        calls.clear();
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    int count() {
        return calls.size();
    }
}

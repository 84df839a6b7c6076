// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.ReplicatedApplication;
import org.agrona.collections.LongHashSet;

/** Write sets of the application that wait for their verdict. */
final class OpenCalls {
    private final LongHashSet calls = new LongHashSet(-1);
    /** Those of them that were made to a sidecar that is gone. */
    private final LongHashSet inherited = new LongHashSet(-1);

    void add(final long call) {
        calls.add(call);
    }

    /** A call made to the sidecar before this one. */
    void inherit(final long call) {
        calls.add(call);
        inherited.add(call);
    }

    /** The view with which this process entered is delivered: what was not ordered before it died with the process that had it. */
    void rejectInherited(final ReplicatedApplication application) {
        final LongHashSet.LongIterator each = inherited.iterator();
        while (each.hasNext()) {
            final long call = each.nextValue();
            if (take(call)) {
                application.onRejected(call, RejectReason.NOT_PRIMARY, "never ordered: the sidecar that had it is gone");
            }
        }
        inherited.clear();
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
        inherited.clear();
        calls.clear();
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    int count() {
        return calls.size();
    }
}

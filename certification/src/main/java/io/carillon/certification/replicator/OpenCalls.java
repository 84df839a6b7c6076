// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.ReplicatedApplication;
import org.agrona.collections.LongHashSet;

/** Write sets of the application that wait for their verdict. */
final class OpenCalls {
    private final LongHashSet calls = new LongHashSet(-1);
    /** Those of them that came with an earlier connection, and are in the log by now or nowhere. */
    private final LongHashSet inherited = new LongHashSet(-1);
    private long inheritedUntil = Long.MAX_VALUE;
    /** Those that wait for their outcome however long it takes; also of a session whose connection is broken now. */
    private final LongHashSet patient = new LongHashSet(-1);

    void add(final long call) {
        calls.add(call);
    }

    /** A call in total order isolation: with anything but its outcome its client would send the statement again. */
    void addPatient(final long call) {
        calls.add(call);
        patient.add(call);
    }

    /**
     * A call of an earlier connection, of which nothing is on its way: it was made to a process that is gone, or it was
     * lost with its connection, or was rejected while nobody was there to hear it.
     */
    void inherit(final long call) {
        calls.add(call);
        inherited.add(call);
    }

    /** Index up to which an inherited call may be found in the log; not known before the node has entered. */
    void inheritedUntil(final long index) {
        inheritedUntil = index;
    }

    /** Everything up to {@code index} is delivered: an inherited call that was not found until where it could be is nowhere. */
    void delivered(final long index, final ReplicatedApplication application) {
        if (inherited.isEmpty() || index < inheritedUntil) {
            return;
        }
        final LongHashSet.LongIterator each = inherited.iterator();
        while (each.hasNext()) {
            final long call = each.nextValue();
            if (take(call)) {
                application.onRejected(call, RejectReason.NOT_PRIMARY,
                    "never ordered: it was lost with its connection or with the sidecar that had it");
            }
        }
        inherited.clear();
    }

    /** Takes {@code call} off. False when it does not wait. */
    boolean take(final long call) {
        patient.remove(call);
        return call != Offers.NOBODY && calls.remove(call);
    }

    /** Answers all of them. */
    void rejectAll(final RejectReason reason, final String text, final ReplicatedApplication application) {
        patient.clear();
        inherited.clear();
        rejectImpatient(reason, text, application);
        clear();
    }

    /**
     * Answers those that do not wait for ever. What was inherited is not among them, whatever it was: its outcome is in the log,
     * which is delivered without a primary view, too.
     */
    void rejectImpatient(final RejectReason reason, final String text, final ReplicatedApplication application) {
        final long[] all = new long[calls.size()];
        int count = 0;
        final LongHashSet.LongIterator each = calls.iterator();
        while (each.hasNext()) {
            final long call = each.nextValue();
            if (!patient.contains(call) && !inherited.contains(call)) {
                all[count++] = call;
            }
        }
        for (int i = 0; i < count; i++) {
            calls.remove(all[i]);
            application.onRejected(all[i], reason, text);
        }
    }

    /** Another session begins. */
    void reset() {
        clear();
        patient.clear();
    }

    void clear() {
        inherited.clear();
        inheritedUntil = Long.MAX_VALUE;
        calls.clear();
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    int count() {
        return calls.size();
    }
}

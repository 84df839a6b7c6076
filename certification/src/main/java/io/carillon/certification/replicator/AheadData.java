// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static io.carillon.wsrep.WriteSetLayout.FRAGMENT_HEADER_LENGTH;

import io.carillon.group.LogEntry;
import io.carillon.wsrep.ReplicatedApplication;
import org.agrona.collections.LongArrayList;

/**
 * Fragments of others' large write sets that the application is given as soon as they are stable, before the end comes and with it the
 * verdict: what everybody behind that write set waits for is then only its application, not 80 MB on their way to the server.
 *
 * <p>What one application was given ahead is nothing to the next. Engine's thread only.
 */
final class AheadData {
    /** Write sets that the application may have parts of at once; the others' data comes when they are decided. */
    private static final int STREAMS_MAX = 8;

    private final LongArrayList ended = new LongArrayList();
    private ReplicatedApplication application;
    private long latest;
    private long firstOfApplication = 1;
    private int open;

    /** The application is {@code now}: what another was given does not count. */
    void connect(final ReplicatedApplication now) {
        if (application != now) {
            application = now;
            firstOfApplication = latest + 1;
            open = 0;
            ended.clear();
        }
    }

    /** The next fragment of {@code run}, which another member makes. */
    void give(final Fragments.Run run, final LogEntry fragment) {
        if (run.sections.count() == 1 && open < STREAMS_MAX && application.takesDataAhead()) {
            run.stream = ++latest;
            open++;
        }
        if (isGiven(run)) {
            final int length = fragment.payload.capacity() - FRAGMENT_HEADER_LENGTH;
            application.onDataAhead(run.stream, fragment.payload, FRAGMENT_HEADER_LENGTH, length);
        }
    }

    /** Tells whether this application has all fragments so far. */
    boolean isGiven(final Fragments.Run run) {
        return run.stream >= firstOfApplication;
    }

    /** The number under which the application has the data, which is its own from now on. */
    long take(final Fragments.Run run) {
        open--;
        return close(run);
    }

    /** Nothing comes of it, or nothing that needs its data. It counts until the application knows. */
    void drop(final Fragments.Run run) {
        if (isGiven(run)) {
            ended.addLong(close(run));
        }
    }

    private static long close(final Fragments.Run run) {
        final long stream = run.stream;
        run.stream = 0;
        return stream;
    }

    /** Tells the application what it may forget. */
    void flush() {
        for (int at = 0; at < ended.size(); at++) {
            application.onDataDropped(ended.getLong(at));
        }
        open -= ended.size();
        ended.clear();
    }
}

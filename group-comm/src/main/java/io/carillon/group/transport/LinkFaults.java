// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.RingReport;
import java.util.ArrayDeque;
import java.util.List;

/** The last links that broke. */
public final class LinkFaults {
    private static final int FAULTS_MAX = 32;

    private final ArrayDeque<RingReport.Fault> faults = new ArrayDeque<>();

    /** Remembers a link that was lost, in place of the oldest one when there are many. */
    public void add(final int network, final String node, final String remote, final String why) {
        if (faults.size() == FAULTS_MAX) {
            faults.removeFirst();
        }
        faults.add(new RingReport.Fault(System.currentTimeMillis(), network, Hello.printable(node), remote, Hello.printable(why)));
    }

    /** Oldest first. */
    public List<RingReport.Fault> all() {
        return List.copyOf(faults);
    }
}

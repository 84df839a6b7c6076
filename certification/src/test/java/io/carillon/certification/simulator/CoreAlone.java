// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.SimulatedHosts.Absence;
import java.util.Map;

/** A core of nodes whose servers must go on while others stay away: what is said of both at its begin and at its end. */
final class CoreAlone {
    private final Map<Integer, ServerHost> hosts;
    private final NodeMarks marks;
    /** By node: null for the core. Null while everybody may be there. */
    private Absence[] absences;
    /** A server of the core was not in sync when it began. */
    private boolean anyBehind;

    CoreAlone(final Map<Integer, ServerHost> hosts, final NodeMarks marks) {
        this.hosts = hosts;
        this.marks = marks;
    }

    void begin(final Absence[] away) {
        absences = away.clone();
        hosts.forEach((node, host) -> anyBehind |= absences[node] == null && !host.isInSync());
    }

    /** {@code wentOn}: all servers of the core are in sync, and have committed everything. */
    void end(final boolean wentOn) {
        if (wentOn) {
            for (final Absence absence : absences) {
                if (absence != null) {
                    marks.hit(markOf(absence));
                }
            }
            if (anyBehind) {
                marks.hit(NodeMark.CORE_SERVER_CAME_IN_SYNC);
            }
        }
        absences = null;
    }

    /** A copy of one node's data is with the other's server. */
    void given(final int from, final int to) {
        if (absences != null && absences[from] == null && absences[to] == null) {
            marks.hit(NodeMark.CORE_SERVER_TOOK_SNAPSHOT);
        }
    }

    private static NodeMark markOf(final Absence absence) {
        return switch (absence) {
            case DEAD -> NodeMark.WENT_ON_WITHOUT_DEAD;
            case PAUSED -> NodeMark.WENT_ON_WITHOUT_PAUSED;
            case CUT_OFF -> NodeMark.WENT_ON_WITHOUT_CUT_OFF;
        };
    }

    /** Tells whether nothing goes from the one node's server to the other's. */
    boolean parts(final int a, final int b) {
        return absences != null && (absences[a] == null && absences[b] == Absence.CUT_OFF
            || absences[b] == null && absences[a] == Absence.CUT_OFF);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import io.carillon.group.ring.TraceEvent;
import java.util.ArrayList;
import java.util.List;

/** The ring that one process has installed, as it tells of it: the process is in it, and everybody in it has the same. */
final class InstalledRing {
    private final SimulatedNode node;
    private final GroupHistory history;
    private final List<MemberId> members = new ArrayList<>();
    private long epoch;
    private boolean isNew;

    InstalledRing(final SimulatedNode node, final GroupHistory history) {
        this.node = node;
        this.history = history;
    }

    /** A new process. */
    void begin() {
        members.clear();
        isNew = false;
    }

    /** A protocol event: after INSTALL comes MEMBER for each slot, then what else there is. */
    void traced(final TraceEvent event, final long a, final long b, final long c) {
        switch (event) {
            case INSTALL -> {
                epoch = a;
                members.clear();
                isNew = true;
            }
            case MEMBER -> {
                if (isNew) {
                    members.add(new MemberId(b, c));
                }
            }
            case RECOVERY, NOT_PRIMARY -> {
                if (isNew) {
                    isNew = false;
                    Check.that(members.contains(node.self()), "a ring contains who installs it", node.number(), epoch);
                    history.installed(epoch, members);
                }
            }
            default -> { }
        }
    }

    /** Of {@code node}, or -1. */
    int ownSlot() {
        return members.indexOf(node.self());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Group;
import io.carillon.group.GroupListener;

/** The layer above a member: what it does of itself in a simulation, and what it is asked for. In the process's time. */
public interface UpperLayer {
    /** A process begins: binds the group and joins it, founding one if {@code founds}. Who is to be told what happens. */
    GroupListener start(Group group, NodeProcess process, boolean founds);

    /** When {@link #onTimer} is due, by the process's clock. */
    long nextDeadlineNs();

    /** Its deadline is due. */
    void onTimer(long nowNs);

    /** Writes something. False when it cannot now. */
    boolean write(Xoshiro256 random);

    /** Begins to write something that takes several entries. */
    void writeLarge(Xoshiro256 random);

    /** Asks for a read that sees everything acknowledged before. */
    void read();

    /** Tells whether there is somebody to ask it to leave. */
    boolean canLeave();

    /** Leaves the group; {@link GroupListener#onLeft} follows. */
    void leave();

    /** Writes that wait for their answer. */
    int openWrites();

    /** What it still lacks to be at rest, or null. */
    String unsettled();
}

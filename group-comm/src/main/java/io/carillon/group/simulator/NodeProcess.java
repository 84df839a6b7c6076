// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/** A running process of a simulation, as its {@link NodeHost} sees it. Everything but {@link #outside} lasts as long as the process. */
public interface NodeProcess {
    /** Number of the node, from 0. */
    int number();

    /** What its clock shows, nanoseconds. */
    long local();

    /** Runs {@code task} as an input of the process, {@code delayNs} from now, and after its pause if it is paused then. */
    void later(long delayNs, Runnable task);

    /** Runs {@code task} {@code delayNs} from now beside the process, whatever has become of it. */
    void outside(long delayNs, Runnable task);

    /** Tells whether a process of this node runs, this one or a later one. */
    boolean isRunning();

    /** Runs {@code task} when the disk has time for it, whether the process is paused or not. */
    void device(Runnable task);

    /** The log was purged: the observer's record follows. */
    void purged();

    /** Notes what happened, for the report of a failure. */
    void tell(String what, long a, long b);
}

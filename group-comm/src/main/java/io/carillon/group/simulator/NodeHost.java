// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.DurableRingLog;
import io.carillon.group.ring.RingState;

/**
 * One node of a simulation of more than the ring, over all its processes: what is on its disk, and the layer above its
 * member. Whatever it does on the disk may throw {@link ProcessDied}, or {@link java.io.UncheckedIOException} when the
 * disk takes no more: the process ends then, as it would.
 */
public interface NodeHost {
    /** A process begins; its log as the disk holds it. */
    DurableRingLog begin(NodeProcess process);

    /** What is kept of the state, or null when nothing may be relied on. After {@link #begin}. */
    RingState state();

    /** Makes {@code state} durable; {@code done} runs in the process afterwards. */
    void persist(RingState state, Runnable done);

    /** The process is dead; {@code power}: so is its machine, which is started anew. */
    void died(boolean power);

    /** The process ends in order. */
    void end();

    /** The disk is empty; with {@code serverToo} that of the server beside it, too. */
    void wipe(boolean serverToo);

    /** Tells whether the server beside it has the data up to {@code seqno} at least. */
    boolean hasDataOf(long seqno);

    /** The server beside it dies, and its data is gone; there is another one as soon as the process runs. */
    void loseData();

    /** No more faults of its own. */
    void heal();

    /** The layer above the member. */
    UpperLayer layer();
}

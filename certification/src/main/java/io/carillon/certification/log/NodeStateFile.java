// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import io.carillon.group.RingStateStore;
import io.carillon.group.ring.RingState;
import java.util.UUID;
import java.util.concurrent.Executor;

/**
 * The few facts of a node beside its log, in the file {@code node.state}: two checksummed slots written in turn, so that one of them is always whole.
 *
 * <p><b>Threading:</b> the owner's thread; with durability {@code disk} the fsync runs on a helper thread.
 */
public final class NodeStateFile implements RingStateStore, AutoCloseable {
    private NodeStateFile() {
        throw new UnsupportedOperationException("built next");
    }

    /** Opens or makes the file. {@code log} is the node's log, recovered: whether it is clean decides with. */
    public static NodeStateFile open(final NodeDirectory directory, final Durability durability, final WriteSetLog log, final Executor owner) {
        return new NodeStateFile();
    }

    @Override
    public RingState load() {
        return null;
    }

    /** Why {@link #load} answers as it does, for the log: one line. */
    public String description() {
        return "";
    }

    @Override
    public void persist(final RingState state, final Runnable done) {
    }

    /** UUID of the group that the node last was in, also when {@link #load} gives nothing; all zero for none. */
    public UUID group() {
        return null;
    }

    /** Keeps the group's UUID, durably before this returns. */
    public void group(final UUID uuid) {
    }

    /** Marks an orderly end (the log must be closed before) and closes. */
    @Override
    public void close() {
    }
}

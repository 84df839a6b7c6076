// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import io.carillon.group.RingStateStore;
import io.carillon.group.ring.RingState;
import io.carillon.wsrep.Gtid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few facts of a node beside its log, in the file {@code node.state}; and the judgement whether they may be relied
 * on after a restart (docs/ring.md, section 8).
 *
 * <p><b>Threading:</b> the owner's thread; with durability {@code disk} writing happens on a worker.
 */
public final class NodeStateFile implements RingStateStore, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(NodeStateFile.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final String NAME = "node.state";
    private static final int SLOT_LENGTH = 4096;

    private final Path path;
    private final SlotFile slots;
    private final Durability durability;
    private final WriteSetLog log;
    private final Executor owner;
    private final DiskWorker sync;
    private final UUID boot;
    private final String description;
    private final RingState loaded;
    private RingState state;
    private volatile IOException failure;
    private UUID group;

    private NodeStateFile(final Storage storage, final Path path, final SlotFile slots, final Durability durability,
        final WriteSetLog log, final UUID boot, final Executor owner) throws IOException {
        this.path = path;
        this.slots = slots;
        this.durability = durability;
        this.log = log;
        this.boot = boot;
        this.owner = owner;
        final NodeRecord record = NodeRecord.decode(slots.newest());
        final String doubt = doubt(record);
        description = doubt != null ? doubt : "kept everything it acknowledged (durability " + name(record.durability()) + ")";
        loaded = doubt == null ? record.state() : null;
        state = loaded;
        group = record == null ? Gtid.UNDEFINED_UUID : record.group();
        sync = storage.worker("carillon-state-sync");
        slots.write(record(-1).encode(), true);
    }

    /**
     * Opens or makes the file. {@code log} is the node's log, recovered: what it holds decides with. Throws {@link
     * UncheckedIOException} when the file cannot be used.
     */
    public static NodeStateFile open(final NodeDirectory directory, final Durability durability, final WriteSetLog log,
        final Executor owner) {
        try {
            return open(directory, durability, log, UUID.fromString(Files.readString(BOOT_ID).trim()), owner);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot read the id of this boot from " + BOOT_ID + ": " + e.getMessage(), e);
        }
    }

    /** The same with the id of this boot of the machine given. */
    public static NodeStateFile open(final NodeDirectory directory, final Durability durability, final WriteSetLog log,
        final UUID boot, final Executor owner) {
        final Path path = directory.path().resolve(NAME);
        try {
            return new NodeStateFile(directory.storage(), path, SlotFile.open(directory.storage(), path, SLOT_LENGTH), durability, log,
                boot, owner);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot use " + path + ": " + e.getMessage(), e);
        }
    }

    @Override
    public RingState load() {
        return loaded;
    }

    /** Why {@link #load} answers as it does, for the node's log: one line. */
    public String description() {
        return description;
    }

    /**
     * A failure with durability {@code disk} comes to light at the next call: {@code done} does not run. Throws {@link
     * UncheckedIOException}.
     */
    @Override
    public void persist(final RingState newState, final Runnable done) {
        if (failure != null) {
            throw cannotWrite(failure);
        }
        state = newState;
        final byte[] record = record(-1).encode();
        if (durability != Durability.DISK) {
            write(record, false);
            owner.execute(done);
            return;
        }
        sync.submit(() -> {
            try {
                slots.write(record, true);
                owner.execute(done);
            } catch (final IOException e) {
                LOGGER.error("{}", cannotWrite(e).getMessage());
                failure = e;
            }
        });
    }

    /** UUID of the group that the node last was in, also when {@link #load} gives nothing; all zero for none. */
    public UUID group() {
        return group;
    }

    /** Keeps the group's UUID, durably before this returns. Throws {@link UncheckedIOException}. */
    public void group(final UUID uuid) {
        group = uuid;
        sync.drain();
        write(record(-1).encode(), durability == Durability.DISK);
    }

    /** Marks an orderly end and closes. The log must be closed before: what it held then is what it must hold again. */
    @Override
    public void close() {
        sync.drain();
        sync.close();
        write(record(log.endIndex()).encode(), true);
        try {
            slots.close();
        } catch (final IOException e) {
            throw cannotWrite(e);
        }
    }

    private void write(final byte[] record, final boolean force) {
        try {
            slots.write(record, force);
        } catch (final IOException e) {
            throw cannotWrite(e);
        }
    }

    private NodeRecord record(final long cleanEnd) {
        return new NodeRecord(state, group, durability, boot, log.id(), cleanEnd);
    }

    /** Why the record may not be relied on, or null. */
    private String doubt(final NodeRecord record) {
        if (record == null) {
            return "has no state of an earlier run";
        }
        if (record.state() == null) {
            return "was in no ring yet, or had forgotten it";
        }
        if (record.logId() != log.id()) {
            return "lost its log: the one here is not the one that it acknowledged from";
        }
        if (log.endIndex() < Math.max(record.state().stableIndex(), record.cleanEnd())) {
            return "lost the end of its log: it ends with entry " + log.endIndex() + " and went to "
                + Math.max(record.state().stableIndex(), record.cleanEnd());
        }
        final boolean clean = record.cleanEnd() >= 0;
        final boolean sameBoot = record.boot().equals(boot);
        final String kept = doubtOf(record.durability(), clean, sameBoot);
        return kept == null && log.lostAcknowledged()
            ? "lost entries that it had acknowledged: its log is damaged (the disk?) and ends with entry " + log.endIndex() : kept;
    }

    private static String doubtOf(final Durability durability, final boolean clean, final boolean sameBoot) {
        return switch (durability) {
            case MEMORY -> clean ? null : "acknowledged from memory (durability memory) and did not end in order";
            case OS -> clean || sameBoot ? null
                : "acknowledged without waiting for the disk (durability os), and the machine was started anew";
            case DISK -> null;
        };
    }

    private UncheckedIOException cannotWrite(final IOException e) {
        return new UncheckedIOException("cannot write the node's state to " + path + ": " + Remedy.of(e), e);
    }

    private static String name(final Durability durability) {
        return durability.name().toLowerCase(java.util.Locale.ROOT);
    }
}

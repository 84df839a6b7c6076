// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.certification.VerdictWindow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's own {@link VerdictWindow}, kept in the file {@code verdicts} now and then, so that the certification index
 * can be rebuilt exactly from the log after a restart. A window kept long ago is as good as a new one, as long as the
 * log reaches back to its first seqno: what came later is certified again. So the log is purged by what is kept
 * ({@link #keptUpTo}): when all nodes died, nobody else has the verdicts. Owner's thread only.
 *
 * <p>A log that lost its end with the power may go on with another history, so a record says of which epoch its last entry is: with
 * its index that names one entry. Record: i64 epoch, then the window; little-endian.
 */
public final class VerdictFile implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(VerdictFile.class);
    private static final String NAME = "verdicts";
    private static final int SLOT_LENGTH = 8192;
    private static final int EPOCH_LENGTH = Long.BYTES;

    private final Path path;
    private final SlotFile slots;
    /** Null where what is written counts without a force. */
    private final DiskWorker sync;
    private final Executor owner;
    /** The record stored last, or the newest whole one that was found. */
    private byte[] latest;
    private long keptUpTo;
    private long stores;
    private boolean isForcing;

    private VerdictFile(final Path path, final SlotFile slots, final DiskWorker sync, final Executor owner) {
        this.path = path;
        this.slots = slots;
        this.sync = sync;
        this.owner = owner;
        latest = slots.newest();
    }

    /** The same where what is written counts: a process that dies loses none of it. */
    public static VerdictFile open(final NodeDirectory directory) {
        return open(directory, Durability.OS, Runnable::run);
    }

    /**
     * Opens or makes the file; with durability {@code disk} counts what was forced, of which {@code owner} hears. Throws {@link
     * UncheckedIOException}.
     */
    public static VerdictFile open(final NodeDirectory directory, final Durability durability, final Executor owner) {
        final Path path = directory.path().resolve(NAME);
        try {
            final SlotFile slots = SlotFile.open(directory.storage(), path, SLOT_LENGTH);
            final DiskWorker sync = durability == Durability.DISK ? directory.storage().worker("carillon-verdicts-sync") : null;
            return new VerdictFile(path, slots, sync, owner);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot use " + path + ": " + e.getMessage(), e);
        }
    }

    /** Loads what was stored last, by this process or one before. False when there was nothing whole. */
    public boolean load(final VerdictWindow into) {
        final byte[] record = latest;
        return record != null && into.decode(new UnsafeBuffer(record), EPOCH_LENGTH, record.length - EPOCH_LENGTH);
    }

    /** Epoch of the last entry of what {@link #load} gives, or -1. */
    public long epoch() {
        return latest == null || latest.length < EPOCH_LENGTH ? -1 : new UnsafeBuffer(latest).getLong(0, LITTLE_ENDIAN);
    }

    /** Seqno up to which this process kept verdicts that the next one will find; 0 before it did. */
    public long keptUpTo() {
        return keptUpTo;
    }

    /** Tells whether {@link #store} would wait for the disk: it overwrites the record before the last one. */
    public boolean isBusy() {
        return isForcing;
    }

    /**
     * Writes {@code window}, a few kilobytes, whose last entry is of {@code epoch}, to the operating system. To be called every few
     * thousand seqnos and at an orderly end. Throws {@link UncheckedIOException}.
     */
    public void store(final VerdictWindow window, final long epoch) {
        if (sync != null) {
            sync.drain();
        }
        final byte[] record = new byte[EPOCH_LENGTH + window.encodedLength()];
        final UnsafeBuffer buffer = new UnsafeBuffer(record);
        buffer.putLong(0, epoch, LITTLE_ENDIAN);
        window.encode(buffer, EPOCH_LENGTH);
        try {
            slots.write(record, false);
        } catch (final IOException e) {
            throw cannotWrite(e);
        }
        latest = record;
        final long upTo = Math.max(0, window.position());
        final long number = ++stores;
        if (sync == null) {
            keptUpTo = upTo;
            return;
        }
        keptUpTo = Math.min(keptUpTo, upTo);
        isForcing = true;
        sync.submit(() -> force(number, upTo));
    }

    /** On the worker. After a failure nothing counts as kept any more; the log, on the same disk, says what the operator has to do. */
    private void force(final long number, final long upTo) {
        try {
            slots.force();
            owner.execute(() -> forced(number, upTo));
        } catch (final IOException e) {
            LOGGER.error("{}", cannotWrite(e).getMessage());
        }
    }

    private void forced(final long number, final long upTo) {
        if (number == stores) {
            keptUpTo = upTo;
            isForcing = false;
        }
    }

    private UncheckedIOException cannotWrite(final IOException e) {
        return new UncheckedIOException("cannot write " + path + ": " + Remedy.of(e), e);
    }

    @Override
    public void close() {
        if (sync != null) {
            sync.close();
        }
        try {
            slots.close();
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot close " + path + ": " + e.getMessage(), e);
        }
    }
}

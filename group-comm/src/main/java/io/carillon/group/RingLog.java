// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

import org.agrona.DirectBuffer;

/**
 * The ordered log of one member, as the ring needs it.
 *
 * <p>Entries are appended with ascending index, without gap. Appending and reading are synchronous and go through
 * memory; the owner of the ring makes the tail durable and reports it by {@code RingCore.onLogged}. Read entries that
 * were appended and not purged are always readable, durable or not.
 *
 * <p><b>Threading:</b> called by the ring's owner thread only.
 */
public interface RingLog {
    /** Index before the first entry held; the base. 0 in a log that holds everything. */
    long baseIndex();

    /** Index of the last entry, or {@link #baseIndex()} when empty. */
    long endIndex();

    /** Epoch of the last entry, or of the base. */
    long endEpoch();

    /** Seqno as of the last entry, or of the base. */
    long endSeqno();

    /** Appends an entry at {@code endIndex() + 1}. The payload is copied. */
    void append(long index, long seqno, long epoch, long originMsb, long originLsb, long originSeq, EntryKind kind,
        DirectBuffer payload, int offset, int length);

    /**
     * Drops every entry above {@code index}, which is not below the base. They are gone durably before anything
     * appended later is durable.
     */
    void truncateAfter(long index);

    /** Empties the log and sets its base: the entry {@code index} of {@code epoch} with {@code seqno} is the last that it does not hold. */
    void reset(long index, long seqno, long epoch);

    /** Reads the entry {@code index} into {@code into}. False when it is not held. */
    boolean read(long index, LogEntry into);

    /** Epoch of the entry {@code index}, of the base at {@link #baseIndex()}, or -1 when not held. */
    long epochAt(long index);

    /** Index of the entry that took {@code seqno}, or -1 when not held. */
    long indexOfSeqno(long seqno);

    /** Index of the first entry of {@code epoch} held, or -1. Epochs are not dense. */
    long firstIndexOf(long epoch);
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static io.carillon.wsrep.WriteSetLayout.FRAGMENT_CALL_OFFSET;
import static io.carillon.wsrep.WriteSetLayout.FRAGMENT_HEADER_LENGTH;
import static io.carillon.wsrep.WriteSetLayout.FRAGMENT_NUMBER_OFFSET;
import static io.carillon.wsrep.WriteSetLayout.KEY_LENGTH;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.RingLog;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The sections of a write set that travelled as FRAGMENT entries, read back from the log piece by piece, so that memory
 * does not grow with it. Reused; engine's thread only.
 *
 * <p>Reading uses the log: a {@link LogEntry} read before is not valid after.
 */
public final class FragmentedWriteSet implements KeySource {
    /** Takes a run of section bytes; valid during the call. */
    @FunctionalInterface
    public interface Sink {
        /** Bytes from {@code position} of the sections. */
        void accept(long position, DirectBuffer buffer, int offset, int length);
    }

    private static final int NAMES_READ_MAX = 1 << 20;

    private final LogEntry entry = new LogEntry();
    private final UnsafeBuffer splitKey = new UnsafeBuffer(new byte[KEY_LENGTH]);
    private RingLog log;
    private long[] indexes = new long[16];
    /** Where each fragment begins in the sections; one more for the end. */
    private long[] starts = new long[17];
    private int count;
    private long call;
    private boolean inOrder;
    private long keysEnd;
    private long keysAt;

    /** Starts a write set; {@link #add} follows for each fragment, in the log's order. */
    public FragmentedWriteSet begin(final RingLog newLog) {
        log = newLog;
        count = 0;
        inOrder = true;
        keysEnd = 0;
        keysAt = 0;
        return this;
    }

    /**
     * Call number that {@code fragment}, of at least {@link io.carillon.wsrep.WriteSetLayout#FRAGMENT_HEADER_LENGTH}
     * bytes, belongs to.
     */
    public static long callOf(final LogEntry fragment) {
        return fragment.payload.getLong(FRAGMENT_CALL_OFFSET, LITTLE_ENDIAN);
    }

    /** Tells whether a FRAGMENT entry is long enough to be one. Others belong to nothing. */
    public static boolean isFragment(final LogEntry fragment) {
        return fragment.kind == EntryKind.FRAGMENT && fragment.payload.capacity() >= FRAGMENT_HEADER_LENGTH;
    }

    /** The next fragment. One out of order makes the write set invalid. */
    public void add(final LogEntry fragment) {
        Check.that(isFragment(fragment), "no fragment: index, length", fragment.index, fragment.payload.capacity());
        if (count == indexes.length) {
            indexes = Arrays.copyOf(indexes, count * 2);
            starts = Arrays.copyOf(starts, count * 2 + 1);
        }
        if (count == 0) {
            call = callOf(fragment);
        }
        inOrder &= callOf(fragment) == call && fragment.payload.getInt(FRAGMENT_NUMBER_OFFSET, LITTLE_ENDIAN) == count;
        indexes[count] = fragment.index;
        starts[count + 1] = starts[count] + fragment.payload.capacity() - FRAGMENT_HEADER_LENGTH;
        count++;
    }

    /** Fragments added. */
    public int count() {
        return count;
    }

    /** Bytes of the sections so far. */
    public long length() {
        return starts[count];
    }

    /**
     * Tells whether the fragments added are all, in order, and hold what the header promises: a function of the entries
     * alone. The keys may be read afterwards.
     */
    public boolean isValid(final WriteSetFlyweight header) {
        keysEnd = header.namesPosition();
        keysAt = 0;
        return inOrder && count == header.fragmentCount() && length() == header.sectionsLength();
    }

    @Override
    public void rewind() {
        keysAt = 0;
    }

    @Override
    public boolean next(final KeyBlock into) {
        if (keysAt >= keysEnd) {
            return false;
        }
        final int fragment = fragmentAt(keysAt);
        final long available = Math.min(starts[fragment + 1], keysEnd) - keysAt;
        if (available >= KEY_LENGTH) {
            into.count = (int) (available / KEY_LENGTH);
            into.buffer.wrap(load(fragment), FRAGMENT_HEADER_LENGTH + (int) (keysAt - starts[fragment]), into.count * KEY_LENGTH);
        } else {
            read(keysAt, KEY_LENGTH,
                (at, buffer, offset, length) -> splitKey.putBytes((int) (at - keysAt), buffer, offset, length));
            into.count = 1;
            into.buffer.wrap(splitKey);
        }
        keysAt += (long) into.count * KEY_LENGTH;
        return true;
    }

    /**
     * Gives {@code length} bytes from {@code position} of the sections to {@code sink}, in order, at most one fragment
     * at a time.
     */
    public void read(final long position, final long length, final Sink sink) {
        Check.that(position >= 0 && length >= 0 && position + length <= length(),
            "read beyond the fragments: position, length", position, length);
        long at = position;
        final long end = position + length;
        for (int fragment = length == 0 ? 0 : fragmentAt(at); at < end; fragment++) {
            final int piece = (int) (Math.min(starts[fragment + 1], end) - at);
            if (piece > 0) {
                sink.accept(at, load(fragment), FRAGMENT_HEADER_LENGTH + (int) (at - starts[fragment]), piece);
            }
            at += piece;
        }
    }

    /** As {@link WriteSetFlyweight#tableName}; empty also when the names are unusually long. */
    public String tableName(final WriteSetFlyweight header, final int table) {
        if (header.namesLength() > NAMES_READ_MAX) {
            return "";
        }
        final UnsafeBuffer names = new UnsafeBuffer(new byte[header.namesLength()]);
        final long from = header.namesPosition();
        read(from, header.namesLength(),
            (at, buffer, offset, length) -> names.putBytes((int) (at - from), buffer, offset, length));
        return WriteSetFlyweight.tableName(names, 0, header.namesLength(), table);
    }

    private DirectBuffer load(final int fragment) {
        Check.that(log.read(indexes[fragment], entry), "a fragment is not in the log any more: index, base",
            indexes[fragment], log.baseIndex());
        return entry.payload;
    }

    /** The fragment that holds the byte at {@code position}; empty ones hold none. */
    private int fragmentAt(final long position) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            final int middle = low + high + 1 >>> 1;
            if (starts[middle] <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}

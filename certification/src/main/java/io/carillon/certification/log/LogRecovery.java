// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.group.EntryKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Finds out what the segment files hold. Full segments are taken at the word of their index files; only those without
 * one, which were being written at the end, are read and checked. There the log ends at the first entry that is not
 * whole; the same anywhere else is damage, and a refusal.
 */
final class LogRecovery {
    private static final int BLOCK_LENGTH = 4 << 20;

    private final Storage storage;
    private final Path directory;
    private final List<String> notes = new ArrayList<>();
    private final CRC32C crc = new CRC32C();
    private ByteBuffer block;
    private UnsafeBuffer blockBuffer;

    /** Ascending, without gap; empty when there is no log. */
    final List<Segment> segments = new ArrayList<>();
    final EpochTable epochs = new EpochTable();
    /** What was cut off had been acknowledged: damage, although the log begins well and ends well. */
    boolean lostAcknowledged;

    LogRecovery(final Storage storage, final Path directory) {
        this.storage = storage;
        this.directory = directory;
    }

    /** Reads the directory. Throws {@link IOException} saying what is damaged. */
    LogRecovery run() throws IOException {
        final List<Segment> found = headers();
        final long generation = found.stream().mapToLong(s -> s.generation).max().orElse(0);
        for (final Segment segment : found) {
            if (segment.generation == generation) {
                segments.add(segment);
            } else {
                delete(segment, "left over from before the log was reset");
            }
        }
        for (int i = 0; i < segments.size(); i++) {
            final Segment segment = segments.get(i);
            if (i > 0 && !follows(segments.get(i - 1), segment)) {
                cutFrom(i);
                break;
            }
            if (!SegmentIndex.readHead(segment, epochs)) {
                scan(segment);
            }
        }
        return this;
    }

    /** One line for the node's log. */
    String report() {
        if (segments.isEmpty()) {
            return "no log yet";
        }
        final Segment last = segments.getLast();
        final String held = "entries " + (segments.getFirst().baseIndex + 1) + " to " + last.lastIndex() + ", seqno "
            + last.lastSeqno + ", epoch " + last.lastEpoch + ", " + segments.size() + " segments";
        return notes.isEmpty() ? held : held + "; " + String.join("; ", notes);
    }

    private List<Segment> headers() throws IOException {
        final List<Path> paths = storage.list(directory, Segment.SUFFIX);
        final List<Segment> found = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            final Segment segment = Segment.open(storage, paths.get(i));
            if (segment != null) {
                found.add(segment);
            } else {
                deleteUnfinished(paths.subList(i, paths.size()));
                break;
            }
        }
        return found;
    }

    /** The header of the first was never written: so nothing after it can be complete. */
    private void deleteUnfinished(final List<Path> paths) throws IOException {
        for (final Path path : paths) {
            if (storage.exists(SegmentIndex.pathOf(path))) {
                throw damaged(paths.getFirst(), 0, "its header is not readable");
            }
        }
        for (int i = paths.size() - 1; i >= 0; i--) {
            notes.add(paths.get(i).getFileName() + " was being made: deleted");
            storage.delete(paths.get(i));
        }
    }

    private static boolean follows(final Segment previous, final Segment next) {
        return next.baseIndex == previous.lastIndex() && next.baseCrc == previous.lastCrc && next.logId == previous.logId;
    }

    /** The segment {@code i} does not follow the one before it: its end was torn if none of them was complete. */
    private void cutFrom(final int i) throws IOException {
        final Segment end = segments.get(i - 1);
        if (end.sealed) {
            throw damaged(segments.get(i).path, 0, "it does not follow " + end);
        }
        for (int j = i; j < segments.size(); j++) {
            if (storage.exists(SegmentIndex.pathOf(segments.get(j)))) {
                throw damaged(end.path, end.end, "entry " + (end.lastIndex() + 1) + " is not readable, and complete segments follow");
            }
        }
        for (int j = i; j < segments.size(); j++) {
            judge(segments.get(j).path, Segment.HEADER_LENGTH, end);
        }
        while (segments.size() > i) {
            delete(segments.removeLast(), "follows the torn end of " + end.path.getFileName());
        }
    }

    private void delete(final Segment segment, final String why) throws IOException {
        notes.add(segment.path.getFileName() + " " + why + ": deleted");
        segment.close();
        storage.delete(segment.path);
        SegmentIndex.delete(segment);
    }

    private void scan(final Segment segment) throws IOException {
        if (block == null) {
            block = storage.allocate(BLOCK_LENGTH);
            blockBuffer = new UnsafeBuffer(block);
        }
        try (FileChannel file = storage.open(segment.path, StandardOpenOption.READ)) {
            boolean more = true;
            while (more) {
                block.clear();
                Segment.readFully(file, block, segment.end);
                final int length = block.position();
                block.clear();
                final int taken = take(segment, length);
                more = taken > 0 && length == BLOCK_LENGTH;
                if (!more && length >= Integer.BYTES && taken <= length - Long.BYTES && !isBlank(taken, length)) {
                    torn(segment);
                }
            }
        }
        segment.written = segment.end;
    }

    private void torn(final Segment segment) throws IOException {
        judge(segment.path, segment.end, segment);
        notes.add(segment.path.getFileName() + (lostAcknowledged ? " is damaged at byte " : " was torn at byte ") + segment.end
            + ": log ends with entry " + segment.lastIndex());
    }

    /** Looks behind byte {@code from} of {@code file} for what was acknowledged and lies above the end of {@code last}. */
    private void judge(final Path file, final int from, final Segment last) throws IOException {
        lostAcknowledged |= new TornEnd(storage).provenIndex(file, from, last.lastIndex()) > last.lastIndex();
    }

    /** Takes the whole entries among {@code length} bytes in the block. How many bytes they are. */
    private int take(final Segment segment, final int length) {
        int at = 0;
        while (EntryLayout.isWhole(crc, block, blockBuffer, at, length - at, segment.lastIndex() + 1)) {
            final long seqno = blockBuffer.getLong(at + EntryLayout.SEQNO_OFFSET, LITTLE_ENDIAN);
            final long epoch = blockBuffer.getLong(at + EntryLayout.EPOCH_OFFSET, LITTLE_ENDIAN);
            final EntryKind kind = EntryLayout.kind(blockBuffer, at);
            if (blockBuffer.getInt(at + EntryLayout.PREVIOUS_CRC_OFFSET, LITTLE_ENDIAN) != segment.lastCrc || epoch < segment.lastEpoch
                || seqno != segment.lastSeqno + (kind.counts() ? 1 : 0)) {
                break;
            }
            final int entryLength = EntryLayout.entryLength(blockBuffer.getInt(at + EntryLayout.PAYLOAD_LENGTH_OFFSET, LITTLE_ENDIAN));
            epochs.add(segment.lastIndex() + 1, epoch);
            segment.append(entryLength, blockBuffer.getInt(at + EntryLayout.CRC_OFFSET, LITTLE_ENDIAN), seqno, epoch);
            at += entryLength;
        }
        return at;
    }

    private boolean isBlank(final int from, final int length) {
        for (int i = from; i < length; i++) {
            if (blockBuffer.getByte(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private IOException damaged(final Path file, final int position, final String what) {
        return new IOException("the log is damaged in " + file + " at byte " + position + ": " + what
            + ". Find out why (the disk?), then remove " + directory
            + ": the node starts with an empty log, joins as a new member and takes what it lacks from the group");
    }
}

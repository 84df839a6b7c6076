// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.blackbox;

import io.carillon.group.MemberId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A black box in a file: a header with all names, then the records as they are in memory, events and then packets.
 *
 * @param wallMs time of the dump, milliseconds since 1970.
 * @param nowNs time of the dump, as in the records.
 * @param node name of the node.
 * @param reason why it was written.
 * @param names by code, null for codes that the writer did not use.
 * @param members by number less one.
 * @param notes lines about the node at that moment.
 * @param events records, ready to be read.
 * @param packets records, ready to be read.
 */
public record BlackBoxDump(long wallMs, long nowNs, String node, String reason, List<String> names, List<Member> members,
    List<String> notes, ByteBuffer events, ByteBuffer packets) {
    /** A member that records name by its number. */
    public record Member(MemberId id, String name) {
    }

    private static final long MAGIC = 0x4352_4C4E_4242_5801L; // "CRLNBBX", format 1
    private static final int HEADER_LENGTH_MAX = 4 << 20;

    /**
     * The whole of {@code box} at {@code timeNs}, ready to be written. What it costs the caller is a
     * copy of some megabytes at most.
     */
    public static ByteBuffer of(final BlackBox box, final long timeNs, final long wallMs, final String node, final String reason,
        final List<String> notes) {
        box.settle();
        final byte[] header = header(box, timeNs, wallMs, node, reason, notes);
        final int records = (box.events().size() + box.packets().size()) * EventRing.RECORD_LENGTH;
        final ByteBuffer dump = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + header.length + records);
        dump.putLong(MAGIC).putInt(header.length).put(header);
        box.events().copy(dump);
        box.packets().copy(dump);
        return dump.flip();
    }

    private static byte[] header(final BlackBox box, final long timeNs, final long wallMs, final String node, final String reason,
        final List<String> notes) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(wallMs);
            out.writeLong(timeNs - box.startNs());
            text(out, node);
            text(out, reason);
            for (int code = 0; code < BlackBoxEvent.CODES; code++) {
                final String name = BlackBoxEvent.name(code);
                text(out, name == null ? "" : name);
            }
            out.writeInt(box.numbers().all().size());
            for (final MemberNumbers.Known member : box.numbers().all()) {
                out.writeLong(member.id().msb());
                out.writeLong(member.id().lsb());
                text(out, member.name());
            }
            out.writeInt(notes.size());
            for (final String note : notes) {
                text(out, note);
            }
            out.writeInt(box.events().size());
            out.writeInt(box.packets().size());
        } catch (final IOException e) {
            throw new UncheckedIOException(e); // a stream into memory throws none
        }
        return bytes.toByteArray();
    }

    private static void text(final DataOutputStream out, final String text) throws IOException {
        out.writeUTF(text.length() <= 4096 ? text : text.substring(0, 4096));
    }

    /** Reads a file. What a writer that was killed left out is missing at the end. Throws {@link IOException} for what is no dump. */
    public static BlackBoxDump read(final Path file) throws IOException {
        final ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file));
        if (all.remaining() < Long.BYTES + Integer.BYTES || all.getLong() != MAGIC) {
            throw new IOException(file + " is no black box of this version");
        }
        final int length = all.getInt();
        if (length < 0 || length > HEADER_LENGTH_MAX || length > all.remaining()) {
            throw new IOException(file + " is damaged: its header has " + length + " bytes, the rest of the file " + all.remaining());
        }
        final byte[] header = new byte[length];
        all.get(header);
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(header))) {
            return read(in, all);
        } catch (final IOException e) {
            throw new IOException(file + " is damaged: its header ends early", e);
        }
    }

    private static BlackBoxDump read(final DataInputStream in, final ByteBuffer records) throws IOException {
        final long wallMs = in.readLong();
        final long nowNs = in.readLong();
        final String node = in.readUTF();
        final String reason = in.readUTF();
        final List<String> names = new ArrayList<>();
        for (int code = 0; code < BlackBoxEvent.CODES; code++) {
            names.add(in.readUTF());
        }
        final List<Member> members = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            members.add(new Member(new MemberId(in.readLong(), in.readLong()), in.readUTF()));
        }
        final List<String> notes = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            notes.add(in.readUTF());
        }
        final ByteBuffer events = slice(records, in.readInt());
        final ByteBuffer packets = slice(records, in.readInt());
        return new BlackBoxDump(wallMs, nowNs, node, reason, names, members, notes, events, packets);
    }

    /** The next {@code count} records, or as many as there are. */
    private static ByteBuffer slice(final ByteBuffer records, final int count) {
        final int there = Math.min(Math.max(count, 0), records.remaining() / EventRing.RECORD_LENGTH);
        final ByteBuffer part = records.slice(records.position(), there * EventRing.RECORD_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        records.position(records.position() + part.remaining());
        return part;
    }
}

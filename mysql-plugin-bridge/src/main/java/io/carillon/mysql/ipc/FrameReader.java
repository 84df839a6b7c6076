// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads one frame: header fields, then the body from front to back. Every read is checked against the frame's end.
 *
 * <p><b>Threading:</b> one owner. Reused from frame to frame; what it points at is valid until the next {@link #wrap}.
 */
public final class FrameReader {
    private static final int TEXT_IN_ERROR_MAX = 64;

    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private int position;

    /** Points at a whole frame of {@code length} bytes, at least the header. */
    public void wrap(final DirectBuffer buffer, final int offset, final int length) {
        frame.wrap(buffer, offset, length);
        position = Frames.HEADER_LENGTH;
    }

    /** Points at a whole frame of {@code length} bytes; {@code offset} counts from the start of the buffer's memory. */
    public void wrap(final ByteBuffer buffer, final int offset, final int length) {
        frame.wrap(buffer, offset, length);
        position = Frames.HEADER_LENGTH;
    }

    /** Forgets the frame, so that nothing freed stays reachable. */
    public void release() {
        frame.wrap(0, 0);
    }

    public int type() {
        return frame.getShort(Frames.TYPE_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    public int flags() {
        return frame.getShort(Frames.FLAGS_OFFSET, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    public long id() {
        return frame.getLong(Frames.ID_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /** The frame; body bytes from {@link #position()} on. */
    public DirectBuffer buffer() {
        return frame;
    }

    /** Offset in {@link #buffer()} of what is read next. */
    public int position() {
        return position;
    }

    /** Bytes not yet read. */
    public int remaining() {
        return frame.capacity() - position;
    }

    public int u8() throws FrameFormatException {
        return frame.getByte(advance(1)) & 0xFF;
    }

    public int i32() throws FrameFormatException {
        return frame.getInt(advance(Integer.BYTES), ByteOrder.LITTLE_ENDIAN);
    }

    public long u32() throws FrameFormatException {
        return Integer.toUnsignedLong(i32());
    }

    public long i64() throws FrameFormatException {
        return frame.getLong(advance(Long.BYTES), ByteOrder.LITTLE_ENDIAN);
    }

    public UUID uuid() throws FrameFormatException {
        final int at = advance(2 * Long.BYTES);
        return new UUID(frame.getLong(at, ByteOrder.BIG_ENDIAN), frame.getLong(at + Long.BYTES, ByteOrder.BIG_ENDIAN));
    }

    public String str() throws FrameFormatException {
        final int length = length();
        final byte[] bytes = new byte[length];
        frame.getBytes(advance(length), bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    public byte[] bytes() throws FrameFormatException {
        final int length = length();
        final byte[] bytes = new byte[length];
        frame.getBytes(advance(length), bytes);
        return bytes;
    }

    /** Throws unless the body was read to its end. */
    public void end() throws FrameFormatException {
        if (remaining() != 0) {
            throw new FrameFormatException("frame of type " + type() + " has " + remaining() + " bytes more than its fields");
        }
    }

    private int length() throws FrameFormatException {
        final int length = i32();
        if (length < 0 || length > remaining()) {
            throw new FrameFormatException("frame of type " + type() + ": a string of " + Integer.toUnsignedString(length)
                + " bytes where " + remaining() + " are left");
        }
        return length;
    }

    private int advance(final int bytes) throws FrameFormatException {
        final int at = position;
        if (bytes > frame.capacity() - at) {
            throw new FrameFormatException("frame of type " + type() + " and " + frame.capacity() + " bytes is too short for its fields");
        }
        position = at + bytes;
        return at;
    }

    /** A short printable form of text that came from outside, for messages. */
    static String printable(final String text) {
        final String cut = text.length() > TEXT_IN_ERROR_MAX ? text.substring(0, TEXT_IN_ERROR_MAX) + "..." : text;
        return cut.chars().map(c -> c < ' ' || c == 127 ? '?' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }
}

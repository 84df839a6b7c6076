// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;

/**
 * Builds frames behind one another and writes them to the channel once at the end of the loop's pass, so that a pass
 * costs one system call however many frames it made.
 *
 * <p><b>Threading:</b> the engine's thread.
 */
final class FrameWriter {
    private static final int FIRST_CAPACITY = 4 << 10;
    private static final int WRITE_AT = 512 << 10;
    private static final int TEXT_LENGTH_MAX = 64 << 10;

    private final Channel channel;
    private final Runnable flushAtPassEnd;
    private ByteBuf pending;
    private int frameStart;
    private boolean open;
    private boolean scheduled;
    private boolean closed;
    private boolean logOnly;

    FrameWriter(final Channel channel, final UnaryOperator<Runnable> atPassEnd) {
        this.channel = channel;
        flushAtPassEnd = atPassEnd.apply(this::flush);
    }

    /** Begins a frame; {@link #end} must follow before the next. */
    FrameWriter begin(final int type, final int flags, final long id) {
        if (pending == null) {
            pending = channel.alloc().directBuffer(FIRST_CAPACITY);
        }
        dropUnended();
        frameStart = pending.writerIndex();
        open = true;
        pending.writeIntLE(0).writeShortLE(type).writeShortLE(flags).writeLongLE(id);
        return this;
    }

    FrameWriter u8(final int value) {
        pending.writeByte(value);
        return this;
    }

    FrameWriter i32(final int value) {
        pending.writeIntLE(value);
        return this;
    }

    FrameWriter i64(final long value) {
        pending.writeLongLE(value);
        return this;
    }

    FrameWriter f64(final double value) {
        return i64(Double.doubleToRawLongBits(value));
    }

    FrameWriter uuid(final UUID value) {
        pending.writeLong(value.getMostSignificantBits()).writeLong(value.getLeastSignificantBits());
        return this;
    }

    /** Text, cut at 64 KiB. */
    FrameWriter str(final String text) {
        final byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        final int length = Math.min(utf8.length, TEXT_LENGTH_MAX);
        pending.writeIntLE(length).writeBytes(utf8, 0, length);
        return this;
    }

    /** Length and bytes. */
    FrameWriter bytes(final byte[] bytes) {
        pending.writeIntLE(bytes.length).writeBytes(bytes);
        return this;
    }

    /** Bytes without a length. */
    FrameWriter raw(final DirectBuffer buffer, final int offset, final int length) {
        if (length > 0) {
            pending.ensureWritable(length);
            buffer.getBytes(offset, pending.internalNioBuffer(pending.writerIndex(), length), length);
            pending.writerIndex(pending.writerIndex() + length);
        }
        return this;
    }

    /** Ends the frame. Its length in bytes, header included. */
    int end() {
        final int length = pending.writerIndex() - frameStart;
        open = false;
        if (logOnly && pending.getShortLE(frameStart + Frames.TYPE_OFFSET) != Frames.LOG) {
            pending.writerIndex(frameStart);
            return length;
        }
        if (length > Frames.FRAME_LENGTH_MAX) {
            pending.writerIndex(frameStart);
            throw new IllegalStateException("a frame of " + length + " bytes, at most " + Frames.FRAME_LENGTH_MAX + " are allowed");
        }
        pending.setIntLE(frameStart, length);
        if (closed) {
            drop();
        } else if (pending.readableBytes() >= WRITE_AT) {
            write();
            schedule();
        } else {
            schedule();
        }
        return length;
    }

    /** Hands everything built to the socket now. */
    void flush() {
        scheduled = false;
        if (closed) {
            drop();
            return;
        }
        write();
        channel.flush();
    }

    /**
     * From now on lines for the server's log only. The engine failed and may have left out a frame: whatever it says
     * after that, the provider would take for the next in order.
     */
    void logOnly() {
        logOnly = true;
    }

    /** Drops what was not written, and whatever is built from now on. */
    void close() {
        closed = true;
        drop();
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            flushAtPassEnd.run();
        }
    }

    /** Tells whether the socket keeps up with what is written. */
    boolean isWritable() {
        return channel.isWritable();
    }

    /** A frame whose building failed half-way must not precede the message that says so. */
    private void dropUnended() {
        if (open) {
            open = false;
            pending.writerIndex(frameStart);
        }
    }

    private void write() {
        dropUnended();
        final ByteBuf out = pending;
        pending = null;
        if (out != null) {
            channel.write(out, channel.voidPromise());
        }
    }

    private void drop() {
        open = false;
        if (pending != null) {
            pending.release();
            pending = null;
        }
    }
}

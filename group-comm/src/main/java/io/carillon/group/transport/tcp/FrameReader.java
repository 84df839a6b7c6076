// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.transport.BadFrame;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Cuts a stream of bytes into frames. A frame that is whole in what was read is given out of that memory; only what
 * straddles two reads is copied, into a buffer that is as long as the frame claims to be, up to 128 KiB, and beyond that grows with
 * the bytes that really came.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class FrameReader {
    private static final int HELD_INITIAL = 4 << 10;
    /** So much is had at once for a frame that says that it is as long: it holds the usual ones without growing. */
    private static final int HELD_CLAIMED_MAX = 128 << 10;

    private final ByteBufAllocator allocator;
    private final Sink sink;
    private int lengthMax;
    private ByteBuf held;
    private boolean stopped;

    FrameReader(final ByteBufAllocator allocator, final int lengthMax, final Sink sink) {
        this.allocator = allocator;
        this.lengthMax = lengthMax;
        this.sink = sink;
    }

    /** Sets the largest frame from the next one on. */
    void lengthMax(final int length) {
        lengthMax = length;
    }

    /** Reads nothing more, and lets go of what is held. May be called by the sink. */
    void stop() {
        stopped = true;
    }

    /** Gives the frames that {@code in} completes to the sink. {@code in} is not released. */
    void read(final ByteBuf in) throws BadFrame {
        while (!stopped && in.isReadable()) {
            if (held == null && !direct(in) || held != null && !complete(in)) {
                break;
            }
        }
        if (stopped) {
            release();
        }
    }

    /** Lets go of what is held. */
    void release() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private boolean direct(final ByteBuf in) throws BadFrame {
        final int readable = in.readableBytes();
        int claimed = 0;
        if (readable >= Frames.HEADER_LENGTH) {
            final int start = in.readerIndex();
            final int header = checked(in.getIntLE(start));
            final int length = Frames.length(header);
            if (readable >= Frames.HEADER_LENGTH + length) {
                in.readerIndex(start + Frames.HEADER_LENGTH + length);
                sink.onFrame(Frames.kind(header), in, start + Frames.HEADER_LENGTH, length);
                return true;
            }
            claimed = Math.min(Frames.HEADER_LENGTH + length, HELD_CLAIMED_MAX);
        }
        held = allocator.directBuffer(Math.max(HELD_INITIAL, Math.max(readable, claimed)));
        held.writeBytes(in);
        return false;
    }

    private boolean complete(final ByteBuf in) throws BadFrame {
        if (held.readableBytes() < Frames.HEADER_LENGTH) {
            held.writeBytes(in, Math.min(in.readableBytes(), Frames.HEADER_LENGTH - held.readableBytes()));
            if (held.readableBytes() < Frames.HEADER_LENGTH) {
                return false;
            }
        }
        final int header = checked(held.getIntLE(held.readerIndex()));
        final int length = Frames.length(header);
        final int missing = Frames.HEADER_LENGTH + length - held.readableBytes();
        held.writeBytes(in, Math.min(missing, in.readableBytes()));
        if (held.readableBytes() < Frames.HEADER_LENGTH + length) {
            return false;
        }
        final ByteBuf whole = held;
        held = null;
        try {
            sink.onFrame(Frames.kind(header), whole, whole.readerIndex() + Frames.HEADER_LENGTH, length);
        } finally {
            whole.release();
        }
        return true;
    }

    private int checked(final int header) throws BadFrame {
        if (Frames.length(header) > lengthMax || Frames.kind(header) >= Frames.KINDS) {
            if (Frames.isTls(header)) {
                throw new BadFrame(Refusal.ENCRYPTS, "");
            }
            throw new BadFrame("frame of kind " + Frames.kind(header) + " and " + Frames.length(header) + " bytes");
        }
        return header;
    }

    /** Takes frames. */
    interface Sink {
        /** A frame's body, valid during the call. */
        void onFrame(int kind, ByteBuf memory, int index, int length) throws BadFrame;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Cuts what comes from a provider's socket into frames. Whole frames are read where the socket put them; only a frame cut by the end of a read is copied.
 *
 * <p><b>Threading:</b> the engine's thread.
 */
final class FrameChannelHandler extends ChannelInboundHandlerAdapter {
    private final ProviderSession session;
    private final ProviderServer server;
    private final FrameReader reader = new FrameReader();
    private ByteBuf rest;

    FrameChannelHandler(final ProviderSession session, final ProviderServer server) {
        this.session = session;
        this.server = server;
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        final ByteBuf in = (ByteBuf) message;
        try {
            if (rest == null) {
                readFrames(in);
                keep(context, in);
            } else {
                completeRest(in);
            }
        } catch (final FrameFormatException e) {
            session.endForError(e.getMessage());
        } finally {
            in.release();
            dropEmptyRest();
        }
    }

    /** Completes the cut frame from {@code in}, then reads the others where they are. */
    private void completeRest(final ByteBuf in) throws FrameFormatException {
        if (fillRest(in, Frames.HEADER_LENGTH) && fillRest(in, frameLength(rest))) {
            readFrames(rest);
            rest.clear();
            readFrames(in);
            if (in.isReadable()) {
                rest.writeBytes(in);
            }
        }
    }

    private boolean fillRest(final ByteBuf in, final int wanted) {
        final int missing = wanted - rest.readableBytes();
        if (missing > 0) {
            rest.writeBytes(in, Math.min(missing, in.readableBytes()));
        }
        return rest.readableBytes() >= wanted;
    }

    private void readFrames(final ByteBuf in) throws FrameFormatException {
        final ByteBuffer bytes = in.internalNioBuffer(in.readerIndex(), in.readableBytes());
        int at = bytes.position();
        while (in.readableBytes() >= Frames.HEADER_LENGTH) {
            final int length = frameLength(in);
            if (in.readableBytes() < length) {
                return;
            }
            reader.wrap(bytes, at, length);
            in.skipBytes(length);
            at += length;
            session.onFrame(reader);
        }
    }

    private static int frameLength(final ByteBuf in) throws FrameFormatException {
        final int length = in.getIntLE(in.readerIndex() + Frames.LENGTH_OFFSET);
        if (length < Frames.HEADER_LENGTH || length > Frames.FRAME_LENGTH_MAX) {
            throw new FrameFormatException("a frame of " + Integer.toUnsignedString(length) + " bytes, allowed are "
                + Frames.HEADER_LENGTH + " to " + Frames.FRAME_LENGTH_MAX);
        }
        return length;
    }

    private void keep(final ChannelHandlerContext context, final ByteBuf in) {
        if (in.isReadable()) {
            rest = context.alloc().directBuffer(Math.max(in.readableBytes(), Frames.HEADER_LENGTH));
            rest.writeBytes(in);
        }
    }

    private void dropEmptyRest() {
        reader.release();
        if (rest != null && !rest.isReadable()) {
            rest.release();
            rest = null;
        }
    }

    @Override
    public void channelWritabilityChanged(final ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            session.onWritable();
        }
    }

    @Override
    public void channelInactive(final ChannelHandlerContext context) {
        session.end("the provider closed its socket");
        if (rest != null) {
            rest.release();
            rest = null;
        }
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        if (cause instanceof IOException) {
            session.end("socket: " + cause.getMessage());
        } else {
            server.failed(cause);
            session.end("internal error: " + cause);
        }
    }
}

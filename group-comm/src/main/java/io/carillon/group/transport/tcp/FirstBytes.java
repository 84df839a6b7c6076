// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.transport.ChannelSecurity;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Looks at what whoever connected sends first, and makes room for TLS or, where that is allowed, for a connection in the clear. It is gone
 * afterwards.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class FirstBytes extends ByteToMessageDecoder {
    /** What {@link Connection} hears of a peer that is not served. */
    record Unserved(Refusal refusal, String detail) {
    }

    private static final int TLS_BYTES = 3;
    private static final int HELLO_BYTES = 8;

    private final ChannelSecurity security;

    FirstBytes(final ChannelSecurity security) {
        this.security = security;
    }

    @Override
    protected void decode(final ChannelHandlerContext context, final ByteBuf in, final List<Object> out) {
        if (in.readableBytes() < TLS_BYTES) {
            return;
        }
        if (Frames.isTls(in.getUnsignedMediumLE(in.readerIndex()))) {
            context.pipeline().replace(this, "tls", security.newHandler(context.alloc(), false));
        } else if (security.takesClear()) {
            context.pipeline().remove(this);
        } else if (in.readableBytes() >= HELLO_BYTES) {
            final boolean node = Frames.kind(in.getIntLE(in.readerIndex())) == Frames.HELLO
                && in.getIntLE(in.readerIndex() + Frames.HEADER_LENGTH) == Hello.MAGIC;
            in.skipBytes(in.readableBytes());
            context.fireUserEventTriggered(new Unserved(node ? Refusal.CLEAR : Refusal.GARBAGE, ""));
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLSession;

/**
 * What protects connections between nodes.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public interface ChannelSecurity {
    /** Nothing: plain TCP. */
    ChannelSecurity NONE = new ChannelSecurity() {
        @Override
        public SslHandler newHandler(final ByteBufAllocator allocator, final boolean initiator) {
            return null;
        }

        @Override
        public boolean takesClear() {
            return true;
        }

        @Override
        public String objection(final SSLSession session) {
            return null;
        }
    };

    /** A handler for one connection, which this side opened if {@code initiator}; null where nothing is encrypted. */
    SslHandler newHandler(ByteBufAllocator allocator, boolean initiator);

    /** Tells whether peers that do not encrypt are linked, too. */
    boolean takesClear();

    /** What is wrong with a connection whose TLS handshake went well, for people; null if nothing. */
    String objection(SSLSession session);
}

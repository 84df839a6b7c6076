// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.BadFrame;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.PeerAddress;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/**
 * What a node says of itself when a UDP link is made.
 *
 * @param index names the link in the datagrams sent to it.
 * @param salt random bytes for the keys of this link.
 * @param multicastIndex names its multicast datagrams; the same on all its links.
 * @param multicastSalt random bytes for the key of its multicast datagrams, new for each start.
 * @param hello the rest, as over TCP.
 */
record UdpIntroduction(int index, byte[] salt, int multicastIndex, byte[] multicastSalt, Hello hello) {
    static final int SALT_LENGTH = 32;

    void encode(final ByteBuf out) {
        out.writeIntLE(index).writeBytes(salt).writeIntLE(multicastIndex).writeBytes(multicastSalt);
        hello.encode(out);
    }

    static UdpIntroduction decode(final ByteBuf in) throws BadFrame {
        Hello.need(in, 2 * SALT_LENGTH + 2 * Integer.BYTES);
        final int index = in.readIntLE();
        final byte[] salt = new byte[SALT_LENGTH];
        in.readBytes(salt);
        final int multicastIndex = in.readIntLE();
        final byte[] multicastSalt = new byte[SALT_LENGTH];
        in.readBytes(multicastSalt);
        return new UdpIntroduction(index, salt, multicastIndex, multicastSalt, Hello.decode(in));
    }

    /** Where the peer can be reached: what it says, at the address that it was seen from where it says no host. */
    PeerAddress reachedAt(final InetSocketAddress seen) {
        final PeerAddress said = hello.advertised();
        return said.isWildcard() ? said.at(seen.getAddress().getHostAddress()) : said;
    }
}

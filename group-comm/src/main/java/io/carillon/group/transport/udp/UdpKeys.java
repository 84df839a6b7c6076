// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.RingKey;
import java.nio.charset.StandardCharsets;
import org.agrona.BitUtil;

/**
 * Ciphers of one link; all null where the cluster has no key.
 *
 * @param sealing for what is sent to the peer.
 * @param opening for what it sends to this side.
 * @param openingMulticast for what it sends to everybody.
 */
record UdpKeys(DatagramCipher sealing, DatagramCipher opening, DatagramCipher openingMulticast) {
    /** Keys that both sides derive from the cluster's, and from what each said of itself. */
    static UdpKeys of(final RingKey key, final UdpIntroduction initiator, final UdpIntroduction acceptor, final boolean isInitiator) {
        if (key == null) {
            return new UdpKeys(null, null, null);
        }
        final byte[] salt = new byte[2 * UdpIntroduction.SALT_LENGTH];
        System.arraycopy(initiator.salt(), 0, salt, 0, UdpIntroduction.SALT_LENGTH);
        System.arraycopy(acceptor.salt(), 0, salt, UdpIntroduction.SALT_LENGTH, UdpIntroduction.SALT_LENGTH);
        final DatagramCipher forth = new DatagramCipher(key, salt, purpose("from initiator", initiator, acceptor));
        final DatagramCipher back = new DatagramCipher(key, salt, purpose("from acceptor", initiator, acceptor));
        return new UdpKeys(isInitiator ? forth : back, isInitiator ? back : forth, multicast(key, isInitiator ? acceptor : initiator));
    }

    /** The cipher of what {@code sender} sends to everybody. */
    static DatagramCipher multicast(final RingKey key, final UdpIntroduction sender) {
        return key == null ? null : new DatagramCipher(key, sender.multicastSalt(), purpose("multicast", sender, sender));
    }

    private static byte[] purpose(final String what, final UdpIntroduction one, final UdpIntroduction other) {
        return ("carillon udp 1 " + what + ' ' + name(one) + ' ' + name(other) + ' ').getBytes(StandardCharsets.UTF_8);
    }

    private static String name(final UdpIntroduction node) {
        return node.hello().member() + "/" + Long.toHexString(node.hello().mesh()) + "/" + BitUtil.toHex(node.multicastSalt());
    }
}

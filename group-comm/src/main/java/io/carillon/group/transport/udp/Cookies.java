// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proofs that somebody receives what is sent to the address it claims. Nothing is kept for them: a cookie is a code of
 * address and time slice under a secret of this process.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Cookies {
    static final int LENGTH = 16;
    private static final long SLICE_NS = 5_000_000_000L;

    private final Mac mac;
    private final long startNs;

    Cookies(final long nowNs) {
        startNs = nowNs;
        final byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        mac = mac(secret);
    }

    /** HMAC with SHA-256 under {@code key}. */
    static Mac mac(final byte[] key) {
        try {
            final Mac made = Mac.getInstance("HmacSHA256");
            made.init(new SecretKeySpec(key, "HmacSHA256"));
            return made;
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HMAC with SHA-256", e);
        }
    }

    /** The cookie of {@code address} now. */
    byte[] of(final InetSocketAddress address, final long nowNs) {
        return of(address, nowNs, 0);
    }

    /** Tells whether {@code cookie} was given to {@code address} not long ago. */
    boolean isGood(final byte[] cookie, final InetSocketAddress address, final long nowNs) {
        return MessageDigest.isEqual(cookie, of(address, nowNs, 0)) || MessageDigest.isEqual(cookie, of(address, nowNs, 1));
    }

    private byte[] of(final InetSocketAddress address, final long nowNs, final int slicesAgo) {
        final ByteBuffer number = ByteBuffer.allocate(12).putLong((nowNs - startNs) / SLICE_NS - slicesAgo).putInt(address.getPort());
        mac.update(number.array());
        return Arrays.copyOf(mac.doFinal(address.getAddress().getAddress()), LENGTH);
    }
}

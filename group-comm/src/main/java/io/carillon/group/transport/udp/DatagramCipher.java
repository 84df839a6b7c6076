// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.RingKey;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM for the datagrams of one sender to one receiver (or to a multicast group). The number of a datagram is its
 * nonce, so no number may be sealed twice; its upper bits choose the key, which so protects 2^22 datagrams at most.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class DatagramCipher {
    static final int TAG_LENGTH = 16;
    /** Numbers of one key. AES-GCM is trusted for 2^23 datagrams under a key. */
    static final int GENERATION_BITS = 22;
    private static final int KEY_LENGTH = 32;
    private static final int NONCE_LENGTH = 12;
    private static final int CACHED = 4;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final RingKey ringKey;
    private final byte[] salt;
    private final byte[] purpose;
    private final Cipher cipher;
    private final SecretKeySpec[] keys = new SecretKeySpec[CACHED];
    private final long[] generations = new long[CACHED];
    private final byte[] nonce = new byte[NONCE_LENGTH];

    /** {@code salt} is new for each start of each sender; {@code purpose} names sender, receiver and direction. */
    DatagramCipher(final RingKey ringKey, final byte[] salt, final byte[] purpose) {
        this.ringKey = ringKey;
        this.salt = salt.clone();
        this.purpose = Arrays.copyOf(purpose, purpose.length + Long.BYTES);
        Arrays.fill(generations, -1);
        try {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES-GCM", e);
        }
    }

    /** Seals a datagram: {@code header} bytes in the clear, the rest encrypted, and a tag. Returns the length in {@code out}. */
    int seal(final long number, final byte[] plain, final int header, final int length, final byte[] out) {
        try {
            start(Cipher.ENCRYPT_MODE, number, plain, header);
            System.arraycopy(plain, 0, out, 0, header);
            return header + cipher.doFinal(plain, header, length - header, out, header);
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed to encrypt", e);
        }
    }

    /** Opens a datagram. Returns the length of header and text in {@code out}, or -1: it is forged or damaged. */
    int open(final long number, final byte[] sealed, final int header, final int length, final byte[] out) {
        if (length < header + TAG_LENGTH) {
            return -1;
        }
        try {
            start(Cipher.DECRYPT_MODE, number, sealed, header);
            System.arraycopy(sealed, 0, out, 0, header);
            return header + cipher.doFinal(sealed, header, length - header, out, header);
        } catch (final AEADBadTagException e) {
            return -1;
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed to decrypt", e);
        }
    }

    private void start(final int mode, final long number, final byte[] datagram, final int header) throws GeneralSecurityException {
        LONG.set(nonce, NONCE_LENGTH - Long.BYTES, number);
        cipher.init(mode, key(number >>> GENERATION_BITS), new GCMParameterSpec(8 * TAG_LENGTH, nonce));
        cipher.updateAAD(datagram, 0, header);
    }

    private SecretKeySpec key(final long generation) {
        final int slot = (int) generation & CACHED - 1;
        if (generations[slot] != generation) {
            LONG.set(purpose, purpose.length - Long.BYTES, generation);
            keys[slot] = new SecretKeySpec(ringKey.derive(salt, purpose, KEY_LENGTH), "AES");
            generations[slot] = generation;
        }
        return keys[slot];
    }
}

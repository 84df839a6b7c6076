// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.transport.RingKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys, ciphers and cookies of UDP links. */
class DatagramCipherTest {
    private static final byte[] SALT = new byte[32];
    private static final int HEADER = Datagrams.HEADER_LENGTH;

    private static DatagramCipher cipher(final String purpose) {
        return new DatagramCipher(UdpNode.KEY, SALT, purpose.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsSealedIsOpenedByTheSameKeyOnly() {
        final byte[] plain = "a header of 16 b, and a text that nobody else is to read".getBytes(StandardCharsets.UTF_8);
        final byte[] sealed = new byte[200];
        final byte[] opened = new byte[200];
        final int length = cipher("a").seal(7, plain, HEADER, plain.length, sealed);
        assertEquals(plain.length + DatagramCipher.TAG_LENGTH, length);
        assertArrayEquals(Arrays.copyOf(plain, HEADER), Arrays.copyOf(sealed, HEADER));
        assertFalse(new String(sealed, StandardCharsets.ISO_8859_1).contains("text"));
        final DatagramCipher receiver = cipher("a");
        assertEquals(plain.length, receiver.open(7, sealed, HEADER, length, opened));
        assertArrayEquals(plain, Arrays.copyOf(opened, plain.length));
        assertEquals(-1, receiver.open(8, sealed, HEADER, length, opened));
        assertEquals(-1, cipher("b").open(7, sealed, HEADER, length, opened));
        assertEquals(-1, new DatagramCipher(UdpNode.KEY, new byte[] {1}, "a".getBytes(StandardCharsets.UTF_8))
            .open(7, sealed, HEADER, length, opened));
        for (int i = 0; i < length; i++) {
            final byte[] forged = sealed.clone();
            forged[i] ^= 1;
            assertEquals(-1, receiver.open(7, forged, HEADER, length, opened), "byte " + i);
        }
        for (int cut = 0; cut < length; cut++) {
            assertEquals(-1, receiver.open(7, sealed, HEADER, cut, opened), "cut to " + cut);
        }
        assertEquals(plain.length, receiver.open(7, sealed, HEADER, length, opened));
    }

    @Test
    void theKeyChangesBeforeItIsWornOut() {
        final byte[] plain = new byte[100];
        final byte[] sealed = new byte[200];
        final byte[] opened = new byte[200];
        final DatagramCipher sender = cipher("a");
        final DatagramCipher receiver = cipher("a");
        final long last = (1L << DatagramCipher.GENERATION_BITS) - 1;
        for (final long number : new long[] {1, last, last + 1, last, 9 * last, 1L << 60, 2}) {
            assertEquals(100, receiver.open(number, sealed, HEADER, sender.seal(number, plain, HEADER, 100, sealed), opened), "" + number);
        }
    }

    @Test
    void aKeyFileIsReadIfNobodyElseMay(@TempDir final Path directory) throws Exception {
        final Path file = directory.resolve("key");
        Files.writeString(file, Base64.getEncoder().encodeToString(new byte[32]) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        final RingKey key = RingKey.read(file);
        assertArrayEquals(new RingKey(new byte[32]).derive(SALT, SALT, 32), key.derive(SALT, SALT, 32));
        assertNotEquals(Arrays.toString(key.derive(SALT, new byte[1], 32)), Arrays.toString(key.derive(SALT, new byte[2], 32)));
        assertEquals("a key of 32 bytes", key.toString());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));
        assertTrue(said(file).contains("chmod 600"), said(file));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(file, Base64.getEncoder().encodeToString(new byte[31]));
        assertTrue(said(file).contains("31 bytes"), said(file));
        Files.writeString(file, "!secret!");
        assertFalse(said(file).contains("secret"), said(file));
        assertTrue(said(directory.resolve("missing")).contains("cannot be read"));
    }

    private static String said(final Path file) {
        return assertThrows(IllegalArgumentException.class, () -> RingKey.read(file)).getMessage();
    }

    @Test
    void aCookieIsOfOneAddressAndForAShortTime() throws Exception {
        final Cookies cookies = new Cookies(1000);
        final InetSocketAddress here = new InetSocketAddress(InetAddress.getByName("10.0.0.1"), 5);
        final InetSocketAddress port = new InetSocketAddress(InetAddress.getByName("10.0.0.1"), 6);
        final InetSocketAddress host = new InetSocketAddress(InetAddress.getByName("10.0.0.2"), 5);
        final byte[] cookie = cookies.of(here, 2000);
        assertTrue(cookies.isGood(cookie, here, 2000));
        assertTrue(cookies.isGood(cookie, here, 6_000_000_000L));
        assertFalse(cookies.isGood(cookie, here, 11_000_000_000L));
        assertFalse(cookies.isGood(cookie, port, 2000));
        assertFalse(cookies.isGood(cookie, host, 2000));
        assertFalse(cookies.isGood(new byte[Cookies.LENGTH], here, 2000));
        assertFalse(new Cookies(1000).isGood(cookie, here, 2000));
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/** The secret that all nodes of a cluster share, and the keys derived from it by HKDF with SHA-256. */
public final class RingKey {
    private static final int BYTES_MIN = 32;
    private static final int FILE_LENGTH_MAX = 4096;
    private static final Set<PosixFilePermission> OWNERS = EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE,
        PosixFilePermission.OWNER_EXECUTE);

    private final byte[] secret;

    public RingKey(final byte[] secret) {
        this.secret = secret.clone();
    }

    /**
     * Reads a key file: at least 32 random bytes in Base64, as {@code openssl rand -base64 32} prints them; white space
     * is skipped. Nobody but its owner may have access to it. Throws {@link IllegalArgumentException} that says what is
     * wrong and nothing of the key.
     */
    public static RingKey read(final Path file) {
        try {
            final Set<PosixFilePermission> others = EnumSet.noneOf(PosixFilePermission.class);
            others.addAll(Files.getPosixFilePermissions(file));
            others.removeAll(OWNERS);
            if (!others.isEmpty()) {
                throw new IllegalArgumentException("key file " + file + ": others than its owner have access to it; chmod 600 it");
            }
            if (Files.size(file) > FILE_LENGTH_MAX) {
                throw new IllegalArgumentException("key file " + file + ": it has " + Files.size(file) + " bytes; a key has some 45");
            }
            final byte[] bytes = decoded(file, Files.readString(file, StandardCharsets.ISO_8859_1));
            if (bytes.length < BYTES_MIN) {
                throw new IllegalArgumentException("key file " + file + ": it holds " + bytes.length + " bytes, " + BYTES_MIN
                    + " are the fewest; make one with: openssl rand -base64 32");
            }
            return new RingKey(bytes);
        } catch (final IOException e) {
            throw new IllegalArgumentException("key file " + file + " cannot be read: " + e, e);
        }
    }

    private static byte[] decoded(final Path file, final String text) {
        try {
            return Base64.getDecoder().decode(text.replaceAll("\\s", ""));
        } catch (final IllegalArgumentException e) {
            // Its message would show a part of the key.
            throw new IllegalArgumentException("key file " + file + ": it is not Base64; make one with: openssl rand -base64 32");
        }
    }

    /** A key of {@code length} bytes for one purpose: another purpose, another salt or another secret gives another key. */
    public byte[] derive(final byte[] salt, final byte[] purpose, final int length) {
        try {
            return KDF.getInstance("HKDF-SHA256").deriveData(
                HKDFParameterSpec.ofExtract().addIKM(secret).addSalt(salt).thenExpand(purpose, length));
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HKDF with SHA-256", e);
        }
    }

    /** Nothing of the secret. */
    @Override
    public String toString() {
        return "a key of " + secret.length + " bytes";
    }
}

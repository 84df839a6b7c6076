// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file that an option names, cut into its PEM blocks. Text around them, as {@code openssl x509 -text} leaves it, is passed over.
 *
 * @param name how messages call it: option and path.
 * @param blocks in the file's order.
 */
record PemFile(String name, List<Block> blocks) {
    static final int LENGTH_MAX = 1 << 20;

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    /**
     * One block.
     *
     * @param label between the dashes of its first line.
     * @param headers of RFC 1421, which only old encrypted keys have.
     * @param bytes what its lines hold.
     */
    record Block(String label, Map<String, String> headers, byte[] bytes) {
    }

    /** Reads what {@code option} names. */
    static PemFile read(final String option, final String path) throws TlsException {
        final String name = option + " = '" + path + "'";
        final String text = new String(bytes(option, path), StandardCharsets.ISO_8859_1);
        return new PemFile(name, blocks(name, text));
    }

    /** All of a file that {@code option} names. */
    static byte[] bytes(final String option, final String path) throws TlsException {
        final String name = option + " = '" + path + "'";
        try {
            final Path file = Path.of(path);
            if (Files.isDirectory(file)) {
                throw new TlsException(name + " is a directory; name a file in PEM form");
            }
            try (InputStream in = Files.newInputStream(file)) {
                final byte[] bytes = in.readNBytes(LENGTH_MAX + 1);
                if (bytes.length > LENGTH_MAX) {
                    throw new TlsException(name + " is longer than " + LENGTH_MAX + " bytes; is it the right file?");
                }
                return bytes;
            }
        } catch (final NoSuchFileException e) {
            throw new TlsException(name + ": there is no such file; correct the path, or put the file there", e);
        } catch (final AccessDeniedException e) {
            throw new TlsException(name + " cannot be read by user " + System.getProperty("user.name")
                + ", as whom the server runs; give the file, and the directories above it, to that user or group", e);
        } catch (final IOException | InvalidPathException e) {
            throw new TlsException(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static List<Block> blocks(final String name, final String text) throws TlsException {
        final List<Block> blocks = new ArrayList<>();
        String label = null;
        Map<String, String> headers = new LinkedHashMap<>();
        StringBuilder base64 = new StringBuilder();
        for (final String line : text.lines().map(String::strip).toList()) {
            if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
                label = line.substring(BEGIN.length(), line.length() - DASHES.length());
                headers = new LinkedHashMap<>();
                base64 = new StringBuilder();
            } else if (label == null) {
                continue;
            } else if (line.startsWith(END)) {
                blocks.add(new Block(label, headers, decode(name, label, base64)));
                label = null;
            } else if (line.indexOf(':') > 0) {
                headers.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1).strip());
            } else {
                base64.append(line);
            }
        }
        if (label != null) {
            throw new TlsException(name + ": the block '" + label + "' has no end; the file is cut off");
        }
        return blocks;
    }

    private static byte[] decode(final String name, final String label, final StringBuilder base64) throws TlsException {
        try {
            return Base64.getDecoder().decode(base64.toString());
        } catch (final IllegalArgumentException e) {
            // Not as the cause: its message may quote a character of a key.
            throw new TlsException(name + ": the block '" + label + "' is damaged: it is not in base64");
        }
    }
}

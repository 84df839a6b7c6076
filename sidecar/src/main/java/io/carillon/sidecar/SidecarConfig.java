// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.TreeSet;

/**
 * What a sidecar is told when it starts.
 *
 * @param socket for the provider.
 * @param directory of the node's state.
 * @param options provider options that hold unless the server says otherwise, in the syntax of {@code wsrep_provider_options}.
 */
record SidecarConfig(Path socket, Path directory, String options) {
    private static final String SOCKET = "socket";
    private static final String DIRECTORY = "dir";

    /** Reads a file of lines {@code name = value}. */
    static SidecarConfig read(final Path file) throws IOException {
        final Properties lines = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            lines.load(in);
        } catch (final IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        final StringBuilder options = new StringBuilder();
        for (final String name : new TreeSet<>(lines.stringPropertyNames())) {
            if (!name.equals(SOCKET) && !name.equals(DIRECTORY)) {
                options.append(name).append('=').append(lines.getProperty(name).replace(";", "\\;")).append(';');
            }
        }
        return new SidecarConfig(path(lines.getProperty(SOCKET)), path(lines.getProperty(DIRECTORY)), options.toString());
    }

    /** The same, with what was given on the command line in place of what the file says. */
    SidecarConfig with(final Path otherSocket, final Path otherDirectory) {
        return new SidecarConfig(otherSocket == null ? socket : otherSocket, otherDirectory == null ? directory : otherDirectory, options);
    }

    private static Path path(final String text) {
        return text == null || text.isBlank() ? null : Path.of(text.trim());
    }
}

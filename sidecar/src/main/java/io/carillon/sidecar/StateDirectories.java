// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Where a provider puts its node's state when nothing is configured.
 *
 * @param beside the packaged server's data directory.
 * @param shared holds one directory a node, with a name made from its data directory.
 */
record StateDirectories(Path beside, Path shared) {
    /** Of packaged servers. */
    static final StateDirectories PACKAGED = new StateDirectories(Path.of("/var/lib/mysql.carillon"), Path.of("/var/lib/carillon"));

    /** The state directory of the only node that there is. Throws when there is none, or the caller has to choose. */
    Path only() throws IOException {
        final List<Path> found = nodes();
        if (found.size() == 1) {
            return found.getFirst();
        }
        if (found.isEmpty()) {
            throw new IOException("no node found in " + beside + " nor in " + shared + ": name its state directory with --dir");
        }
        final StringJoiner choice = new StringJoiner("\n  ", "several nodes keep their state here, choose one with --dir:\n  ", "");
        for (final Path node : found) {
            choice.add(node + "  (" + says(node) + ")");
        }
        throw new IOException(choice.toString());
    }

    private List<Path> nodes() throws IOException {
        final List<Path> found = new ArrayList<>();
        addNode(beside, found);
        addNode(shared, found);
        if (!Files.isDirectory(shared)) {
            return found;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(shared)) {
            for (final Path entry : entries) {
                addNode(entry, found);
            }
        } catch (final AccessDeniedException e) {
            throw new IOException("only root and the server's user may look into " + shared, e);
        }
        found.sort(null);
        return found;
    }

    private static void addNode(final Path directory, final List<Path> found) throws IOException {
        if (Files.isDirectory(directory) && !Files.isExecutable(directory)) {
            throw new IOException("only root and the server's user may look into " + directory);
        }
        if (Files.exists(AdminSocket.of(directory))) {
            found.add(directory);
        }
    }

    private static String says(final Path node) {
        try {
            return StatusCommand.line(AdminSocket.of(node));
        } catch (final IOException e) {
            return "no sidecar answers";
        }
    }
}

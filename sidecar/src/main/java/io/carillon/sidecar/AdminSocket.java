// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.mysql.ipc.UnixSocketFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Where the socket for the command line is: in the state directory, or, when that path is too long for a socket,
 * in /tmp, under a name made from it.
 */
final class AdminSocket {
    private static final String NAME = "admin.sock";
    /** Room for the temporary name under which the socket is bound. */
    private static final int MARGIN = 24;

    private AdminSocket() {
    }

    static Path of(final Path stateDirectory) {
        final Path directory = stateDirectory.toAbsolutePath().normalize();
        final Path inside = directory.resolve(NAME);
        final byte[] bytes = directory.toString().getBytes(StandardCharsets.UTF_8);
        if (inside.toString().getBytes(StandardCharsets.UTF_8).length + MARGIN <= UnixSocketFile.PATH_LENGTH_MAX) {
            return inside;
        }
        final CRC32C sum = new CRC32C();
        sum.update(bytes);
        return Path.of("/tmp/carillon-" + Long.toHexString(sum.getValue()) + "-" + Integer.toHexString(directory.hashCode()) + ".sock");
    }
}

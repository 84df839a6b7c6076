// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import java.nio.file.Path;

/**
 * The command line by which a provider starts its sidecar: {@code sidecar --socket PATH --dir DIR --parent PID}. Read
 * without picocli, whose classes are of a format that the AOT cache cannot hold: loading
 * them takes longer than everything else that a start does.
 *
 * @param socket for the provider.
 * @param directory of the node's state.
 * @param parent process of the server.
 */
record ChildArguments(Path socket, Path directory, long parent) {
    private static final int COUNT = 7;

    /** The arguments, or null when they are anything but exactly these. */
    static ChildArguments of(final String[] arguments) {
        if (arguments.length != COUNT || !"sidecar".equals(arguments[0])) {
            return null;
        }
        String socket = null;
        String directory = null;
        String parent = null;
        for (int i = 1; i < COUNT; i += 2) {
            switch (arguments[i]) {
                case "--socket" -> socket = arguments[i + 1];
                case "--dir" -> directory = arguments[i + 1];
                case "--parent" -> parent = arguments[i + 1];
                default -> {
                    return null;
                }
            }
        }
        final boolean whole = socket != null && directory != null && parent != null && !parent.isEmpty() && parent.length() < 11
            && parent.chars().allMatch(c -> c >= '0' && c <= '9');
        return whole ? new ChildArguments(Path.of(socket), Path.of(directory), Long.parseLong(parent)) : null;
    }
}

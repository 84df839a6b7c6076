// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import java.io.IOException;

/** Where the process begins. */
public final class Main {
    private static final int FAILED = 1;

    private Main() {
    }

    public static void main(final String[] arguments) {
        final ChildArguments child = ChildArguments.of(arguments);
        final int status = child != null ? run(child) : Commands.run(arguments);
        System.out.flush();
        System.err.flush();
        // Not exit: whatever must be closed was closed by the command, and other threads have nothing to say any more.
        Runtime.getRuntime().halt(status);
    }

    private static int run(final ChildArguments child) {
        try {
            return new Sidecar(new SidecarConfig(child.socket(), child.directory(), ""), child.parent()).run();
        } catch (final IOException e) {
            System.err.println("carillon: " + e.getMessage());
            return FAILED;
        }
    }
}

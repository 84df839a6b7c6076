// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

/** Assertions that stay on: a broken invariant stops the node before it can acknowledge anything wrong. */
public final class Check {
    private Check() {
    }

    /** Throws {@link Violation} naming {@code what} unless {@code condition} holds. */
    public static void that(final boolean condition, final String what) {
        if (!condition) {
            throw new Violation(what);
        }
    }

    /** Throws {@link Violation} naming {@code what} and two values unless {@code condition} holds. */
    public static void that(final boolean condition, final String what, final long a, final long b) {
        if (!condition) {
            throw new Violation(what + ": " + a + ", " + b);
        }
    }

    /** A broken invariant. Nobody catches it but the owner of the node, who stops it. */
    public static final class Violation extends IllegalStateException {
        private static final long serialVersionUID = 1;

        Violation(final String what) {
            super(what);
        }
    }
}

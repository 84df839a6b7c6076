// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

/** How several links to a peer are used. */
public enum LinkMode {
    /** The first that answers carries everything. */
    PASSIVE,
    /** Small packets take every link that answers, and are taken once; the rest goes as with PASSIVE. */
    ACTIVE;

    /** Reads {@code passive} or {@code active}. Throws {@link IllegalArgumentException} that says so. */
    public static LinkMode parse(final String text) {
        return switch (text) {
            case "passive" -> PASSIVE;
            case "active" -> ACTIVE;
            default -> throw new IllegalArgumentException("link mode '" + text + "': it must be passive or active");
        };
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.util.Locale;

/** What an acknowledgement of this node means: {@code carillon.log.durability}. */
public enum Durability {
    /** Held in the memory of this process. */
    MEMORY,
    /** Written to the operating system: survives the death of every process. */
    OS,
    /** On the disk: survives loss of power. */
    DISK;

    /** Reads the option's value. Throws {@link IllegalArgumentException} naming it. */
    public static Durability parse(final String text) {
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "memory" -> MEMORY;
            case "os" -> OS;
            case "disk" -> DISK;
            default -> throw new IllegalArgumentException("carillon.log.durability is '" + text + "'; it must be memory, os or disk");
        };
    }
}

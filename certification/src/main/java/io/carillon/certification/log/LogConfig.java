// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

/**
 * Settings of the log, sizes in bytes.
 *
 * @param durability what {@code flush} waits for.
 * @param segmentLength of one file, preallocated.
 * @param tailLength newest entries that are kept in memory.
 * @param retainLength kept on disk before whole segments are purged.
 */
public record LogConfig(Durability durability, int segmentLength, int tailLength, long retainLength) {
    /** The defaults with this durability. */
    public static LogConfig defaults(final Durability durability) {
        return new LogConfig(durability, 64 << 20, 32 << 20, 1L << 30);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

/** Kinds of trouble in a run of whole nodes, beside the ring's, that can be left out to see whether it fails without. */
enum NodeTrouble {
    LONE_DEATHS,
    /** Statements in isolation, desync and resync. */
    OPERATIONS,
    DISK_FAULTS,
    SNAPSHOT_FAILURES,
    SLOW_APPLIERS,
    /** Servers whose last commits were not on the disk. */
    UNFLUSHED_COMMITS,
    LARGE_WRITE_SETS,
    READS
}

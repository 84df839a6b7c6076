// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

/** One thing done wrong on purpose, on one node or all, to see that whole nodes in the simulator notice it. */
enum NodeBug {
    NONE,
    /** One node's index reaches back less far than the others'. */
    FLOOR_MOVED_ALONE,
    /** One node does not look at the last key of each write set. */
    KEY_SKIPPED,
    /** What lies before the position at which a process begins does not enter its index. */
    INDEX_NOT_REBUILT,
    /** Entries are certified and applied once they are in the log. */
    APPLIED_BEFORE_STABLE,
    /** A read waits for what is stable here, and asks nobody. */
    READ_NOT_ORDERED,
    /** A client is told that its write was not taken, and it is sent all the same. */
    REFUSED_AND_SENT,
    /** A write set says that its writer had seen more than it had. */
    SEEN_TOO_MUCH,
    /** A donor's copy is of another moment than it says. */
    SNAPSHOT_CUT_WRONG,
    /** The disk has not what it says it has. */
    NOTHING_FORCED,
    /** Names of new files are not forced. */
    NAMES_NOT_FORCED,
    /** The log says that it holds durably what it only holds. */
    LOGGED_BEFORE_DURABLE,
    /** A node does not notice that its machine was started anew. */
    BOOT_NOT_NOTICED,
    /** The log's last acknowledged entries are cut off when it is opened. */
    TAIL_LOST,
    /** A statement in isolation shares its table with others. */
    NOT_ISOLATED,
    /** The end of a desync is said as the beginning of another one. */
    RESYNC_IS_DESYNC,
    /** The log is purged by verdicts that the next process does not find. */
    VERDICTS_NOT_KEPT,
    /** A server does not tell its next sidecar that it gives a snapshot. */
    DONATION_FORGOTTEN
}

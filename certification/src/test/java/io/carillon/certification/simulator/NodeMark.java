// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

/** What must happen sometimes in a batch of runs of whole nodes, or they prove little. */
public enum NodeMark {
    /** A write set met a concurrent one. */
    CONFLICT,
    /** One whose origin had seen less than the index reaches back to. */
    BEHIND_INDEX,
    /** A large write set was committed, from its fragments. */
    LARGE_COMMITTED,
    /** A large write set did not commit, because its fragments were withdrawn, too old, or of an absent member. */
    LARGE_REFUSED,
    /** A node came back and was fed from the log. */
    FED_FROM_LOG,
    SNAPSHOT_TAKEN,
    /** A donor could not give its snapshot. */
    SNAPSHOT_FAILED,
    /** A joiner was sent the verdicts before its position. */
    VERDICTS_SENT,
    LOG_PURGED,
    /** The feed waited for a server that is slow. */
    FEED_FULL,
    /** A client was told that nobody knows what became of its write. */
    FATE_UNKNOWN,
    /** A client was told that its write was not taken. */
    NOT_TAKEN,
    READ_ANSWERED,
    READ_REFUSED,
    /** A server came back without the last of what it had committed. */
    SERVER_WENT_BACK,
    /** A server died, and its sidecar did not. */
    SERVER_DIED_ALONE,
    /** The next one connected to that sidecar, which left the group and joined it again. */
    SERVER_CAME_BACK,
    /** A sidecar died, and its server went on with what it had been given. */
    SIDECAR_DIED_ALONE,
    /** The next one gave it the verdict of a call that it had made to the one before. */
    VERDICT_INHERITED,
    /** The next one found that such a call was never ordered. */
    CALL_LOST_WITH_SIDECAR,
    /** A statement in total order isolation committed. */
    ISOLATED,
    /** A write set met one that it had not seen. */
    CONFLICT_WITH_ISOLATED,
    DESYNCED,
    RESYNCED,
    DIED_ON_DISK,
    DISK_FULL,
    POWER_LOST,
    /** A log ended with an entry that was not whole. */
    TORN_END,
    /** A core was primary, its servers in sync, and committed what it was offered, while a node was dead. */
    WENT_ON_WITHOUT_DEAD,
    WENT_ON_WITHOUT_PAUSED,
    WENT_ON_WITHOUT_CUT_OFF,
    /** A server that was not in sync when its core was alone came in sync there. */
    CORE_SERVER_CAME_IN_SYNC,
    /** One was given a snapshot by another. */
    CORE_SERVER_TOOK_SNAPSHOT
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/** What must happen sometimes in a batch of runs, or they prove little: rare paths that a bug may hide in. */
public enum Mark {
    EVERYBODY_DOWN,
    HOLDER_CRASHED,
    HOLDER_PAUSED,
    HOLDER_LEFT,
    CRASHED_WHILE_PERSISTING,
    CRASHED_IN_GATHER,
    CRASHED_IN_COMMIT,
    CRASHED_IN_RECOVERY,
    /** For longer than anybody waits before suspecting. */
    PAUSED_BEYOND_SUSPICION,
    CLOCK_JUMPED,
    DISK_WIPED,
    /** A packet was too long for its way. */
    PATH_TOO_NARROW,
    LOG_PURGED,
    /** A member gathered again before the ring that it had promised was installed. */
    COMMIT_ABORTED,
    /** A member gathered again before the view of its new ring was stable. */
    RECOVERY_ABORTED,
    /** A member was not primary, and is again. */
    PRIMARY_AGAIN,
    /** An own offer lost its place in the log. */
    OWN_ENTRY_CUT,
    /** An offer outlived its ring, and was made again in the next one. */
    OFFERED_AGAIN,
    OFFER_REJECTED,
    /** A log was replaced by that of the group. */
    STARTED_OVER,
    /** All voters came back, some without their memory. */
    LOSSY_START,
    BARRIER_ANSWERED,
    BARRIER_FAILED,
    /** All parts of a message of more than a megabyte were ordered. */
    HUGE_MESSAGE,
    /** A token that goes round stayed where it was, for want of work. */
    TOKEN_PARKED,
    /** A parked token was asked for again: nobody had heard the first time. */
    HOLD_CANCEL_LOST,
    /** A token came that had been there. */
    DUPLICATE_TOKEN,
    /** A member with more to send had used up its share of a round. */
    WINDOW_EXHAUSTED,
    /** The token overtook what was numbered before it left. */
    RELEASED_EARLY,
    /** Members did not agree that the token should go round. */
    TOKEN_MODE_REFUSED
}

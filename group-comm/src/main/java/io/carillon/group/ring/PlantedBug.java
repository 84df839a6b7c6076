// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** A rule broken on purpose, so that the simulator can show that it would notice. Never anything but NONE outside of tests. */
enum PlantedBug {
    NONE,
    DELIVER_BEFORE_STABLE,
    ACK_AFTER_PROMISE,
    VIEW_BEFORE_STABLE,
    LEAVER_COUNTED,
    JOINER_COUNTED,
    /** Acknowledges what is appended, not what is logged. */
    ACK_BEFORE_LOGGED,
    /** Answers with its log's end before the promise is on the disk. */
    PROMISE_NOT_PERSISTED,
    /** An own offer whose entry was cut is not offered again. */
    CUT_OFFER_FORGOTTEN,
    /** Whoever is present is primary. */
    MINORITY_PRIMARY,
    /** Who takes the token over does not know what the former holder numbered. */
    NUMBERED_TWICE,
    /** Numbers as soon as the token is here, not when the log is as long as that of the former holder. */
    TOKEN_BEFORE_LOG,
    /** Answers a read barrier by its own log alone. */
    BARRIER_ALONE,
    /** Takes packets as they come. */
    CHECKSUM_IGNORED,
    /** Rejects open offers whenever the ring changes: some are ordered already. */
    OPEN_REJECTED,
    /** Gives a former voter's log up before the view that takes it in is stable. */
    LOG_GIVEN_UP_EARLY,
    /** Takes packets of any epoch for the present one's. */
    EPOCH_IGNORED,
    /** A rotating token that was here already is taken once more. */
    TOKEN_TWICE,
    /** On a visit numbers from the own log's end, not from what the token says: the predecessor's entries may be on their way. */
    NUMBERED_FROM_LOG,
    /** The token leaves with what was numbered when it came: what this visit numbered is not in it. */
    RELEASED_BEFORE_NUMBERING,
    /** Is primary only with everybody who has a vote. */
    EVERYBODY_NEEDED
}

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
    /** A member with a long way to all others was a voter in the end. */
    FAR_MEMBER,
    /** A direction lost a packet that loses some all the time, when nothing else failed any more. */
    LOST_ON_GOOD_LINK,
    LOG_PURGED,
    /** A member gathered again before the ring that it had promised was installed. */
    COMMIT_ABORTED,
    /** A member gathered again before the view of its new ring was stable. */
    RECOVERY_ABORTED,
    /** A member that was operational lost the holder: silence, or a closed connection. */
    HOLDER_LOST_WHEN_OPERATIONAL,
    /** The old ring went on while a member gathered, and lost its holder then. */
    HOLDER_LOST_IN_GATHER,
    /** The first holder was lost before the view of its ring was stable. */
    HOLDER_LOST_IN_RECOVERY,
    /** Who had proposed a ring was lost before it told what came of it. */
    REPRESENTATIVE_LOST_IN_COMMIT,
    /** Another member of the proposed ring was lost. */
    MEMBER_LOST_IN_COMMIT,
    /** A ring was to be made because somebody was lost, and then somebody else was. */
    SECOND_LOSS_IN_COMMIT,
    /** COMMIT was sent again to who had not answered. */
    COMMIT_REPEATED,
    /** INSTALL was sent again to who was not heard in the new ring. */
    INSTALL_REPEATED,
    /** A member gave up waiting for the INSTALL of a ring that somebody else had installed. */
    INSTALL_LOST,
    /** A member was not primary, and is again. */
    PRIMARY_AGAIN,
    /** Everybody who was up was without a majority, in two parts or more. */
    SPLIT_WITHOUT_PRIMARY,
    /** After that, there was a primary ring again. */
    PRIMARY_AFTER_NONE,
    /** An own offer lost its place in the log. */
    OWN_ENTRY_CUT,
    /** An offer outlived its ring, and was made again in the next one. */
    OFFERED_AGAIN,
    OFFER_REJECTED,
    /** An offer of one byte was ordered. */
    ONE_BYTE,
    /** An offer was refused: those that the log lacks had too many bytes. */
    OFFERS_FULL,
    /** An offer was refused: the log lacks too many. */
    TOO_MANY_OFFERS,
    /** The holder had numbered as many entries as it may before they are stable. */
    HOLDER_FULL,
    /** The holder had numbered as many bytes as it may before they are stable. */
    HOLDER_FULL_OF_BYTES,
    /** An entry came from neither its origin nor the holder, of whom none could have given it then. */
    ENTRY_ONLY_FROM_THIRD,
    /** The answer to a question for as much as may be asked for was not all that the asked one had. */
    PULL_LIMITED,
    /** What was ordered in one ring first became stable in a later one. */
    STABLE_IN_LATER_RING,
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
    /** A parked token was lost on its way to who writes, and its copy arrived. */
    PASSED_TOKEN_LOST,
    /** One that goes round was lost on its way, and its copy arrived. */
    ROUND_TOKEN_LOST,
    /** A member waited for a visit until it took the token for lost. */
    TOKEN_FOUND_LOST,
    /** The token came before entries that it names. */
    TOKEN_BEFORE_ENTRIES,
    /** A member with more to send had used up its share of a round. */
    WINDOW_EXHAUSTED,
    /** The token overtook what was numbered before it left. */
    RELEASED_EARLY,
    /** Members did not agree that the token should go round. */
    TOKEN_MODE_REFUSED,
    /** A core was primary, and delivered what it was offered, without outsiders of each {@link Outsiders.Kind}. */
    WENT_ON_WITHOUT_DEAD,
    WENT_ON_WITHOUT_PAUSED,
    WENT_ON_WITHOUT_CUT_OFF,
    WENT_ON_WITHOUT_NOT_HEARD,
    WENT_ON_WITHOUT_HEARS_NOTHING,
    WENT_ON_WITHOUT_CROSSED,
    WENT_ON_WITHOUT_UNAWARE,
    WENT_ON_WITHOUT_UNNOTICED
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** State of a member. */
enum Phase {
    /** Not started, or left. */
    CLOSED,
    /** Finding out with whom to make the next ring; a former ring goes on meanwhile. */
    GATHER,
    /** Promised an epoch; nothing older is touched again. */
    COMMIT,
    /** The ring is installed, its VIEW entry not stable here. */
    RECOVERY,
    OPERATIONAL,
    /** Alone, or in a ring without a majority. */
    NOT_PRIMARY
}

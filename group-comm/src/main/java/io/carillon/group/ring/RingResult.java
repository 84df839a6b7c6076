// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

/** Negative results of {@link RingCore#offer}. */
public final class RingResult {
    /** Not in a primary view; it was not sent. */
    public static final long NOT_PRIMARY = -1;
    /** Too much is under way; offer again later. */
    public static final long BACK_PRESSURED = -2;
    /** Between two rings; offer again later. */
    public static final long VIEW_CHANGING = -3;
    /** Left, or never started. */
    public static final long CLOSED = -4;
    /** Above the largest payload of one entry. */
    public static final long TOO_LARGE = -5;

    private RingResult() {
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep;

import java.util.Objects;
import java.util.UUID;

/**
 * A position in the history of a group: group UUID and seqno.
 *
 * @param uuid group UUID, all zero when undefined.
 * @param seqno seqno, {@link Seqno#UNDEFINED} when undefined.
 */
public record Gtid(UUID uuid, long seqno) {
    /** UUID of no group. */
    public static final UUID UNDEFINED_UUID = new UUID(0, 0);

    /** No position. */
    public static final Gtid UNDEFINED = new Gtid(UNDEFINED_UUID, Seqno.UNDEFINED);

    public Gtid {
        Objects.requireNonNull(uuid, "uuid");
    }

    /** Tells whether both parts are defined. */
    public boolean isDefined() {
        return !UNDEFINED_UUID.equals(uuid) && seqno >= 0;
    }

    /** Reads the text form {@code uuid:seqno}. Throws {@link IllegalArgumentException} naming the bad part. */
    public static Gtid parse(final String text) {
        final int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("not a position (uuid:seqno): '" + text + "'");
        }
        return new Gtid(UUID.fromString(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return uuid + ":" + seqno;
    }
}

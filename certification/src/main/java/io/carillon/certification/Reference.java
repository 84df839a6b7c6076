// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

/**
 * A reference of one write set to one key, packed into a long: seqno in the upper bits, then the number of its origin.
 * Of two, the greater is the later.
 *
 * <p>Found type against incoming type, as the certification rules have it:
 *
 * <table>
 * <caption>C conflict, D dependency, N nothing</caption>
 * <tr><th>found</th><th>EXCLUSIVE</th><th>UPDATE</th><th>REFERENCE</th><th>SHARED</th></tr>
 * <tr><td>EXCLUSIVE</td><td>C</td><td>C</td><td>C</td><td>C</td></tr>
 * <tr><td>UPDATE</td><td>C</td><td>C</td><td>D</td><td>D</td></tr>
 * <tr><td>REFERENCE</td><td>C</td><td>D</td><td>N</td><td>N</td></tr>
 * <tr><td>SHARED</td><td>D</td><td>D</td><td>N</td><td>N</td></tr>
 * </table>
 */
final class Reference {
    static final int SHARED = 0;
    static final int REFERENCE = 1;
    static final int UPDATE = 2;
    static final int EXCLUSIVE = 3;

    /** Origin of write sets applied in isolation: nobody's own. */
    static final int ISOLATED = 0;

    static final int ORIGIN_BITS = 15;
    static final int ORIGIN_MAX = (1 << ORIGIN_BITS) - 1;
    static final long SEQNO_MAX = (1L << 46) - 1;

    static final int NOTHING = 0;
    static final int DEPENDENCY = 1;
    static final int CONFLICT = 2;

    /** Two bits for each pair of types: found type * 4 + incoming type. */
    private static final int RELATIONS = row(SHARED, NOTHING, NOTHING, DEPENDENCY, DEPENDENCY)
        | row(REFERENCE, NOTHING, NOTHING, DEPENDENCY, CONFLICT)
        | row(UPDATE, DEPENDENCY, DEPENDENCY, CONFLICT, CONFLICT)
        | row(EXCLUSIVE, CONFLICT, CONFLICT, CONFLICT, CONFLICT);

    private Reference() {
    }

    static long pack(final long seqno, final int origin) {
        return seqno << ORIGIN_BITS | origin;
    }

    static long seqno(final long reference) {
        return reference >>> ORIGIN_BITS;
    }

    static int origin(final long reference) {
        return (int) reference & ORIGIN_MAX;
    }

    /** What a reference of type {@code found} means to a later one of type {@code incoming}. */
    static int relation(final int found, final int incoming) {
        return RELATIONS >>> (found << 3 | incoming << 1) & 3;
    }

    private static int row(final int found, final int shared, final int reference, final int update, final int exclusive) {
        return (shared | reference << 2 | update << 4 | exclusive << 6) << (found << 3);
    }
}

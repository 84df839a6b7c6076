// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static io.carillon.wsrep.WriteSetLayout.*;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;

/**
 * Which bytes are a write set. Part of the verdict: a change of these rules is a change of the protocol.
 */
final class WriteSetValidity {
    /** Most keys that a write set may have: sections of 2 GiB would hold no more. */
    static final int KEYS_MAX = Integer.MAX_VALUE / KEY_LENGTH;

    private WriteSetValidity() {
    }

    /** Tells whether {@code length} bytes are a write set, or the header of one that travelled as fragments. */
    static boolean isValid(final DirectBuffer buffer, final int offset, final int length) {
        if (length < HEADER_LENGTH || buffer.getInt(offset + MAGIC_OFFSET, LITTLE_ENDIAN) != MAGIC) {
            return false;
        }
        final int keyCount = buffer.getInt(offset + KEY_COUNT_OFFSET, LITTLE_ENDIAN);
        final int namesLength = buffer.getInt(offset + NAMES_LENGTH_OFFSET, LITTLE_ENDIAN);
        final long dataLength = buffer.getLong(offset + DATA_LENGTH_OFFSET, LITTLE_ENDIAN);
        final int annotationLength = buffer.getInt(offset + ANNOTATION_LENGTH_OFFSET, LITTLE_ENDIAN);
        final int fragmentCount = buffer.getInt(offset + FRAGMENT_COUNT_OFFSET, LITTLE_ENDIAN);
        if ((buffer.getInt(offset + FLAGS_OFFSET, LITTLE_ENDIAN) & ~FLAGS_MASK) != 0
            || buffer.getLong(offset + LAST_SEEN_OFFSET, LITTLE_ENDIAN) < -1
            || buffer.getLong(offset + PREVIOUS_SEQNO_OFFSET, LITTLE_ENDIAN) < -1
            || keyCount < 0 || keyCount > KEYS_MAX || namesLength < 0 || annotationLength < 0 || fragmentCount < 0
            || dataLength < 0 || dataLength > WRITE_SET_LENGTH_MAX) {
            return false;
        }
        final long sections = (long) keyCount * KEY_LENGTH + namesLength + dataLength + annotationLength;
        if (sections > WRITE_SET_LENGTH_MAX) {
            return false;
        }
        if (fragmentCount > 0) {
            return length == HEADER_LENGTH && sections > 0;
        }
        return length == HEADER_LENGTH + sections;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/** Data of a large write set that comes to a server in parts. */
final class LargeData {
    private final ExpandableArrayBuffer bytes = new ExpandableArrayBuffer();
    private int length;
    private long left;
    private Runnable whole;

    /** Parts of so many bytes follow; {@code then} runs when all are here. */
    void begin(final long dataLength, final Runnable then) {
        length = 0;
        left = dataLength;
        whole = then;
    }

    void add(final DirectBuffer data, final int offset, final int partLength) {
        bytes.putBytes(length, data, offset, partLength);
        length += partLength;
        left -= partLength;
        if (left == 0) {
            whole.run();
        }
    }

    /** No more parts come. True if some are missing. */
    boolean abandon() {
        final boolean isOpen = left > 0;
        left = 0;
        return isOpen;
    }

    DirectBuffer bytes() {
        return bytes;
    }
}

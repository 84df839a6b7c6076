// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import io.carillon.wsrep.KeyType;
import org.agrona.DirectBuffer;

/** Builds write sets byte for byte as the provider does (docs/write-set.md). Reused; one thread. */
public final class WriteSetBuilder {
    /** Starts a new write set with these flags, nothing else. */
    public WriteSetBuilder begin(final int flags) {
        return this;
    }

    public WriteSetBuilder ids(final long trxId, final long connectionId) {
        return this;
    }

    public WriteSetBuilder lastSeen(final long seqno) {
        return this;
    }

    public WriteSetBuilder previousSeqno(final long seqno) {
        return this;
    }

    /** Adds a key of one to three parts (database, table, row); its prefixes become SHARED keys, the strongest type of a key wins. */
    public WriteSetBuilder key(final KeyType type, final byte[]... parts) {
        return this;
    }

    /** Appends to the data section. */
    public WriteSetBuilder data(final DirectBuffer bytes, final int offset, final int length) {
        return this;
    }

    public WriteSetBuilder annotation(final String text) {
        return this;
    }

    /** Lays the sections out behind the header; its length. */
    public int build() {
        return 0;
    }

    /** The write set, valid until {@link #begin}. */
    public DirectBuffer buffer() {
        return null;
    }
}

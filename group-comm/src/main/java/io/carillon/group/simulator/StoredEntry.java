// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.EntryKind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * An entry in a simulated log.
 *
 * @param digest of this entry and, through the digest before it, of the whole log up to it: two logs are equal up to
 * an index exactly if their digests there are.
 */
record StoredEntry(long index, long seqno, long epoch, long originMsb, long originLsb, long originSeq, EntryKind kind,
    byte[] payload, long digest) {
    private static final long PRIME = 0x9FB21C651E98DF25L;
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    static long digest(final long before, final long index, final long seqno, final long epoch, final long originMsb, final long originLsb,
        final long originSeq, final EntryKind kind, final byte[] payload) {
        long h = mix(before, index);
        h = mix(h, seqno);
        h = mix(h, epoch);
        h = mix(h, originMsb);
        h = mix(h, originLsb);
        h = mix(h, originSeq);
        h = mix(h, kind.code());
        return mix(h, payloadDigest(payload));
    }

    static long payloadDigest(final byte[] payload) {
        long h = payload.length;
        final int words = payload.length & -Long.BYTES;
        for (int at = 0; at < words; at += Long.BYTES) {
            h = mix(h, (long) WORD.get(payload, at));
        }
        for (int at = words; at < payload.length; at++) {
            h = mix(h, payload[at]);
        }
        return h;
    }

    private static long mix(final long h, final long value) {
        final long x = (h ^ value) * PRIME;
        return x ^ (x >>> 29) ^ (x << 17);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.Seqno;
import io.carillon.wsrep.WriteSetFlags;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Random write sets that collide often: few keys, in few places of few partitions, few origins, some far behind. */
final class WriteSetHistory {
    private final RandomGenerator random;
    private final long[] hashes;
    private final int keysMax;
    private final int window;
    private final int origins;

    WriteSetHistory(final RandomGenerator random, final int window, final int keysMax) {
        this.random = random;
        this.window = window;
        this.keysMax = keysMax;
        origins = 1 + random.nextInt(5);
        hashes = new long[4 + random.nextInt(200)];
        final int partitions = 1 + random.nextInt(3);
        final int homes = 1 + random.nextInt(20);
        for (int i = 0; i < hashes.length; i++) {
            // Equal upper bits: one partition. Equal lower bits: one place there.
            hashes[i] = (long) random.nextInt(partitions) << 58 | (long) i << 32 | random.nextInt(homes);
        }
    }

    TestWriteSet next(final long seqno) {
        final Map<Long, KeyType> keys = new LinkedHashMap<>();
        final int count = random.nextInt(keysMax + 1);
        for (int i = 0; i < count; i++) {
            keys.put(hashes[random.nextInt(hashes.length)], KeyType.of(random.nextInt(10) < 5 ? 0 : 1 + random.nextInt(3)));
        }
        int flags = WriteSetFlags.TRX_START | WriteSetFlags.TRX_END;
        switch (random.nextInt(40)) {
            case 0 -> flags |= WriteSetFlags.ISOLATION;
            case 1 -> flags |= WriteSetFlags.PA_UNSAFE;
            case 2 -> flags |= WriteSetFlags.ROLLBACK;
            case 3 -> flags |= WriteSetFlags.IMPLICIT_DEPS;
            case 4 -> flags |= WriteSetFlags.UNSHIELDED;
            default -> {
            }
        }
        final int behind = random.nextInt(10) == 0 ? random.nextInt(window + 10) : random.nextInt(12);
        final long previous = random.nextInt(10) == 0 ? Math.max(1, seqno - 1 - random.nextInt(20)) : Seqno.UNDEFINED;
        return new TestWriteSet(random.nextInt(origins), flags, Math.max(-1, seqno - 1 - behind), Math.min(previous, seqno - 1), keys);
    }
}

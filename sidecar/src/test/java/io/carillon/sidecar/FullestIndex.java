// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.certification.Certifier;
import io.carillon.certification.CertifierConfig;
import io.carillon.certification.KeyBlock;
import io.carillon.certification.KeySource;
import io.carillon.certification.Verdict;
import io.carillon.certification.WriteSetFlyweight;
import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.WriteSetLayout;
import org.agrona.concurrent.UnsafeBuffer;

/** Certifies what takes most memory; {@link IndexMemoryTest} runs it. Argument: MB of the heap that are somebody else's. */
final class FullestIndex {
    private static final int BLOCK_KEYS = 4096;
    private static final int MANY_KEYS = 3 * CertifierConfig.DEFAULT.keysMax();
    private static final int ROW_DEPTH = 3;
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private final Certifier certifier = new Certifier(CertifierConfig.DEFAULT);
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[WriteSetLayout.HEADER_LENGTH]);
    private final WriteSetFlyweight writeSet = new WriteSetFlyweight();
    private final Verdict verdict = new Verdict();
    private long seqno;

    private FullestIndex() {
    }

    /** Entry point. */
    public static void main(final String[] arguments) {
        final byte[][] rest = new byte[Integer.parseInt(arguments[0])][1 << 20];
        final FullestIndex index = new FullestIndex();
        index.run();
        System.out.println("all certified beside " + rest.length + " MB: " + index.seqno + " write sets, index of "
            + index.certifier.indexSize() + " keys, floor " + index.certifier.floor());
    }

    private void run() {
        final int largest = CertifierConfig.DEFAULT.keysPerWriteSetMax();
        // Each key once, as a dump brings them.
        for (long key = 0; key < MANY_KEYS; key += 5000) {
            certify(1, key, 5000);
        }
        // Each key by two servers: records.
        for (long key = 0; key < MANY_KEYS; key += 5000) {
            certify(1, key, 5000);
            certify(2, key, 5000);
        }
        for (int i = 0; i < 6; i++) {
            certify(1 + i % 2, (long) i / 4 * largest, largest);
        }
        certify(1, 0, MANY_KEYS);
        certify(2, MANY_KEYS, largest);
    }

    private void certify(final long origin, final long firstKey, final int count) {
        header.putInt(WriteSetLayout.KEY_COUNT_OFFSET, count, LITTLE_ENDIAN);
        header.putLong(WriteSetLayout.LAST_SEEN_OFFSET, seqno, LITTLE_ENDIAN);
        writeSet.wrap(header, 0, WriteSetLayout.HEADER_LENGTH);
        certifier.certify(++seqno, origin, 0, writeSet, new Rows(firstKey, count), verdict);
        if (!verdict.commits()) {
            throw new IllegalStateException(verdict.toString());
        }
    }

    /** Rows by number. */
    private static final class Rows implements KeySource {
        private final UnsafeBuffer keys = new UnsafeBuffer(new byte[BLOCK_KEYS * WriteSetLayout.KEY_LENGTH]);
        private final long first;
        private final int count;
        private int next;

        Rows(final long first, final int count) {
            this.first = first;
            this.count = count;
        }

        @Override
        public void rewind() {
            next = 0;
        }

        @Override
        public boolean next(final KeyBlock into) {
            into.count = Math.min(BLOCK_KEYS, count - next);
            for (int i = 0, at = 0; i < into.count; i++, at += WriteSetLayout.KEY_LENGTH) {
                keys.putLong(at + WriteSetLayout.KEY_HASH_OFFSET, (first + ++next) * MIX, LITTLE_ENDIAN);
                keys.putInt(at + WriteSetLayout.KEY_META_OFFSET, WriteSetLayout.keyMeta(KeyType.EXCLUSIVE, ROW_DEPTH, 0), LITTLE_ENDIAN);
            }
            into.buffer.wrap(keys, 0, into.count * WriteSetLayout.KEY_LENGTH);
            return into.count > 0;
        }
    }
}

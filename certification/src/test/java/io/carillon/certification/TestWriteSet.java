// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static io.carillon.wsrep.WriteSetLayout.*;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.Seqno;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/** A write set given by its key hashes, and its bytes. */
public final class TestWriteSet {
    final int flags;
    final long lastSeen;
    final long previousSeqno;
    final long originMsb;
    final Map<Long, KeyType> keys;
    final UnsafeBuffer bytes;
    final WriteSetFlyweight flyweight = new WriteSetFlyweight();

    public TestWriteSet(final long originMsb, final int flags, final long lastSeen, final long previousSeqno,
        final Map<Long, KeyType> keys) {
        this.originMsb = originMsb;
        this.flags = flags;
        this.lastSeen = lastSeen;
        this.previousSeqno = previousSeqno;
        this.keys = new LinkedHashMap<>(keys);
        bytes = new UnsafeBuffer(new byte[HEADER_LENGTH + keys.size() * KEY_LENGTH]);
        bytes.putInt(MAGIC_OFFSET, MAGIC, LITTLE_ENDIAN);
        bytes.putInt(FLAGS_OFFSET, flags, LITTLE_ENDIAN);
        bytes.putLong(LAST_SEEN_OFFSET, lastSeen, LITTLE_ENDIAN);
        bytes.putLong(PREVIOUS_SEQNO_OFFSET, previousSeqno, LITTLE_ENDIAN);
        bytes.putInt(KEY_COUNT_OFFSET, keys.size(), LITTLE_ENDIAN);
        int at = HEADER_LENGTH;
        int table = 0;
        for (final Map.Entry<Long, KeyType> key : this.keys.entrySet()) {
            bytes.putLong(at + KEY_HASH_OFFSET, key.getKey(), LITTLE_ENDIAN);
            bytes.putInt(at + KEY_META_OFFSET, keyMeta(key.getValue(), depthOf(key.getKey()), table++), LITTLE_ENDIAN);
            at += KEY_LENGTH;
        }
        flyweight.wrap(bytes, 0, bytes.capacity());
    }

    /** What the key with this hash is: 1 a database, 2 a table, 3 a row. */
    static int depthOf(final long hash) {
        return 1 + Math.floorMod((int) (hash >>> Integer.SIZE), 3);
    }

    static TestWriteSet of(final long originMsb, final long lastSeen, final Map<Long, KeyType> keys) {
        return new TestWriteSet(originMsb, 0, lastSeen, Seqno.UNDEFINED, keys);
    }

    static TestWriteSet of(final long originMsb, final int flags, final long lastSeen, final Map<Long, KeyType> keys) {
        return new TestWriteSet(originMsb, flags, lastSeen, Seqno.UNDEFINED, keys);
    }

    Verdict certify(final Certifier certifier, final long seqno) {
        final Verdict verdict = new Verdict();
        certifier.certify(seqno, originMsb, -1, flyweight, flyweight.keys(), verdict);
        return verdict;
    }

    Verdict preload(final Certifier certifier, final long seqno, final boolean commits) {
        final Verdict verdict = new Verdict();
        certifier.preload(seqno, originMsb, -1, flyweight, flyweight.keys(), commits, verdict);
        return verdict;
    }
}

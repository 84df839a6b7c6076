// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.WriteSetFlags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The certification rules written down plainly: every committed write set of the window is looked at again for each new
 * one.
 */
public final class NaiveCertifier {
    private enum Relation { N, D, C }

    /** Found type, then incoming type: EXCLUSIVE, UPDATE, REFERENCE, SHARED. */
    private static final Map<KeyType, String> TABLE = new EnumMap<>(Map.of(
        KeyType.EXCLUSIVE, "CCCC", KeyType.UPDATE, "CCDD", KeyType.REFERENCE, "CDNN", KeyType.SHARED, "DDNN"));

    private record Committed(long seqno, TestWriteSet writeSet, Map<Long, KeyType> keys) {
    }

    private final CertifierConfig config;
    private final List<Committed> history = new ArrayList<>();
    private long floor;
    private long lastUnsafe;

    public NaiveCertifier(final CertifierConfig config, final long base) {
        this.config = config;
        floor = base;
        lastUnsafe = base;
    }

    public long floor() {
        return floor;
    }

    public Verdict certify(final long seqno, final TestWriteSet writeSet) {
        final Verdict verdict = new Verdict();
        verdict.seqno = seqno;
        verdict.dependsOn = seqno - 1;
        advance(seqno);
        final boolean isolated = (writeSet.flags & WriteSetFlags.ISOLATION) != 0;
        final boolean rollback = (writeSet.flags & WriteSetFlags.ROLLBACK) != 0;
        if (writeSet.keys.size() > config.keysPerWriteSetMax() && entered(writeSet).size() > config.keysPerWriteSetMax()) {
            verdict.reason = Verdict.Reason.MALFORMED;
            return verdict;
        }
        if (!isolated && !rollback && writeSet.lastSeen < floor) {
            verdict.reason = Verdict.Reason.BEHIND_INDEX;
            return verdict;
        }
        long conflict = -1;
        long depends = Math.max(Math.max(lastUnsafe, floor), writeSet.previousSeqno);
        for (final Committed earlier : history) {
            for (final Map.Entry<Long, KeyType> key : earlier.keys.entrySet()) {
                final KeyType incoming = writeSet.keys.get(key.getKey());
                if (incoming == null) {
                    continue;
                }
                final Relation relation = relation(key.getValue(), incoming);
                final boolean foreign = (earlier.writeSet.flags & WriteSetFlags.ISOLATION) != 0
                    || (writeSet.flags & WriteSetFlags.UNSHIELDED) != 0 || earlier.writeSet.originMsb != writeSet.originMsb;
                if (relation == Relation.C && !isolated && !rollback && earlier.seqno > writeSet.lastSeen && foreign) {
                    conflict = Math.max(conflict, earlier.seqno);
                } else if (relation != Relation.N) {
                    depends = Math.max(depends, earlier.seqno);
                }
            }
        }
        if (conflict >= 0) {
            verdict.reason = Verdict.Reason.KEY_CONFLICT;
            verdict.conflictSeqno = conflict;
            return verdict;
        }
        commit(seqno, writeSet);
        verdict.reason = Verdict.Reason.PASSED;
        if ((writeSet.flags & WriteSetFlags.IMPLICIT_DEPS) != 0) {
            depends = Math.max(depends, writeSet.lastSeen);
        }
        verdict.dependsOn = isolated || (writeSet.flags & WriteSetFlags.PA_UNSAFE) != 0 ? seqno - 1 : Math.max(depends, floor);
        return verdict;
    }

    /** An entry that brings nothing. */
    public void skip(final long seqno) {
        advance(seqno);
    }

    private void commit(final long seqno, final TestWriteSet writeSet) {
        final Map<Long, KeyType> keys = entered(writeSet);
        while (history.stream().filter(e -> e.seqno > floor).mapToInt(e -> e.keys.size()).sum() + keys.size() > config.keysMax()
            && floor < seqno - 1) {
            floor++;
        }
        history.removeIf(e -> e.seqno <= floor);
        history.add(new Committed(seqno, writeSet, keys));
        if ((writeSet.flags & WriteSetFlags.PA_UNSAFE) != 0) {
            lastUnsafe = seqno;
        }
    }

    /** Of a huge write set its tables, as a whole. */
    private Map<Long, KeyType> entered(final TestWriteSet writeSet) {
        if (writeSet.keys.size() <= config.keysPerWriteSetMax()) {
            return writeSet.keys;
        }
        final Map<Long, KeyType> keys = new HashMap<>();
        writeSet.keys.forEach((hash, type) -> {
            if (TestWriteSet.depthOf(hash) < 3) {
                keys.put(hash, TestWriteSet.depthOf(hash) == 2 ? KeyType.EXCLUSIVE : type);
            }
        });
        return keys;
    }

    private void advance(final long seqno) {
        floor = Math.max(floor, seqno - config.window());
        history.removeIf(e -> e.seqno <= floor);
    }

    private static Relation relation(final KeyType found, final KeyType incoming) {
        return Relation.valueOf(TABLE.get(found).substring(3 - incoming.code(), 4 - incoming.code()));
    }
}

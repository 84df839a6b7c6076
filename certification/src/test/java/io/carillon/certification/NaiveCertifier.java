// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.WriteSetFlags;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.agrona.collections.Long2LongHashMap;

/**
 * The certification rules written down plainly: every committed write set of the window is looked at again, key by key, for
 * each new one.
 */
public final class NaiveCertifier {
    /** By found type, then incoming type, both as codes: SHARED, REFERENCE, UPDATE, EXCLUSIVE. Nothing, depend, conflict. */
    private static final char[][] TABLE = {"NNDD".toCharArray(), "NNDC".toCharArray(), "DDCC".toCharArray(), "CCCC".toCharArray()};
    private static final int NOT_REFERRED_TO = -1;

    /** {@code hashes} and {@code types}: the keys that it is found by. */
    private record Committed(long seqno, TestWriteSet writeSet, long[] hashes, byte[] types) {
    }

    private final CertifierConfig config;
    /** Above {@link #floor}, ascending. */
    private final ArrayDeque<Committed> history = new ArrayDeque<>();
    /** Keys of all of them together. */
    private long historyKeys;
    /** Type of each key of the write set in question, as a code: what each of the history's keys is looked up in. */
    private final Long2LongHashMap incomingTypes = new Long2LongHashMap(NOT_REFERRED_TO);
    /** By the last six bits of a key's hash: whether the write set in question may have it. Most keys need no look into the map. */
    private long incomingBits;
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
        incomingTypes.clear();
        incomingBits = 0;
        writeSet.keys.forEach((hash, type) -> {
            incomingTypes.put((long) hash, type.code());
            incomingBits |= 1L << hash;
        });
        long conflict = -1;
        long depends = Math.max(Math.max(lastUnsafe, floor), writeSet.previousSeqno);
        for (final Committed earlier : history) {
            final boolean isConflictFatal = !isolated && !rollback && earlier.seqno > writeSet.lastSeen && isForeign(earlier, writeSet);
            for (int i = 0; i < earlier.hashes.length; i++) {
                final long hash = earlier.hashes[i];
                final int incoming = (incomingBits >>> hash & 1) == 0 ? NOT_REFERRED_TO : (int) incomingTypes.get(hash);
                final char relation = incoming == NOT_REFERRED_TO ? 'N' : TABLE[earlier.types[i]][incoming];
                if (relation == 'C' && isConflictFatal) {
                    conflict = Math.max(conflict, earlier.seqno);
                } else if (relation != 'N') {
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

    private static boolean isForeign(final Committed earlier, final TestWriteSet writeSet) {
        return (earlier.writeSet.flags & WriteSetFlags.ISOLATION) != 0 || (writeSet.flags & WriteSetFlags.UNSHIELDED) != 0
            || earlier.writeSet.originMsb != writeSet.originMsb;
    }

    private void commit(final long seqno, final TestWriteSet writeSet) {
        final Map<Long, KeyType> keys = entered(writeSet);
        while (historyKeys + keys.size() > config.keysMax() && floor < seqno - 1) {
            floor++;
            forgetBelow();
        }
        final long[] hashes = new long[keys.size()];
        final byte[] types = new byte[keys.size()];
        int n = 0;
        for (final Map.Entry<Long, KeyType> key : keys.entrySet()) {
            hashes[n] = key.getKey();
            types[n++] = (byte) key.getValue().code();
        }
        history.add(new Committed(seqno, writeSet, hashes, types));
        historyKeys += keys.size();
        if ((writeSet.flags & WriteSetFlags.PA_UNSAFE) != 0) {
            lastUnsafe = seqno;
        }
    }

    /** What is not above the floor does not count. */
    private void forgetBelow() {
        while (!history.isEmpty() && history.getFirst().seqno <= floor) {
            historyKeys -= history.removeFirst().hashes.length;
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
        forgetBelow();
    }
}

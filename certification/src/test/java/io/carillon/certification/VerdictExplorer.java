// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import io.carillon.wsrep.KeyType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Every history of a few write sets of two origins on two keys, with every {@code lastSeen} that can make a difference; and
 * every member that may certify it: one that was there from the beginning, and one for every point at which a member can
 * join or begin again (the same object is reset for each). All give each write set the verdict and the dependency that the
 * rules written down plainly give.
 */
final class VerdictExplorer implements AutoCloseable {
    private static final long[] HASHES = {1, 2};

    /** How a member that joins makes its index. */
    interface Joining {
        void rebuild(Certifier member, VerdictWindow window, List<TestWriteSet> stream);
    }

    /** Members give different verdicts, or a wrong one. */
    static final class Difference extends RuntimeException {
        private static final long serialVersionUID = 1;

        Difference(final String what) {
            super(what);
        }
    }

    private final CertifierConfig config;
    private final Joining joining;
    private final Certifier original;
    private final Certifier joiner;
    private final VerdictWindow window;
    private final long[] seqnos;
    private final KeyType[] kinds;
    private final List<Map<Long, KeyType>> keys = new ArrayList<>();
    /** By seqno; null is no write set. */
    private final List<TestWriteSet> stream = new ArrayList<>();
    private final List<Verdict> verdicts = new ArrayList<>();
    private final List<UnsafeBuffer> windows = new ArrayList<>();
    private long histories;
    private long conflicts;
    private long behind;

    /**
     * The write sets are at {@code seqnos}, other entries between them. {@code both} is whether one may have both keys.
     * Joiners certify under {@code joinersConfig}.
     */
    VerdictExplorer(final CertifierConfig config, final CertifierConfig joinersConfig, final Joining joining, final boolean both,
        final List<KeyType> kinds, final long... seqnos) {
        this.config = config;
        this.joining = joining;
        this.seqnos = seqnos;
        this.kinds = kinds.toArray(new KeyType[0]);
        original = new Certifier(config);
        joiner = new Certifier(joinersConfig);
        window = new VerdictWindow(config.window());
        for (final KeyType kind : this.kinds) {
            keys.add(Map.of(HASHES[0], kind));
            keys.add(Map.of(HASHES[1], kind));
            for (int other = 0; both && other < this.kinds.length; other++) {
                final Map<Long, KeyType> two = new LinkedHashMap<>();
                two.put(HASHES[0], kind);
                two.put(HASHES[1], this.kinds[other]);
                keys.add(two);
            }
        }
        stream.add(null);
    }

    /** Number of histories; throws {@link Difference}. */
    long explore() {
        explore(0);
        return histories;
    }

    long conflicts() {
        return conflicts;
    }

    long behind() {
        return behind;
    }

    @Override
    public void close() {
        original.close();
        joiner.close();
    }

    private void explore(final int nth) {
        final int before = stream.size();
        while (stream.size() < seqnos[nth]) {
            stream.add(null);
        }
        stream.add(null);
        for (final long lastSeen : lastSeen(nth)) {
            for (final Map<Long, KeyType> of : keys) {
                for (int origin = 1; origin <= 2; origin++) {
                    stream.set(stream.size() - 1, TestWriteSet.of(origin, lastSeen, of));
                    compare();
                    if (nth + 1 < seqnos.length) {
                        explore(nth + 1);
                    }
                }
            }
        }
        while (stream.size() > before) {
            stream.removeLast();
        }
    }

    /** Each write set, each entry before one, and the beginning: nothing else decides anything. */
    private long[] lastSeen(final int nth) {
        final List<Long> seen = new ArrayList<>(List.of(0L));
        for (int earlier = 0; earlier < nth; earlier++) {
            seen.add(seqnos[earlier]);
        }
        seen.add(seqnos[nth] - 1);
        return seen.stream().mapToLong(Long::longValue).distinct().toArray();
    }

    private void compare() {
        histories++;
        final NaiveCertifier naive = new NaiveCertifier(config, 0);
        verdicts.clear();
        windows.clear();
        original.reset(0);
        for (int seqno = 1; seqno < stream.size(); seqno++) {
            windows.add(isJoined(seqno) ? encoded(original.verdicts()) : null);
            final Verdict verdict = feed(original, seqno);
            verdicts.add(verdict);
            if (verdict == null) {
                naive.skip(seqno);
            } else {
                same("the rules", naive.certify(seqno, stream.get(seqno)), "a member", verdict);
            }
        }
        conflicts += verdicts.getLast().reason == Verdict.Reason.KEY_CONFLICT ? 1 : 0;
        behind += verdicts.getLast().reason == Verdict.Reason.BEHIND_INDEX ? 1 : 0;
        for (int seqno = 1; seqno < stream.size(); seqno++) {
            if (windows.get(seqno - 1) != null) {
                join(seqno);
            }
        }
    }

    /** Members join before a write set, and after one. */
    private boolean isJoined(final int seqno) {
        return stream.get(seqno) != null || stream.get(seqno - 1) != null;
    }

    /** A member joins that certifies from {@code first} on. */
    private void join(final int first) {
        final UnsafeBuffer carried = windows.get(first - 1);
        if (!window.decode(carried, 0, carried.capacity())) {
            throw new Difference("what a member sent to a joiner is not understood");
        }
        joining.rebuild(joiner, window, stream);
        for (int seqno = first; seqno < stream.size(); seqno++) {
            final Verdict verdict = feed(joiner, seqno);
            if (verdict != null) {
                same("a member", verdicts.get(seqno - 1), "one that joined at " + first, verdict);
            }
        }
    }

    private Verdict feed(final Certifier member, final int seqno) {
        final TestWriteSet writeSet = stream.get(seqno);
        if (writeSet == null) {
            member.skip(seqno);
            return null;
        }
        return writeSet.certify(member, seqno);
    }

    private static UnsafeBuffer encoded(final VerdictWindow verdicts) {
        final UnsafeBuffer encoded = new UnsafeBuffer(new byte[verdicts.encodedLength()]);
        verdicts.encode(encoded, 0);
        return encoded;
    }

    /** As a joiner does: the write sets of the window, with the verdicts that came with it. */
    static void preload(final Certifier member, final VerdictWindow window, final List<TestWriteSet> stream) {
        member.reset(window.first() - 1);
        for (long seqno = window.first(); seqno <= window.position(); seqno++) {
            final TestWriteSet writeSet = stream.get((int) seqno);
            if (writeSet == null) {
                member.skip(seqno);
            } else {
                writeSet.preload(member, seqno, window.commits(seqno));
            }
        }
    }

    private void same(final String who, final Verdict expected, final String other, final Verdict verdict) {
        if (expected.reason != verdict.reason || expected.dependsOn != verdict.dependsOn
            || expected.conflictSeqno != verdict.conflictSeqno) {
            final StringBuilder text = new StringBuilder(who + " says " + expected + ", " + other + " says " + verdict);
            for (int seqno = 1; seqno < stream.size(); seqno++) {
                final TestWriteSet writeSet = stream.get(seqno);
                if (writeSet != null) {
                    text.append(System.lineSeparator()).append(seqno).append(": origin ").append(writeSet.originMsb).append(", seen ")
                        .append(writeSet.lastSeen).append(", keys ").append(writeSet.keys);
                }
            }
            throw new Difference(text.toString());
        }
    }
}

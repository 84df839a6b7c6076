// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import io.carillon.group.Check;
import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.Seqno;
import io.carillon.wsrep.WriteSetFlags;
import io.carillon.wsrep.WriteSetLayout;

/**
 * Gives every write set its verdict, in order. Its state is a function of the ordered stream: members that were fed the
 * same stream from the same base agree.
 *
 * <p>Every seqno after {@link #reset} must be given exactly once, ascending, to one of {@link #certify}, {@link
 * #preload}, {@link #refuse} and {@link #skip}.
 *
 * <p><b>Rebuilding:</b> a verdict depends on verdicts before it, so that the last {@code window} write sets alone are
 * not enough to continue: their verdicts are needed, too. A member that continues (from its own log, or joining) takes
 * a {@link VerdictWindow}, its own that it kept or a synced member's that came as a CONTROL entry, resets to {@code
 * first() - 1}, gives the write sets up to its {@code position()} to {@link #preload} with the verdicts found there,
 * and certifies from then on. All members that are in the index from an earlier base than that agree with it.
 *
 * <p><b>Threading:</b> engine's thread only; it uses a helper thread within a call.
 */
public final class Certifier implements AutoCloseable {
    private final CertifierConfig config;
    private final KeyIndex index;
    private final OriginIds origins = new OriginIds();
    private final KeyProbe probe = new KeyProbe();
    private final LargeKeySet large;
    private final VerdictWindow verdicts;
    private final CertifierStatistics statistics = new CertifierStatistics();
    private long position;
    private long lastUnsafe;
    private long committed;
    private boolean optimisticApply = true;

    public Certifier(final CertifierConfig config) {
        this(config, Runtime.getRuntime().availableProcessors() > 1, LargeKeySet.BATCH_MAX);
    }

    /**
     * The same, saying whether a second thread helps with large write sets, and how many keys are taken at once; the
     * verdicts do not depend on it.
     */
    Certifier(final CertifierConfig config, final boolean helped, final int batchMax) {
        Check.that(config.keysPerWriteSetMax() <= config.keysMax(), "one write set's keys, all keys", config.keysPerWriteSetMax(),
            config.keysMax());
        this.config = config;
        index = new KeyIndex(config);
        large = new LargeKeySet(index, helped, batchMax);
        verdicts = new VerdictWindow(config.window());
        reset(0);
    }

    /**
     * Forgets everything; the next seqno is {@code seqno + 1}. Nothing that had seen less than {@code seqno} will
     * commit.
     */
    public void reset(final long seqno) {
        Check.that(seqno >= 0, "reset to no seqno", seqno, 0);
        index.reset(seqno);
        origins.clear();
        verdicts.reset(seqno);
        position = seqno;
        lastUnsafe = seqno;
        committed = seqno;
    }

    /** Last seqno given. */
    public long position() {
        return position;
    }

    /**
     * Certifies a valid write set.
     *
     * @param originMsb session of the origin's provider (the member id that the server knows), upper half; the two
     * halves tell own write sets from others'.
     * @param writeSet its header; {@link WriteSetFlyweight#isValid} held.
     * @param keys its keys: {@link WriteSetFlyweight#keys} when they follow the header, else {@link
     * FragmentedWriteSet}.
     * @param verdict set to the outcome.
     */
    public void certify(final long seqno, final long originMsb, final long originLsb, final WriteSetFlyweight writeSet,
        final KeySource keys,
        final Verdict verdict) {
        begin(seqno, verdict);
        final long lastSeen = writeSet.lastSeen();
        final int tables = tables(writeSet, keys);
        final boolean exempt = (writeSet.flags() & (WriteSetFlags.ISOLATION | WriteSetFlags.ROLLBACK)) != 0;
        if (lastSeen >= seqno || writeSet.previousSeqno() >= seqno) {
            fail(seqno, Verdict.Reason.MALFORMED, verdict);
        } else if (tables > config.keysPerWriteSetMax()) {
            fail(seqno, Verdict.Reason.MALFORMED, verdict);
        } else if (!exempt && lastSeen < index.floor()) {
            fail(seqno, Verdict.Reason.BEHIND_INDEX, verdict);
        } else {
            final int origin = origins.of(originMsb, originLsb, seqno, index.floor());
            final boolean shielded = (writeSet.flags() & WriteSetFlags.UNSHIELDED) == 0;
            test(shielded ? origin : KeyProbe.NOBODY, exempt ? Long.MAX_VALUE : lastSeen, writeSet, keys);
            if (probe.conflictSeqno >= 0) {
                large.forget();
                describeConflict(verdict);
                fail(seqno, Verdict.Reason.KEY_CONFLICT, verdict);
            } else {
                pass(seqno, origin, writeSet, keys, tables, verdict);
                statistics.averaged++;
                statistics.distanceSum += seqno - verdict.dependsOn;
                statistics.intervalSum += seqno - 1 - lastSeen;
            }
        }
        statistics.certified++;
        statistics.conflicts += verdict.commits() ? 0 : 1;
        index.expire(writeSet.keyCount());
    }

    /**
     * Enters a write set whose verdict is known, when the index is rebuilt. {@code verdict.dependsOn} counts what was
     * preloaded before.
     */
    public void preload(final long seqno, final long originMsb, final long originLsb, final WriteSetFlyweight writeSet,
        final KeySource keys,
        final boolean commits, final Verdict verdict) {
        begin(seqno, verdict);
        if (commits) {
            final int origin = origins.of(originMsb, originLsb, seqno, index.floor());
            test(origin, Long.MAX_VALUE, writeSet, keys);
            pass(seqno, origin, writeSet, keys, tables(writeSet, keys), verdict);
        } else {
            fail(seqno, Verdict.Reason.REFUSED, verdict);
        }
        index.expire(writeSet.keyCount());
    }

    /**
     * The write set at {@code seqno} does not commit, for {@link Verdict.Reason#MALFORMED} or {@link
     * Verdict.Reason#REFUSED}: on every member alike.
     */
    public void refuse(final long seqno, final Verdict.Reason reason, final Verdict verdict) {
        begin(seqno, verdict);
        fail(seqno, reason, verdict);
        statistics.certified++;
        statistics.conflicts++;
        index.expire(0);
    }

    /** The entry at {@code seqno} is no write set (a view). */
    public void skip(final long seqno) {
        Check.that(seqno == position + 1, "certified out of order: seqno, position", seqno, position);
        position = seqno;
        index.advance(seqno);
        verdicts.add(seqno, true);
        index.expire(0);
    }

    /**
     * Everything up to {@code seqno} is committed where the verdicts go to, so that nothing need depend on less. No
     * verdict depends on this; {@code dependsOn} and the average of {@link CertifierStatistics#dependencyDistance} do.
     */
    public void committed(final long seqno) {
        committed = Math.max(committed, Math.min(seqno, position));
    }

    /**
     * Whether write sets may be applied beside those that their origin had seen committed: {@code cert.optimistic_pa},
     * true by default. No verdict depends on this.
     */
    public void optimisticApply(final boolean newOptimisticApply) {
        optimisticApply = newOptimisticApply;
    }

    /** Lowest {@code lastSeen} that can still pass. */
    public long floor() {
        return index.floor();
    }

    /** Verdicts of the last {@code window} seqnos; a live view. */
    public VerdictWindow verdicts() {
        return verdicts;
    }

    /** Distinct keys in the index. {@code wsrep_cert_index_size}. */
    public long indexSize() {
        return index.size();
    }

    /** Counters, live. */
    public CertifierStatistics statistics() {
        return statistics;
    }

    /** Ends the helper thread. */
    @Override
    public void close() {
        large.close();
    }

    private void begin(final long seqno, final Verdict verdict) {
        Check.that(seqno == position + 1 && seqno <= Reference.SEQNO_MAX, "certified out of order: seqno, position", seqno, position);
        position = seqno;
        index.advance(seqno);
        verdict.seqno = seqno;
        verdict.dependsOn = seqno - 1;
        verdict.conflictSeqno = Seqno.UNDEFINED;
    }

    /** A {@code lastSeen} of {@code Long.MAX_VALUE} conflicts with nothing. */
    private void test(final int origin, final long lastSeen, final WriteSetFlyweight writeSet, final KeySource keys) {
        probe.begin(origin, lastSeen);
        if (writeSet.keyCount() >= config.parallelKeysMin()) {
            large.test(keys, writeSet.keyCount(), probe);
        } else {
            index.test(keys, probe);
        }
    }

    private void pass(final long seqno, final int origin, final WriteSetFlyweight writeSet, final KeySource keys, final int tables,
        final Verdict verdict) {
        final int flags = writeSet.flags();
        final long reference = Reference.pack(seqno, (flags & WriteSetFlags.ISOLATION) != 0 ? Reference.ISOLATED : origin);
        if (tables >= 0) {
            large.forget();
            index.putTables(keys, tables, reference);
        } else if (writeSet.keyCount() >= config.parallelKeysMin()) {
            large.put(keys, writeSet.keyCount(), reference);
        } else {
            index.put(keys, writeSet.keyCount(), reference);
        }
        verdict.reason = Verdict.Reason.PASSED;
        verdict.dependsOn = dependsOn(seqno, flags, writeSet);
        if ((flags & WriteSetFlags.PA_UNSAFE) != 0) {
            lastUnsafe = seqno;
        }
        verdicts.add(seqno, true);
    }

    /**
     * Databases and tables of a write set whose rows would take more memory than a member is sure to have, so that the
     * index gets these instead; more of them than of keys allowed are no server's transaction. Negative: it has few rows.
     */
    private int tables(final WriteSetFlyweight writeSet, final KeySource keys) {
        return writeSet.keyCount() > config.keysPerWriteSetMax() ? index.countTables(keys) : -1;
    }

    private long dependsOn(final long seqno, final int flags, final WriteSetFlyweight writeSet) {
        if ((flags & (WriteSetFlags.ISOLATION | WriteSetFlags.PA_UNSAFE)) != 0) {
            return seqno - 1;
        }
        long highest = Math.max(Math.max(probe.dependsOn, lastUnsafe), Math.max(writeSet.previousSeqno(), index.floor()));
        if (!optimisticApply || (flags & WriteSetFlags.IMPLICIT_DEPS) != 0) {
            highest = Math.max(highest, writeSet.lastSeen());
        }
        return Math.min(Math.max(highest, committed), seqno - 1);
    }

    private void fail(final long seqno, final Verdict.Reason reason, final Verdict verdict) {
        verdict.reason = reason;
        verdicts.add(seqno, false);
    }

    private void describeConflict(final Verdict verdict) {
        verdict.conflictSeqno = probe.conflictSeqno;
        verdict.conflictHash = probe.conflictHash;
        verdict.conflictTable = probe.conflictMeta >>> WriteSetLayout.KEY_TABLE_SHIFT;
        verdict.conflictType = KeyType.of(probe.conflictMeta & WriteSetLayout.KEY_TYPE_MASK);
        verdict.conflictFoundType = KeyType.of(probe.conflictFoundType);
    }
}

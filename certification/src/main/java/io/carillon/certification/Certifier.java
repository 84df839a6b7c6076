// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

/**
 * Gives every write set its verdict, in order. Its state is a function of the ordered stream: members that were fed the same stream from the same base agree.
 *
 * <p>Every seqno after {@link #reset} must be given exactly once, ascending, to one of {@link #certify}, {@link #preload}, {@link #refuse} and {@link #skip}.
 *
 * <p><b>Rebuilding:</b> a verdict depends on verdicts before it, so that the last {@code window} write sets alone are not enough to continue: their verdicts are needed, too. A member that continues
 * (from its own log, or joining) resets to {@code from - 1}, gives the write sets up to the position of a {@link VerdictWindow} (its own that it kept, or a synced member's that came as a
 * CONTROL entry) to {@link #preload} with the verdicts found there, and certifies from then on.
 *
 * <p><b>Threading:</b> engine's thread only; it may use a helper thread within a call.
 */
public final class Certifier implements AutoCloseable {
    public Certifier(final CertifierConfig config) {
        throw new UnsupportedOperationException("built next");
    }

    /** Forgets everything; the next seqno is {@code seqno + 1}. Nothing that had seen less than {@code seqno} will commit. */
    public void reset(final long seqno) {
    }

    /** Last seqno given. */
    public long position() {
        return -1;
    }

    /**
     * Certifies a valid write set.
     *
     * @param originMsb session of the origin's provider (the member id that the server knows), upper half; the two halves tell own write sets from others'.
     * @param writeSet its header; {@link WriteSetFlyweight#isValid} held.
     * @param keys its keys: {@link WriteSetFlyweight#keys} when they follow the header, else {@link FragmentedWriteSet}.
     * @param verdict set to the outcome.
     */
    public void certify(final long seqno, final long originMsb, final long originLsb, final WriteSetFlyweight writeSet, final KeySource keys,
        final Verdict verdict) {
    }

    /** Enters a write set whose verdict is known, when the index is rebuilt. {@code verdict.dependsOn} is as it was where the rebuilt index reaches. */
    public void preload(final long seqno, final long originMsb, final long originLsb, final WriteSetFlyweight writeSet, final KeySource keys,
        final boolean commits, final Verdict verdict) {
    }

    /** The write set at {@code seqno} does not commit, for {@link Verdict.Reason#MALFORMED} or {@link Verdict.Reason#REFUSED}: on every member alike. */
    public void refuse(final long seqno, final Verdict.Reason reason, final Verdict verdict) {
    }

    /** The entry at {@code seqno} is no write set (a view). */
    public void skip(final long seqno) {
    }

    /** Lowest {@code lastSeen} that can still pass. */
    public long floor() {
        return -1;
    }

    /** Verdicts of the last {@code window} seqnos; a live view. */
    public VerdictWindow verdicts() {
        return null;
    }

    /** Distinct keys in the index. {@code wsrep_cert_index_size}. */
    public long indexSize() {
        return 0;
    }

    /** Counters, live. */
    public CertifierStatistics statistics() {
        return null;
    }

    @Override
    public void close() {
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static io.carillon.wsrep.KeyType.EXCLUSIVE;
import static io.carillon.wsrep.KeyType.REFERENCE;
import static io.carillon.wsrep.KeyType.SHARED;
import static io.carillon.wsrep.KeyType.UPDATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.Check;
import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.WriteSetFlags;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CertifierTest {
    private static final long A = 1;
    private static final long B = 2;
    private static final long KEY = 0x1234_5678_9ABC_DEF0L;

    private final Certifier certifier = new Certifier(CertifierConfig.DEFAULT);

    @AfterEach
    void close() {
        certifier.close();
    }

    private Verdict certify(final long seqno, final long origin, final int flags, final long lastSeen, final KeyType type) {
        return TestWriteSet.of(origin, flags, lastSeen, Map.of(KEY, type)).certify(certifier, seqno);
    }

    @Test
    void withoutLocksOwnWriteSetsConflictToo() {
        assertTrue(certify(1, A, 0, 0, EXCLUSIVE).commits());
        assertTrue(certify(2, A, 0, 0, EXCLUSIVE).commits(), "kept apart by its server's locks");
        final Verdict unshielded = certify(3, A, WriteSetFlags.UNSHIELDED, 1, EXCLUSIVE);
        assertEquals(Verdict.Reason.KEY_CONFLICT, unshielded.reason);
        assertEquals(2, unshielded.conflictSeqno);
        assertTrue(certify(4, A, WriteSetFlags.UNSHIELDED, 2, EXCLUSIVE).commits(), "all were seen");
    }

    /** Rows and columns of the reference's table. */
    @ParameterizedTest
    @CsvSource({
        "EXCLUSIVE, EXCLUSIVE, C", "EXCLUSIVE, UPDATE, C", "EXCLUSIVE, REFERENCE, C", "EXCLUSIVE, SHARED, C",
        "UPDATE, EXCLUSIVE, C", "UPDATE, UPDATE, C", "UPDATE, REFERENCE, D", "UPDATE, SHARED, D",
        "REFERENCE, EXCLUSIVE, C", "REFERENCE, UPDATE, D", "REFERENCE, REFERENCE, N", "REFERENCE, SHARED, N",
        "SHARED, EXCLUSIVE, D", "SHARED, UPDATE, D", "SHARED, REFERENCE, N", "SHARED, SHARED, N"})
    void theConflictTable(final KeyType found, final KeyType incoming, final char relation) {
        assertTrue(certify(1, A, 0, 0, found).commits());
        // Somebody else, who had not seen it.
        final Verdict concurrent = certify(2, B, 0, 0, incoming);
        assertEquals(relation != 'C', concurrent.commits());
        if (relation == 'C') {
            assertEquals(Verdict.Reason.KEY_CONFLICT, concurrent.reason);
            assertEquals(1, concurrent.conflictSeqno);
            assertEquals(KEY, concurrent.conflictHash);
            assertEquals(found, concurrent.conflictFoundType);
            assertEquals(incoming, concurrent.conflictType);
            assertEquals(0, concurrent.conflictTable);
        } else {
            assertEquals(relation == 'D' ? 1 : 0, concurrent.dependsOn);
        }
    }

    @ParameterizedTest
    @CsvSource({"EXCLUSIVE, EXCLUSIVE", "EXCLUSIVE, SHARED", "UPDATE, UPDATE", "REFERENCE, EXCLUSIVE"})
    void whatWasSeenOrIsOnesOwnIsOnlyADependency(final KeyType found, final KeyType incoming) {
        certify(1, A, 0, 0, found);
        final Verdict seen = certify(2, B, WriteSetFlags.ROLLBACK, 1, incoming);
        assertTrue(seen.commits());
        assertEquals(1, seen.dependsOn);
        certifier.reset(10);
        certify(11, A, 0, 10, found);
        final Verdict own = certify(12, A, 0, 10, incoming);
        assertTrue(own.commits());
        assertEquals(11, own.dependsOn);
    }

    @Test
    void anIsolatedWriteSetConflictsWithItsOwnNodeToo() {
        final Verdict ddl = certify(1, A, WriteSetFlags.ISOLATION, 0, EXCLUSIVE);
        assertTrue(ddl.commits());
        assertFalse(certify(2, A, 0, 0, SHARED).commits());
        assertTrue(certify(3, A, 0, 1, SHARED).commits());
    }

    @Test
    void anIsolatedWriteSetIsNotTestedAndWaitsForAll() {
        certify(1, A, 0, 0, EXCLUSIVE);
        certifier.skip(2);
        final Verdict ddl = certify(3, B, WriteSetFlags.ISOLATION, 0, EXCLUSIVE);
        assertTrue(ddl.commits());
        assertEquals(2, ddl.dependsOn);
    }

    @Test
    void aFailedWriteSetLeavesNothing() {
        certify(1, A, 0, 0, UPDATE);
        assertFalse(certify(2, B, 0, 0, EXCLUSIVE).commits());
        final Verdict third = certify(3, A, 0, 0, REFERENCE);
        assertTrue(third.commits());
        assertEquals(1, third.dependsOn);
    }

    @Test
    void theLatestOfAnotherOriginIsRemembered() {
        // B's own reference hides A's; B has not seen A's all the same.
        certify(1, A, 0, 0, REFERENCE);
        certify(2, B, 0, 0, REFERENCE);
        final Verdict verdict = certify(3, B, 0, 0, EXCLUSIVE);
        assertFalse(verdict.commits());
        assertEquals(1, verdict.conflictSeqno);
    }

    @Test
    void rollbackNeverConflicts() {
        certify(1, A, 0, 0, EXCLUSIVE);
        assertTrue(certify(2, B, WriteSetFlags.ROLLBACK | WriteSetFlags.PA_UNSAFE, -1, EXCLUSIVE).commits());
    }

    @Test
    void unsafeOnesAreAppliedAlone() {
        certifier.skip(1);
        assertEquals(1, TestWriteSet.of(A, WriteSetFlags.PA_UNSAFE, 1, Map.of(7L, UPDATE)).certify(certifier, 2).dependsOn);
        assertEquals(2, TestWriteSet.of(A, 0, 1, Map.of(8L, UPDATE)).certify(certifier, 3).dependsOn);
        assertEquals(2, TestWriteSet.of(B, 0, 1, Map.of(9L, UPDATE)).certify(certifier, 4).dependsOn);
    }

    @Test
    void aFragmentDependsOnTheOneBefore() {
        certifier.skip(1);
        certify(2, A, WriteSetFlags.TRX_START, 1, UPDATE);
        certifier.skip(3);
        final Verdict second = new TestWriteSet(A, 0, 1, 2, Map.of(99L, UPDATE)).certify(certifier, 4);
        assertTrue(second.commits());
        assertEquals(2, second.dependsOn);
    }

    @Test
    void implicitDependenciesAreWhatWasSeen() {
        for (int seqno = 1; seqno <= 10; seqno++) {
            certifier.skip(seqno);
        }
        assertEquals(7, TestWriteSet.of(A, WriteSetFlags.IMPLICIT_DEPS, 7, Map.of(9L, UPDATE)).certify(certifier, 11).dependsOn);
    }

    @Test
    void withoutOptimismEverythingDependsOnWhatWasSeen() {
        for (int seqno = 1; seqno <= 10; seqno++) {
            certifier.skip(seqno);
        }
        certifier.optimisticApply(false);
        assertEquals(8, certify(11, A, 0, 8, UPDATE).dependsOn);
    }

    @Test
    void committedRaisesDependenciesOnly() {
        for (int seqno = 1; seqno <= 10; seqno++) {
            certifier.skip(seqno);
        }
        certifier.committed(6);
        assertEquals(6, certify(11, A, 0, 3, UPDATE).dependsOn);
        assertFalse(certify(12, B, 0, 10, UPDATE).commits());
    }

    @Test
    void nobodyBehindTheWindowPasses() {
        final int window = CertifierConfig.DEFAULT.window();
        for (int seqno = 1; seqno <= window; seqno++) {
            certifier.skip(seqno);
        }
        assertTrue(certify(window + 1, A, 0, 1, UPDATE).commits());
        final Verdict late = certify(window + 2, A, 0, 1, UPDATE);
        assertEquals(Verdict.Reason.BEHIND_INDEX, late.reason);
        assertEquals(2, certifier.floor());
    }

    @Test
    void nobodyFromBeforeTheBasePasses() {
        certifier.reset(100);
        assertEquals(Verdict.Reason.BEHIND_INDEX, certify(101, A, 0, 99, UPDATE).reason);
        assertTrue(certify(102, A, 0, 100, UPDATE).commits());
    }

    @Test
    void whoClaimsToHaveSeenTheFutureIsRefused() {
        assertEquals(Verdict.Reason.MALFORMED, certify(1, A, 0, 1, UPDATE).reason);
        assertEquals(Verdict.Reason.MALFORMED, new TestWriteSet(A, 0, 0, 2, Map.of()).certify(certifier, 2).reason);
        assertTrue(certify(3, B, 0, 2, EXCLUSIVE).commits());
    }

    @Test
    void everySeqnoOnceInOrder() {
        certifier.skip(1);
        assertThrows(Check.Violation.class, () -> certifier.skip(1));
        assertThrows(Check.Violation.class, () -> certify(3, A, 0, 0, UPDATE));
        final Verdict verdict = new Verdict();
        certifier.refuse(2, Verdict.Reason.REFUSED, verdict);
        assertEquals(Verdict.Reason.REFUSED, verdict.reason);
        assertEquals(1, verdict.dependsOn);
        assertFalse(certifier.verdicts().commits(2));
        assertTrue(certifier.verdicts().commits(1));
    }

    @Test
    void averagesAndCounts() {
        certifier.skip(1);
        certifier.skip(2);
        certify(3, A, 0, 2, UPDATE);
        certify(4, A, 0, 1, UPDATE);
        assertFalse(certify(5, B, 0, 2, UPDATE).commits());
        final CertifierStatistics statistics = certifier.statistics();
        assertEquals(3, statistics.certified());
        assertEquals(1, statistics.conflicts());
        // 3 depends on nothing (0), 4 on 3; they saw all, and all but two.
        assertEquals((3 + 1) / 2.0, statistics.dependencyDistance());
        assertEquals((0 + 2) / 2.0, statistics.interval());
        assertEquals(1, certifier.indexSize());
        statistics.resetAverages();
        assertEquals(0, statistics.dependencyDistance());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static io.carillon.wsrep.KeyType.EXCLUSIVE;
import static io.carillon.wsrep.KeyType.REFERENCE;
import static io.carillon.wsrep.KeyType.SHARED;
import static io.carillon.wsrep.KeyType.UPDATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.KeyType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The ninth rule of the ring: whatever decides a verdict is a function of the ordered stream. Its history first, then every
 * small history; and the same with a part of the rule broken, to show that it would be noticed.
 */
final class VerdictExplorationTest {
    private static final int WINDOW = 64;
    /** Two keys at most: the third write set moves the floor. */
    private static final CertifierConfig FEW_KEYS = config(2);
    private static final CertifierConfig MANY_KEYS = config(1000);
    private static final List<KeyType> TWO_KINDS = List.of(EXCLUSIVE, SHARED);
    private static final List<KeyType> ALL_KINDS = List.of(EXCLUSIVE, UPDATE, REFERENCE, SHARED);

    private static CertifierConfig config(final int keysMax) {
        return new CertifierConfig(WINDOW, keysMax, keysMax, Integer.MAX_VALUE);
    }

    private static void agree(final CertifierConfig config, final boolean both, final List<KeyType> kinds, final boolean floorMoves,
        final long... seqnos) {
        try (VerdictExplorer explorer = new VerdictExplorer(config, config, VerdictExplorer::preload, both, kinds, seqnos)) {
            final long histories = explorer.explore();
            assertTrue(histories > 10_000, "histories: " + histories);
            assertTrue(explorer.conflicts() > 1000 && explorer.conflicts() < histories, "conflicts: " + explorer.conflicts());
            assertEquals(floorMoves, explorer.behind() > 0, "below the floor: " + explorer.behind());
        }
    }

    private static void differ(final CertifierConfig joiners, final VerdictExplorer.Joining joining, final long... seqnos) {
        try (VerdictExplorer explorer = new VerdictExplorer(MANY_KEYS, joiners, joining, false, TWO_KINDS, seqnos)) {
            assertThrows(VerdictExplorer.Difference.class, explorer::explore);
        }
    }

    /**
     * A commits a row at 1, the ordered stream goes on, C joins; then comes what B wrote on the row before it saw A's. It is a
     * conflict at everybody, as C was given the index; had C only the position, it would take what has seen too little for
     * what its index does not reach, also where everybody else commits. Once the floor has passed 1, it is below it everywhere.
     */
    @Test
    void theHistoryOfTheRule() {
        final TestWriteSet first = TestWriteSet.of(1, 0, Map.of(7L, EXCLUSIVE));
        final TestWriteSet late = TestWriteSet.of(2, 0, Map.of(7L, EXCLUSIVE));
        final TestWriteSet elsewhere = TestWriteSet.of(2, 1, Map.of(8L, EXCLUSIVE));
        try (Certifier a = new Certifier(MANY_KEYS); Certifier c = new Certifier(MANY_KEYS); Certifier unaware = new Certifier(MANY_KEYS)) {
            assertTrue(first.certify(a, 1).commits());
            a.skip(2);
            final List<TestWriteSet> stream = new ArrayList<>();
            stream.add(null);
            stream.add(first);
            stream.add(null);
            VerdictExplorer.preload(c, a.verdicts(), stream);
            unaware.reset(2);
            for (final Certifier member : List.of(a, c)) {
                assertEquals(Verdict.Reason.KEY_CONFLICT, late.certify(member, 3).reason);
                assertTrue(elsewhere.certify(member, 4).commits());
            }
            late.certify(unaware, 3);
            assertEquals(Verdict.Reason.BEHIND_INDEX, elsewhere.certify(unaware, 4).reason);
            for (final Certifier member : List.of(a, c)) {
                for (int seqno = 5; seqno <= 1 + WINDOW; seqno++) {
                    member.skip(seqno);
                }
                assertEquals(1, member.floor());
                assertEquals(Verdict.Reason.BEHIND_INDEX, late.certify(member, 2 + WINDOW).reason);
            }
        }
    }

    @Test
    void theBoundOfKeysMovesTheFloor() {
        agree(FEW_KEYS, false, TWO_KINDS, true, 1, 2, 3, 4);
    }

    @Test
    void theWindowMovesTheFloor() {
        agree(MANY_KEYS, false, TWO_KINDS, true, 1, 2, WINDOW + 1, WINDOW + 2);
    }

    @Test
    void bothBoundsMoveTheFloorAndWriteSetsHaveBothKeys() {
        agree(config(3), true, TWO_KINDS, true, 1, WINDOW, WINDOW + 1);
    }

    @Test
    void everyKindOfKey() {
        agree(MANY_KEYS, false, ALL_KINDS, false, 1, 2, 3);
    }

    @Test
    void aFloorMovedByOneMemberAlone() {
        differ(FEW_KEYS, VerdictExplorer::preload, 1, 2, 3, 4);
    }

    @Test
    void aJoinerWithoutTheIndex() {
        differ(MANY_KEYS, (member, window, stream) -> member.reset(window.position()), 1, 2, 3);
    }

    @Test
    void aJoinerWithHalfOfTheIndex() {
        differ(MANY_KEYS, (member, window, stream) -> {
            member.reset(window.first() - 1);
            for (long seqno = window.first(); seqno <= window.position(); seqno++) {
                member.skip(seqno);
            }
        }, 1, 2, 3);
    }

    @Test
    void aJoinerWithoutTheVerdicts() {
        differ(MANY_KEYS, (member, window, stream) -> {
            member.reset(window.first() - 1);
            for (long seqno = window.first(); seqno <= window.position(); seqno++) {
                if (stream.get((int) seqno) == null) {
                    member.skip(seqno);
                } else {
                    stream.get((int) seqno).preload(member, seqno, true);
                }
            }
        }, 1, 2, 3);
    }
}

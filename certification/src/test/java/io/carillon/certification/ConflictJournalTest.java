// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ConflictJournalTest {
    private final ConflictJournal journal = new ConflictJournal();
    private final Verdict verdict = new Verdict();

    private void add(final String table, final long seqno) {
        journal.add(table, verdict, new ConflictJournal.Party(seqno, new UUID(1, 2), 77, 5), ConflictJournal.Party.unknown(seqno - 1));
    }

    @Test
    void keepsTheLastAndCountsAllByTable() {
        for (int i = 1; i <= 1000; i++) {
            add(i % 4 == 0 ? "shop.items" : "shop.orders", i);
        }
        add("", 1001);
        assertEquals(ConflictJournal.LATEST_MAX, journal.latest().size());
        assertEquals(1001, journal.latest().getLast().failed().seqno());
        assertEquals(1001 - ConflictJournal.LATEST_MAX + 1, journal.latest().getFirst().failed().seqno());
        assertEquals("[shop.orders=750, shop.items=250, (unnamed)=1]", journal.byTable().toString());
    }

    @Test
    void theNumberOfTablesIsBounded() {
        for (int i = 0; i < ConflictJournal.TABLES_MAX + 500; i++) {
            add("t" + i, i);
        }
        assertEquals(ConflictJournal.TABLES_MAX + 1, journal.byTable().size());
        assertEquals(ConflictJournal.OTHER_TABLES + "=500", journal.byTable().getFirst().toString());
    }

    @Test
    void saysWhoWasTooFarBehind() {
        final ConflictJournal.Party late = new ConflictJournal.Party(20_000, new UUID(1, 2), 77, 5);
        journal.addBehind(late, 3000, 20_000 - 16_384, 16_384);
        assertEquals("certification interval 17000 for trx (" + late + ") exceeds the limit of 16384", journal.latestBehind());
        journal.addBehind(late, 19_000, 19_500, 16_384);
        assertTrue(journal.latestBehind().startsWith("certification interval 1000 for trx (" + late + ") exceeds the limit of 500, "),
            journal.latestBehind());
        assertEquals(2, journal.behind());
        assertEquals(0, journal.latest().size());
    }

    @Test
    void saysWhoMetWhom() {
        add("shop.orders", 12);
        final String text = journal.latest().getFirst().toString();
        assertTrue(text.startsWith("conflict on shop.orders, key ")
            && text.contains("write set 12 of 00000000-0000-0001-0000-000000000002, transaction 77, connection 5 (SHARED) does not commit")
            && text.contains("write set 11 of"), text);
    }
}

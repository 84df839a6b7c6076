// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification;

import io.carillon.wsrep.KeyType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which write sets met which, for people: the last conflicts, and how many there were by table; and those of origins too far
 * behind. The same on every member that was there. Engine's thread only.
 */
public final class ConflictJournal {
    /** Conflicts kept. */
    static final int LATEST_MAX = 256;
    /** Tables counted by name; what comes after them counts as {@link #OTHER_TABLES}. */
    static final int TABLES_MAX = 1024;
    /** Name under which the tables beyond the limit are counted. */
    public static final String OTHER_TABLES = "(others)";

    private static final Logger LOGGER = LoggerFactory.getLogger(ConflictJournal.class);
    private static final String NO_TABLE = "(unnamed)";

    /**
     * Of whom a write set is.
     *
     * @param seqno its place.
     * @param session session of the origin's provider: the member id that the server knows.
     * @param trxId transaction there.
     * @param connectionId connection there.
     */
    public record Party(long seqno, UUID session, long trxId, long connectionId) {
        /** Somebody whose write set is not in the log any more. */
        public static Party unknown(final long seqno) {
            return new Party(seqno, new UUID(0, 0), -1, -1);
        }

        @Override
        public String toString() {
            return "write set " + seqno + " of " + session + ", transaction " + trxId + ", connection " + connectionId;
        }
    }

    /**
     * One conflict.
     *
     * @param table {@code db.table}.
     * @param keyHash hash of the key.
     * @param failed the write set that did not commit.
     * @param type how it refers to the key.
     * @param winner the one ordered before it.
     * @param winnerType how that one refers to the key.
     */
    public record Conflict(String table, long keyHash, Party failed, KeyType type, Party winner, KeyType winnerType) {
        @Override
        public String toString() {
            return String.format("conflict on %s, key %016x: %s (%s) does not commit; %s (%s) was before it", table, keyHash,
                failed, type, winner, winnerType);
        }
    }

    private final ArrayDeque<Conflict> latest = new ArrayDeque<>();
    private final Map<String, Long> byTable = new HashMap<>();
    private boolean logging;
    private long behind;
    private String latestBehind = "";

    /** Whether each conflict is also logged: {@code cert.log_conflicts}. */
    public void logging(final boolean newLogging) {
        logging = newLogging;
    }

    /** Adds the conflict that {@code verdict} tells of. */
    public void add(final String table, final Verdict verdict, final Party failed, final Party winner) {
        final String name = table.isEmpty() ? NO_TABLE : table;
        final Conflict conflict = new Conflict(name, verdict.conflictHash, failed, verdict.conflictType, winner, verdict.conflictFoundType);
        if (latest.size() == LATEST_MAX) {
            latest.removeFirst();
        }
        latest.add(conflict);
        byTable.merge(byTable.containsKey(name) || byTable.size() < TABLES_MAX ? name : OTHER_TABLES, 1L, Long::sum);
        if (logging) {
            LOGGER.info("{}", conflict);
        }
    }

    /**
     * Adds a write set that does not commit because its origin had seen only {@code lastSeen}: the index has no keys at or
     * below {@code floor}, nor any {@code window} seqnos back. Logged, as by Galera: its client hears of a deadlock only.
     */
    public void addBehind(final Party failed, final long lastSeen, final long floor, final int window) {
        final long interval = failed.seqno() - lastSeen;
        behind++;
        latestBehind = "certification interval " + interval + " for trx (" + failed + ") exceeds the limit of "
            + (interval > window ? window : failed.seqno() - floor + ", to which the keys of large write sets have brought it down");
        LOGGER.warn(latestBehind);
    }

    /** Write sets that did not commit because their origin was too far behind. */
    public long behind() {
        return behind;
    }

    /** What was logged of the last one of them. */
    public String latestBehind() {
        return latestBehind;
    }

    /** The last conflicts, oldest first. */
    public List<Conflict> latest() {
        return new ArrayList<>(latest);
    }

    /** Conflicts by table, the most frequent first. */
    public List<Map.Entry<String, Long>> byTable() {
        final Comparator<Map.Entry<String, Long>> byCount = Map.Entry.comparingByValue(Comparator.reverseOrder());
        return byTable.entrySet().stream().sorted(byCount.thenComparing(Map.Entry.comparingByKey())).toList();
    }
}

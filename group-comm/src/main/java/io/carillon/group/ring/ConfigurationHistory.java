// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.LogEntry;
import io.carillon.group.RingLog;
import io.carillon.group.wire.ConfigurationCodec;
import java.util.ArrayList;
import java.util.List;

/** Configuration entries of the own log: the latest that is known stable, and every newer one. */
final class ConfigurationHistory {
    private final List<Configuration> entries = new ArrayList<>();

    /** The newest, or null. */
    Configuration latest() {
        return entries.isEmpty() ? null : entries.getLast();
    }

    /** The oldest, which is stable if any is, or null. */
    Configuration first() {
        return entries.isEmpty() ? null : entries.getFirst();
    }

    void add(final Configuration configuration) {
        entries.add(configuration);
    }

    void clear() {
        entries.clear();
    }

    /** Forgets what a newer stable one replaced. True if a configuration became the latest stable one. */
    boolean settle(final long stableIndex) {
        boolean news = false;
        while (entries.size() > 1 && entries.get(1).index() <= stableIndex) {
            entries.removeFirst();
            news = true;
        }
        return news;
    }

    /** Each of them. */
    List<Configuration> all() {
        return List.copyOf(entries);
    }

    /**
     * For others: the first, and of those after it that give the same votes the newest. Every ring that ends before its view is stable
     * leaves one more in the log, mostly with the votes of the one before: who asks for majorities asks for each of these votes once.
     */
    List<Configuration> distinct() {
        final List<Configuration> distinct = new ArrayList<>();
        final List<Electorate> votes = new ArrayList<>();
        for (int at = entries.size() - 1; at >= 0; at--) {
            final Electorate electorate = entries.get(at).electorate();
            if (at == 0 || votes.stream().noneMatch(electorate::sameVotes)) {
                distinct.addFirst(entries.get(at));
                votes.add(electorate);
            }
        }
        return List.copyOf(distinct);
    }

    /** Reads back from the log's end to the latest configuration that is stable, or to the base. */
    void restore(final RingLog log, final long stableIndex) {
        entries.clear();
        final LogEntry entry = new LogEntry();
        for (long index = log.endIndex(); index > log.baseIndex() && log.read(index, entry); index--) {
            if (entry.kind.isConfiguration()) {
                entries.add(0, ConfigurationCodec.decode(entry.epoch, index, entry.payload, 0, entry.payload.capacity()));
                if (index <= stableIndex) {
                    return;
                }
            }
        }
    }
}

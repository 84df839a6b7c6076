// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Where peers may be found, and when to try next. Configured addresses are kept; those learnt from others are
 * forgotten when nobody answered there for long.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class AddressBook {
    static final int ENTRIES_MAX = 512;
    /** After so long without success tries become rarer: whoever is back says so itself, or a peer does. */
    private static final long EAGER_NS = 60_000_000_000L;
    private static final int RARE_FACTOR = 5;

    /** One address. */
    static final class Entry {
        final PeerAddress address;
        final boolean configured;
        /** Who answered there last, or is said to be there; null when not known. */
        MemberId member;
        /** This node's own address. */
        boolean self;
        boolean dialling;
        /** It is known to encrypt nothing: the next try is in the clear. */
        boolean clear;
        long nextNs;
        long backOffNs;
        long lostNs;
        /** Which of the name's addresses is next. */
        int turn;
        String lastFailure = "not tried yet";

        Entry(final PeerAddress address, final boolean configured, final long nowNs) {
            this.address = address;
            this.configured = configured;
            nextNs = nowNs;
            lostNs = nowNs;
        }
    }

    private final long minNs;
    private final long maxNs;
    private final long forgetNs;
    private final Map<PeerAddress, Entry> entries = new LinkedHashMap<>();

    AddressBook(final TransportConfig config) {
        minNs = config.reconnectMinNs();
        maxNs = config.reconnectMaxNs();
        forgetNs = config.forgetNs();
    }

    /** Adds an address that the operator named. */
    void configure(final PeerAddress address, final long nowNs) {
        entries.put(address, new Entry(address, true, nowNs));
    }

    /** Somebody says that {@code member} is at {@code address}: it is tried at once. Null when the book is full. */
    Entry learn(final PeerAddress address, final MemberId member, final long nowNs) {
        Entry entry = entries.get(address);
        if (entry == null) {
            if (entries.size() >= ENTRIES_MAX) {
                return null;
            }
            entry = new Entry(address, false, nowNs);
            entries.put(address, entry);
        }
        if (!entry.self) {
            entry.member = member;
            soon(entry, nowNs);
        }
        return entry;
    }

    /** Somebody tells where others are: those who are not linked are tried at once. */
    void learn(final List<Hello.Known> known, final MemberId self, final Predicate<MemberId> linked, final long nowNs) {
        for (final Hello.Known k : known) {
            if (!k.member().equals(self) && !linked.test(k.member()) && k.address().port() != 0 && !k.address().isWildcard()) {
                learn(k.address(), k.member(), nowNs);
            }
        }
    }

    /** Tries it at once, but not more often than the smallest back-off allows. */
    void soon(final Entry entry, final long nowNs) {
        entry.nextNs = Math.min(entry.nextNs, Math.max(nowNs, entry.nextNs - entry.backOffNs + minNs));
    }

    /** The link to {@code member} is gone: look for it where it was. */
    void onLost(final MemberId member, final long nowNs) {
        for (final Entry entry : entries.values()) {
            if (member.equals(entry.member)) {
                entry.lostNs = nowNs;
                entry.backOffNs = minNs;
                entry.nextNs = nowNs + minNs;
                entry.clear = false; // it may come back encrypting
            }
        }
    }

    /** {@code member} answered at {@code entry}. */
    void onAnswered(final Entry entry, final MemberId member, final long nowNs) {
        entry.member = member;
        entry.dialling = false;
        entry.backOffNs = minNs;
        entry.nextNs = nowNs + minNs;
        entry.lostNs = nowNs;
        entry.lastFailure = "";
    }

    /** Nobody useful answered. */
    void onFailed(final Entry entry, final String why, final long nowNs) {
        entry.dialling = false;
        entry.lastFailure = why;
        final long limit = nowNs - entry.lostNs > EAGER_NS ? RARE_FACTOR * maxNs : maxNs;
        entry.backOffNs = Math.min(limit, Math.max(minNs, 2 * entry.backOffNs));
        entry.nextNs = nowNs + entry.backOffNs;
    }

    /** Entries to dial now: due, not being dialled, and of nobody who is linked. */
    List<Entry> due(final long nowNs, final Predicate<MemberId> linked) {
        entries.values().removeIf(e -> !e.configured && !e.self && !e.dialling && nowNs - e.lostNs > forgetNs
            && !(e.member != null && linked.test(e.member)));
        final List<Entry> due = new ArrayList<>();
        for (final Entry entry : entries.values()) {
            if (wanted(entry, linked) && entry.nextNs <= nowNs) {
                due.add(entry);
            }
        }
        return due;
    }

    /** When {@link #due} has something, or {@code Long.MAX_VALUE}. */
    long nextNs(final Predicate<MemberId> linked) {
        long next = Long.MAX_VALUE;
        for (final Entry entry : entries.values()) {
            if (wanted(entry, linked)) {
                next = Math.min(next, entry.nextNs);
            }
        }
        return next;
    }

    /** All entries. */
    Iterable<Entry> entries() {
        return entries.values();
    }

    private static boolean wanted(final Entry entry, final Predicate<MemberId> linked) {
        return !entry.self && !entry.dialling && !(entry.member != null && linked.test(entry.member));
    }
}

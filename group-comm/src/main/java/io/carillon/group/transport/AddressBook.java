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
public final class AddressBook {
    static final int ENTRIES_MAX = 512;
    /** After so long without success tries become rarer: whoever is back says so itself, or a peer does. */
    private static final long EAGER_NS = 60_000_000_000L;
    private static final int RARE_FACTOR = 5;

    private final long minNs;
    private final long maxNs;
    private final long forgetNs;
    private final Map<PeerAddress, AddressEntry> entries = new LinkedHashMap<>();

    public AddressBook(final TransportConfig config) {
        minNs = config.reconnectMinNs();
        maxNs = config.reconnectMaxNs();
        forgetNs = config.forgetNs();
    }

    /** Adds an address that the operator named. */
    public void configure(final PeerAddress address, final long nowNs) {
        entries.put(address, new AddressEntry(address, true, nowNs));
    }

    /** Somebody says that {@code member} is at {@code address}: it is tried at once. Null when the book is full. */
    public AddressEntry learn(final PeerAddress address, final MemberId member, final long nowNs) {
        AddressEntry entry = entries.get(address);
        if (entry == null) {
            if (entries.size() >= ENTRIES_MAX) {
                return null;
            }
            entry = new AddressEntry(address, false, nowNs);
            entries.put(address, entry);
        }
        if (!entry.self) {
            entry.member = member;
            soon(entry, nowNs);
        }
        return entry;
    }

    /** Somebody tells where others are: those who are not linked are tried at once. */
    public void learn(final List<Hello.Known> known, final MemberId self, final Predicate<MemberId> linked, final long nowNs) {
        for (final Hello.Known k : known) {
            if (!k.member().equals(self) && !linked.test(k.member()) && k.address().port() != 0 && !k.address().isWildcard()) {
                learn(k.address(), k.member(), nowNs);
            }
        }
    }

    /** Tries it at once, but not more often than the smallest back-off allows. */
    public void soon(final AddressEntry entry, final long nowNs) {
        entry.nextNs = Math.min(entry.nextNs, Math.max(nowNs, entry.nextNs - entry.backOffNs + minNs));
    }

    /** The link to {@code member} is gone: look for it where it was. */
    public void onLost(final MemberId member, final long nowNs) {
        for (final AddressEntry entry : entries.values()) {
            if (member.equals(entry.member)) {
                entry.lostNs = nowNs;
                entry.backOffNs = minNs;
                entry.nextNs = nowNs + minNs;
                entry.clear = false; // it may come back encrypting
            }
        }
    }

    /** {@code member} answered at {@code entry}. */
    public void onAnswered(final AddressEntry entry, final MemberId member, final long nowNs) {
        entry.member = member;
        entry.dialling = false;
        entry.backOffNs = minNs;
        entry.nextNs = nowNs + minNs;
        entry.lostNs = nowNs;
        entry.lastFailure = "";
    }

    /** Nobody useful answered. */
    public void onFailed(final AddressEntry entry, final String why, final long nowNs) {
        entry.dialling = false;
        entry.lastFailure = why;
        final long limit = nowNs - entry.lostNs > EAGER_NS ? RARE_FACTOR * maxNs : maxNs;
        entry.backOffNs = Math.min(limit, Math.max(minNs, 2 * entry.backOffNs));
        entry.nextNs = nowNs + entry.backOffNs;
    }

    /** Entries to dial now: due, not being dialled, and of nobody who is linked. */
    public List<AddressEntry> due(final long nowNs, final Predicate<MemberId> linked) {
        entries.values().removeIf(e -> !e.configured && !e.self && !e.dialling && nowNs - e.lostNs > forgetNs
            && !(e.member != null && linked.test(e.member)));
        final List<AddressEntry> due = new ArrayList<>();
        for (final AddressEntry entry : entries.values()) {
            if (wanted(entry, linked) && entry.nextNs <= nowNs) {
                due.add(entry);
            }
        }
        return due;
    }

    /** When {@link #due} has something, or {@code Long.MAX_VALUE}. */
    public long nextNs(final Predicate<MemberId> linked) {
        long next = Long.MAX_VALUE;
        for (final AddressEntry entry : entries.values()) {
            if (wanted(entry, linked)) {
                next = Math.min(next, entry.nextNs);
            }
        }
        return next;
    }

    /** Addresses without a link, in lines for people, with what the last try failed of. */
    public List<String> unlinked(final Predicate<MemberId> linked) {
        final List<String> lines = new ArrayList<>();
        for (final AddressEntry entry : entries.values()) {
            if (!entry.self && (entry.member == null || !linked.test(entry.member))) {
                lines.add(entry.toString());
            }
        }
        return lines;
    }

    private static boolean wanted(final AddressEntry entry, final Predicate<MemberId> linked) {
        return !entry.self && !entry.dialling && !(entry.member != null && linked.test(entry.member));
    }
}

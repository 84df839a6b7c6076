// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.MemberId;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.agrona.collections.Long2LongHashMap;

/**
 * What an all-knowing observer holds the members to (docs/simulator.md, "What is checked"): one history of stable
 * entries for everybody ever, log matching, majorities, no entry twice,
 * no epoch twice. Every check is made when the thing happens and costs a few look-ups.
 */
final class GroupHistory {
    private static final long ABSENT = Long.MIN_VALUE;

    /** Digest of the history up to the entry (epoch, index), for every entry ever appended anywhere. */
    private final Long2LongHashMap digests = new Long2LongHashMap(ABSENT);
    private final Long2LongHashMap firstIndexOfEpoch = new Long2LongHashMap(ABSENT);
    private final ArrayList<StoredEntry> stable = new ArrayList<>();
    private final ArrayList<RingView> configurations = new ArrayList<>();
    /** By epoch: the rings of it, which have no member in common unless they are the same. */
    private final Map<Long, Set<List<MemberId>>> rings = new HashMap<>();
    private final Map<MemberId, SimulatedLog> holders = new HashMap<>();
    private final Map<MemberId, Origin> origins = new HashMap<>();
    private final LargeMessages.Order largeMessages = new LargeMessages.Order();
    private final Marks marks;
    private final Consumer<StoredEntry> observer;
    private final boolean isModelled;
    private final boolean all;
    private long messages;

    /**
     * {@code all}: stable is what every voter of the configuration in force has logged. {@code observer} is given it; null
     * where applications are models.
     */
    GroupHistory(final boolean all, final Marks marks, final Consumer<StoredEntry> observer) {
        isModelled = observer == null;
        this.marks = marks;
        this.observer = observer;
        this.all = all;
    }

    private static final class Origin {
        private long last;
        /** Index by number. */
        private final Map<Long, Long> ordered = new HashMap<>();
        /** Payload digests by number: a later life of the member may use a number again that was never ordered. */
        private final Map<Long, Long> rejected = new HashMap<>();
    }

    /** The incarnation {@code id} acknowledges out of {@code log} from now on. */
    void holder(final MemberId id, final SimulatedLog log) {
        holders.put(id, log);
    }

    /** An entry was appended somewhere: equal (epoch, index) means equal history (log matching), and an epoch begins with its VIEW. */
    void appended(final StoredEntry entry, final long epochBefore) {
        if (entry.epoch() != epochBefore) {
            Check.that(entry.kind() == io.carillon.group.EntryKind.VIEW, "an epoch begins with its VIEW", entry.epoch(), entry.index());
            final long first = firstIndexOfEpoch.putIfAbsent(entry.epoch(), entry.index());
            Check.that(first == ABSENT || first == entry.index(), "an epoch begins at one index: epoch used twice",
                entry.epoch(), entry.index());
        }
        final long known = digests.putIfAbsent(key(entry.epoch(), entry.index()), entry.digest());
        Check.that(known == ABSENT || known == entry.digest(), "logs match: two entries with one (epoch, index)",
            entry.epoch(), entry.index());
    }

    /** Somebody installed a ring of {@code members}. Parts that cannot hear each other may use one epoch, one of them as a primary. */
    void installed(final long epoch, final List<MemberId> members) {
        final Set<List<MemberId>> others = rings.computeIfAbsent(epoch, unused -> new HashSet<>());
        if (!others.contains(members)) {
            for (final List<MemberId> other : others) {
                Check.that(Collections.disjoint(other, members), "a member is in one ring of an epoch", epoch, members.size());
            }
            others.add(List.copyOf(members));
        }
    }

    private static long key(final long epoch, final long index) {
        Check.that(epoch < 1L << 35 && index < 1L << 28, "the observer's key holds epoch and index", epoch, index);
        return epoch << 28 | index;
    }

    /** Digest of the history up to an entry that was once appended somewhere; throws for any other. */
    long digestOf(final long index, final long epoch) {
        final long digest = index == 0 ? 0 : digests.get(key(epoch, index));
        Check.that(digest != ABSENT, "what is found in a log was once appended", index, epoch);
        return digest;
    }

    /** A log drops what is above {@code index}: nothing stable is among it. */
    void truncated(final SimulatedLog log, final long index) {
        if (index < stable.size()) {
            Check.that(log.digestAt(index + 1) != stable.get((int) index).digest(), "no stable entry is ever cut off",
                index + 1, stable.size());
        }
    }

    /** A log that held something is given up in ring {@code epoch}: only once that ring's VIEW, and all before it, is stable. */
    void givenUp(final long epoch) {
        final long view = firstIndexOfEpoch.get(epoch);
        Check.that(view != ABSENT && view <= stable.size(), "a log is given up once the view is stable", view, stable.size());
    }

    /** A log is emptied; the digest of its new base. */
    long reset(final MemberId id, final long index, final long epoch) {
        Check.that(configurations.isEmpty() || weight(configurations.getLast(), id) == 0, "no voter's log is emptied", index, epoch);
        final long digest = index == 0 ? 0 : digests.get(key(epoch, index));
        Check.that(digest != ABSENT, "a log's base is an entry of the history", index, epoch);
        return digest;
    }

    /** A member calls everything up to {@code index} stable, and had called everything up to {@code before} so. */
    void stable(final SimulatedLog log, final long before, final long index) {
        final long founded = Math.max(before, stable.size()) < index ? lastFounded(log, Math.max(before, stable.size()) + 1, index) : 0;
        for (long i = before + 1; i <= index; i++) {
            final StoredEntry entry = log.at(i);
            Check.that(entry != null, "what is stable can be read", i, log.endIndex());
            if (i <= stable.size()) {
                Check.that(entry.digest() == stable.get((int) i - 1).digest(), "one history of stable entries: it forked at",
                    i, entry.epoch());
            } else {
                extend(entry, i <= founded);
                if (!entry.kind().isConfiguration() && entry.epoch() < log.epochAt(index)) {
                    marks.hit(Mark.STABLE_IN_LATER_RING);
                }
                if (all && i == index && i > founded) {
                    everyVoter(configurations.getLast(), entry);
                }
            }
        }
    }

    /**
     * Index of the last VIEW that everybody's return, or an operator's word, founded anew, which says so (docs/ring.md, sections 4 and 8);
     * 0 if none. Majorities that lost their memory, or are set aside, are not asked.
     */
    private static long lastFounded(final SimulatedLog log, final long first, final long last) {
        for (long i = last; i >= first; i--) {
            final StoredEntry entry = log.at(i);
            if (entry != null && entry.kind().isConfiguration() && isFounded(ConfigurationReader.read(entry).reason())) {
                return i;
            }
        }
        return 0;
    }

    private static boolean isFounded(final String reason) {
        return reason.contains("commits may be lost") || reason.contains("an operator's word");
    }

    private void extend(final StoredEntry entry, final boolean founded) {
        Check.that(entry.index() == stable.size() + 1, "the stable history has no gap", entry.index(), stable.size());
        if (!configurations.isEmpty() && !founded) {
            majority(configurations.getLast(), entry, "a majority of the configuration in force has logged what is stable");
        }
        if (entry.kind().isConfiguration()) {
            final RingView view = ConfigurationReader.read(entry);
            final boolean lossy = view.reason().contains("commits may be lost");
            if (lossy) {
                marks.hit(Mark.LOSSY_START);
            }
            if (!founded || lossy) {
                majority(view, entry, "a majority of the new configuration has logged its record");
            }
            Check.that(!view.reason().isBlank(), "a change of configuration says why", view.epoch(), view.index());
            configurations.add(view);
        } else {
            ordered(entry);
        }
        stable.add(entry);
        if (!isModelled) {
            observer.accept(entry);
        }
    }

    private void ordered(final StoredEntry entry) {
        final Origin origin = origin(new MemberId(entry.originMsb(), entry.originLsb()));
        Check.that(!origin.ordered.containsKey(entry.originSeq()), "nothing is ordered twice", entry.originSeq(), entry.index());
        Check.that(entry.originSeq() > origin.last, "offers of one origin are ordered in their order", entry.originSeq(), origin.last);
        final Long rejected = origin.rejected.get(entry.originSeq());
        Check.that(rejected == null || rejected != StoredEntry.payloadDigest(entry.payload()), "what was rejected is never ordered",
            entry.originSeq(), entry.index());
        origin.ordered.put(entry.originSeq(), entry.index());
        origin.last = entry.originSeq();
        if (entry.payload().length == 1) {
            marks.hit(Mark.ONE_BYTE);
        }
        if (isModelled && largeMessages.stable(entry.payload(), entry.kind())) {
            marks.hit(Mark.HUGE_MESSAGE);
        }
        messages++;
    }

    /** Tells whether the offer {@code originSeq} of {@code id} is stable at or below {@code index}. */
    boolean isOrderedBy(final MemberId id, final long originSeq, final long index) {
        final Long at = origin(id).ordered.get(originSeq);
        return at != null && at <= index;
    }

    private Origin origin(final MemberId id) {
        return origins.computeIfAbsent(id, unused -> new Origin());
    }

    /** The origin {@code id} was told that its offer {@code originSeq} with the given payload digest will never be ordered. */
    void rejected(final MemberId id, final long originSeq, final long digest) {
        final Origin origin = origin(id);
        Check.that(!origin.ordered.containsKey(originSeq), "what was ordered is never rejected", originSeq, stable.size());
        final Long before = origin.rejected.put(originSeq, digest);
        Check.that(before == null || before != digest, "an offer is rejected once", originSeq, stable.size());
    }

    private void majority(final RingView view, final StoredEntry entry, final String rule) {
        if (2 * holding(view, entry) <= total(view)) {
            throw violated(rule, view, entry);
        }
    }

    private void everyVoter(final RingView view, final StoredEntry entry) {
        if (holding(view, entry) < total(view)) {
            throw violated("every voter of the configuration in force has logged what is stable", view, entry);
        }
    }

    private Violated violated(final String rule, final RingView view, final StoredEntry entry) {
        return new Violated(rule + ": entry " + entry.index() + " of epoch " + entry.epoch() + " is logged by weight "
            + holding(view, entry) + " of " + total(view) + " of the configuration at " + view.index());
    }

    private static long total(final RingView view) {
        long sum = 0;
        for (final RingMember member : view.members()) {
            sum += member.weight();
        }
        return sum;
    }

    private long holding(final RingView view, final StoredEntry entry) {
        long holding = 0;
        for (final RingMember member : view.members()) {
            final SimulatedLog log = holders.get(member.id());
            if (member.weight() > 0 && log != null && log.holdsLogged(entry.index(), entry.digest())) {
                holding += member.weight();
            }
        }
        return holding;
    }

    static boolean isMember(final RingView view, final MemberId id) {
        return view.members().stream().anyMatch(member -> member.id().equals(id));
    }

    /** Weight of {@code id} in {@code view}. */
    static int weight(final RingView view, final MemberId id) {
        for (final RingMember member : view.members()) {
            if (member.id().equals(id)) {
                return member.weight();
            }
        }
        return 0;
    }

    /**
     * Configurations that a new primary component may have to ask: the latest stable one, each newer one in any of
     * {@code logs}, and the last one in each of them, which its owner may take for the latest. The fault plan leaves a
     * majority of each alive.
     */
    List<RingView> inPlay(final List<SimulatedLog> logs) {
        final ArrayList<RingView> views = new ArrayList<>();
        if (!configurations.isEmpty()) {
            views.add(configurations.getLast());
        }
        for (final SimulatedLog log : logs) {
            boolean last = true;
            for (long i = log.endIndex(); i > log.baseIndex() && (last || i > stable.size()); i--) {
                final StoredEntry entry = log.at(i);
                if (entry.kind().isConfiguration()) {
                    last = false;
                    views.add(ConfigurationReader.read(entry));
                }
            }
        }
        return views;
    }

    /** The latest stable configuration, or null. */
    RingView configuration() {
        return configurations.isEmpty() ? null : configurations.getLast();
    }

    /** Highest index that anybody called stable. */
    long stableIndex() {
        return stable.size();
    }

    /** The stable entry {@code index}. */
    StoredEntry stableEntry(final long index) {
        return stable.get((int) index - 1);
    }

    /** Stable entries offered by members. */
    long messages() {
        return messages;
    }

    /** At the end: the whole stable part of {@code log} is the history. */
    void compare(final SimulatedLog log, final long stableIndex) {
        for (long i = log.baseIndex() + 1; i <= stableIndex; i++) {
            Check.that(log.at(i).digest() == stable.get((int) i - 1).digest(), "logs are equal at the end", i, stableIndex);
        }
    }

    /** A rule that does not hold. */
    static final class Violated extends IllegalStateException {
        private static final long serialVersionUID = 1;

        Violated(final String what) {
            super(what);
        }
    }
}

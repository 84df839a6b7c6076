// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.carillon.certification.CertifierConfig;
import io.carillon.certification.NaiveCertifier;
import io.carillon.certification.TestWriteSet;
import io.carillon.certification.Verdict;
import io.carillon.certification.WriteSetFlyweight;
import io.carillon.certification.replicator.OrderedControls;
import io.carillon.group.Check;
import io.carillon.group.EntryKind;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.ring.Configuration;
import io.carillon.group.ring.RingMember;
import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.Seqno;
import io.carillon.wsrep.WriteSetFlags;
import io.carillon.wsrep.WriteSetLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What the one history of stable entries means, by the rules written plainly: which write sets commit, upon what they
 * depend, and what the table is after each. Every node is held to it.
 */
final class ReferenceOrder {
    static final int ROWS = 48;

    private static final int ORIGIN_LENGTH = 24;

    /**
     * What a seqno brings.
     *
     * @param session of the server that wrote it; null for a view.
     * @param isolated a statement in total order isolation.
     * @param digest of the table after it.
     */
    record Step(boolean writes, boolean commits, long dependsOn, UUID session, long call, boolean isolated, int[] rows,
        long digest) {
        private static final int[] NO_ROWS = new int[0];

        static Step ofView(final long seqno, final long digest) {
            return new Step(false, true, seqno - 1, null, 0, false, NO_ROWS, digest);
        }

        static Step refused(final long seqno, final UUID session, final long call, final long digest) {
            return new Step(true, false, seqno - 1, session, call, false, NO_ROWS, digest);
        }
    }

    private record Call(MemberId origin, long number) {
    }

    private record Fragments(long firstSeqno, List<byte[]> parts) {
    }

    private final CertifierConfig config;
    private final NodeMarks marks;
    private final NaiveCertifier certifier;
    private final OrderedControls controls = new OrderedControls();
    private final List<Step> steps = new ArrayList<>();
    private final List<List<Long>> versions = new ArrayList<>();
    private final Map<Call, Fragments> open = new LinkedHashMap<>();
    private final Map<UUID, Set<Long>> ordered = new LinkedHashMap<>();
    private final Map<UUID, Set<Long>> neverOrdered = new LinkedHashMap<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final WriteSetFlyweight writeSet = new WriteSetFlyweight();
    private UUID group;
    private long acknowledged;

    ReferenceOrder(final CertifierConfig config, final NodeMarks marks) {
        this.config = config;
        this.marks = marks;
        certifier = new NaiveCertifier(config, 0);
        steps.add(Step.ofView(0, 0));
        for (int row = 0; row < ROWS; row++) {
            versions.add(new ArrayList<>(List.of(0L)));
        }
    }

    /** The next stable entry. */
    void stable(final long seqno, final MemberId origin, final EntryKind kind, final byte[] payload) {
        open.values().removeIf(fragments -> seqno - fragments.firstSeqno >= config.window());
        switch (kind) {
            case VIEW -> view(seqno, payload);
            case CONFIG -> { }
            case FRAGMENT -> fragment(seqno, origin, payload);
            case CONTROL -> {
                final long withdrawn = controls.withdrawn(payload);
                if (withdrawn >= 0) {
                    open.remove(new Call(origin, withdrawn));
                }
                if (controls.areVerdicts(payload)) {
                    marks.hit(NodeMark.VERDICTS_SENT);
                }
            }
            case WRITE_SET -> writeSet(seqno, origin, payload);
        }
    }

    private void view(final long seqno, final byte[] payload) {
        final LogEntry entry = new LogEntry();
        entry.kind = EntryKind.VIEW;
        entry.payload.wrap(payload);
        group = Configuration.viewOf(entry).group();
        final Set<MemberId> present = new HashSet<>();
        for (final RingMember member : Configuration.viewOf(entry).members()) {
            present.add(member.id());
        }
        open.keySet().removeIf(call -> !present.contains(call.origin));
        certifier.skip(seqno);
        add(seqno, Step.ofView(seqno, mix(digest(seqno - 1), seqno)));
    }

    private void fragment(final long seqno, final MemberId origin, final byte[] payload) {
        buffer.wrap(payload);
        final Call call = new Call(origin, buffer.getLong(WriteSetLayout.FRAGMENT_CALL_OFFSET, LITTLE_ENDIAN));
        if (buffer.getInt(WriteSetLayout.FRAGMENT_NUMBER_OFFSET, LITTLE_ENDIAN) == 0) {
            open.remove(call);
            open.put(call, new Fragments(seqno, new ArrayList<>()));
        }
        if (open.containsKey(call)) {
            open.get(call).parts.add(payload);
        }
    }

    private void writeSet(final long seqno, final MemberId origin, final byte[] payload) {
        buffer.wrap(payload);
        final int length = payload.length - ORIGIN_LENGTH;
        final UUID session = new UUID(buffer.getLong(length, LITTLE_ENDIAN), buffer.getLong(length + 8, LITTLE_ENDIAN));
        final long call = buffer.getLong(length + 16, LITTLE_ENDIAN);
        Check.that(ordered.computeIfAbsent(session, unused -> new HashSet<>()).add(call), "a write is ordered once", seqno, call);
        Check.that(!neverOrdered.getOrDefault(session, Set.of()).contains(call), "what a client was told is not taken is never ordered",
            seqno, call);
        writeSet.wrap(buffer, 0, length);
        if (!writeSet.isValid()) {
            throw new IllegalStateException("servers send write sets: " + seqno + " has " + length + " bytes, flags " + writeSet.flags()
                + ", last seen " + writeSet.lastSeen() + ", " + writeSet.keyCount() + " keys, " + writeSet.sectionsLength() + " bytes in "
                + writeSet.fragmentCount() + " fragments");
        }
        final byte[] sections = sections(new Call(origin, call), payload, length);
        if (sections == null) {
            marks.hit(NodeMark.LARGE_REFUSED);
            certifier.skip(seqno);
            add(seqno, Step.refused(seqno, session, call, digest(seqno - 1)));
            return;
        }
        final Verdict verdict = certifier.certify(seqno, new TestWriteSet(session.getMostSignificantBits(), writeSet.flags(),
            writeSet.lastSeen(), Seqno.UNDEFINED, keys(sections)));
        mark(verdict);
        if (!verdict.commits()) {
            add(seqno, Step.refused(seqno, session, call, digest(seqno - 1)));
            return;
        }
        final UnsafeBuffer data = new UnsafeBuffer(sections);
        commit(seqno, session, call, verdict.dependsOn, data, (int) writeSet.dataPosition());
    }

    private void mark(final Verdict verdict) {
        if (verdict.reason == Verdict.Reason.KEY_CONFLICT) {
            marks.hit(at(verdict.conflictSeqno).isolated ? NodeMark.CONFLICT_WITH_ISOLATED : NodeMark.CONFLICT);
        } else if (verdict.reason == Verdict.Reason.BEHIND_INDEX) {
            marks.hit(NodeMark.BEHIND_INDEX);
        } else if (verdict.commits() && writeSet.fragmentCount() > 0) {
            marks.hit(NodeMark.LARGE_COMMITTED);
        }
    }

    /** No update is lost: whoever wrote a row read the version that it replaces, and waits for it to be committed. */
    private void commit(final long seqno, final UUID session, final long call, final long dependsOn, final DirectBuffer data,
        final int offset) {
        final boolean isIsolated = (writeSet.flags() & WriteSetFlags.ISOLATION) != 0;
        if (isIsolated) {
            marks.hit(NodeMark.ISOLATED);
        }
        final int[] rows = new int[RowData.count(data, offset)];
        long digest = mix(mix(digest(seqno - 1), seqno), call);
        for (int i = 0; i < rows.length; i++) {
            rows[i] = RowData.row(data, offset, i);
            final long read = RowData.version(data, offset, i);
            final long latest = versions.get(rows[i]).getLast();
            Check.that(read == latest || isIsolated && read == RowData.WHATEVER,
                "no update is lost: a row's version read and replaced", read, latest);
            Check.that(latest <= dependsOn, "a write set waits for what wrote its rows before", latest, dependsOn);
            versions.get(rows[i]).add(seqno);
            digest = mix(digest, rows[i]);
        }
        add(seqno, new Step(true, true, dependsOn, session, call, isIsolated, rows, digest));
    }

    /** The sections that a header speaks of; null when its fragments are not there. */
    private byte[] sections(final Call call, final byte[] payload, final int length) {
        if (writeSet.fragmentCount() == 0) {
            return Arrays.copyOfRange(payload, WriteSetLayout.HEADER_LENGTH, length);
        }
        final Fragments fragments = open.remove(call);
        if (fragments == null || fragments.parts.size() != writeSet.fragmentCount()) {
            return null;
        }
        final byte[] all = new byte[(int) writeSet.sectionsLength()];
        int at = 0;
        for (final byte[] part : fragments.parts) {
            System.arraycopy(part, WriteSetLayout.FRAGMENT_HEADER_LENGTH, all, at, part.length - WriteSetLayout.FRAGMENT_HEADER_LENGTH);
            at += part.length - WriteSetLayout.FRAGMENT_HEADER_LENGTH;
        }
        Check.that(at == all.length, "fragments hold what their header promises", at, all.length);
        return all;
    }

    private Map<Long, KeyType> keys(final byte[] sections) {
        final UnsafeBuffer bytes = new UnsafeBuffer(sections);
        final Map<Long, KeyType> keys = new LinkedHashMap<>();
        for (int i = 0; i < writeSet.keyCount(); i++) {
            final int key = i * WriteSetLayout.KEY_LENGTH;
            keys.put(bytes.getLong(key + WriteSetLayout.KEY_HASH_OFFSET, LITTLE_ENDIAN),
                KeyType.of(bytes.getInt(key + WriteSetLayout.KEY_META_OFFSET, LITTLE_ENDIAN) & WriteSetLayout.KEY_TYPE_MASK));
        }
        return keys;
    }

    private void add(final long seqno, final Step step) {
        Check.that(seqno == steps.size(), "seqnos have no gap", seqno, steps.size());
        steps.add(step);
    }

    static long mix(final long digest, final long value) {
        final long x = (digest ^ value) * 0x9FB21C651E98DF25L;
        return x ^ x >>> 29 ^ x << 17;
    }

    /** A client was told that its write is not taken. */
    void refused(final UUID session, final long call) {
        Check.that(!ordered.getOrDefault(session, Set.of()).contains(call), "what is ordered is not refused", call, seqno());
        neverOrdered.computeIfAbsent(session, unused -> new HashSet<>()).add(call);
    }

    /** A client was told that its write at {@code seqno} is committed. */
    void acknowledged(final long seqno) {
        acknowledged = Math.max(acknowledged, seqno);
    }

    /** Highest write that any client was told is committed. */
    long acknowledged() {
        return acknowledged;
    }

    /** Last stable seqno. */
    long seqno() {
        return steps.size() - 1L;
    }

    /** What {@code seqno} brings. */
    Step at(final long seqno) {
        Check.that(seqno <= seqno(), "what a server is given is stable (given, stable)", seqno, seqno());
        return steps.get((int) seqno);
    }

    long digest(final long seqno) {
        return steps.get((int) seqno).digest;
    }

    /** Version of {@code row} in the table as of {@code seqno}. */
    long version(final int row, final long seqno) {
        final List<Long> all = versions.get(row);
        int i = all.size() - 1;
        while (all.get(i) > seqno) {
            i--;
        }
        return all.get(i);
    }

    UUID group() {
        return group;
    }
}

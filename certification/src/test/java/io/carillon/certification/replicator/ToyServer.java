// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.certification.WriteSetBuilder;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.View;
import io.carillon.wsrep.WriteSetFlags;
import io.carillon.wsrep.WriteSetLayout;
import io.carillon.wsrep.WsrepStatus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A server of one table of strings: applies at once, remembers everything that it was told. */
final class ToyServer implements ReplicatedApplication {
    static final long NOW = 1_000_000_000L;

    final String name;
    FakeGroup group;
    final UUID session;
    final List<String> events = new ArrayList<>();
    final Map<Long, String> results = new HashMap<>();
    final TreeMap<String, String> rows = new TreeMap<>();
    final List<View> views = new ArrayList<>();
    /** Each change that was ever made here, also where a later one took its place. */
    final Set<String> applied = new HashSet<>();
    private final ServerNames names;
    private final Map<Long, String> pending = new HashMap<>();
    private final WriteSetBuilder builder = new WriteSetBuilder();
    Replicator replicator;
    Gtid position = Gtid.UNDEFINED;
    NodeState state = NodeState.UNDEFINED;
    View view;
    boolean full;
    /** Takes what it is given and commits nothing, as long as it is started. */
    boolean starting;
    int fullAfterParts;
    /** Donates as soon as it is asked. */
    boolean donates = true;
    /** Ends what it was asked for; null before and after. */
    Runnable donation;
    /** It waits for a snapshot, and was asked for nothing but that: as its provider has it. */
    boolean awaits;
    Executor engine = Runnable::run;
    long call;
    long clockNs = NOW;
    long purgeable;
    /** Data of large write sets that nobody has decided on, by number; null: it takes none. */
    Map<Long, ByteArrayOutputStream> ahead;
    private StringBuilder large;
    private long largeLeft;
    private long largeSeqno;
    /** Call with which it said that it has its snapshot. */
    private long received;
    long partsMax;

    ToyServer(final FakeCluster cluster, final FakeGroup group, final UUID session, final ServerNames names) {
        this(group.name, session, Runnable::run, names);
        ToyCluster.sidecar(this, cluster, group);
    }

    /** A server without its replicator yet, which runs on {@code engine}. */
    ToyServer(final String name, final UUID session, final Executor engine, final ServerNames names) {
        this.name = name;
        this.names = names;
        names.add(this);
        this.session = session;
        this.engine = engine;
    }

    ToyServer attach(final Path dataDir) {
        replicator.attach(new NodeSession(session, name, name + ":3306", dataDir, position, -1, -1, new long[0]), this);
        return this;
    }

    /** The connection breaks and comes back; {@code open} waits for its verdict. */
    void reattach(final long... open) {
        attachRunning(null, open);
        reconnect();
        if (awaits && received > 0) {
            replicator.snapshotReceived(received, position, 0);
        }
    }

    void attachRunning(final Path dataDir, final long... open) {
        final long at = position.seqno();
        replicator.attach(new NodeSession(session, name, name + ":3306", dataDir, position, at, at, open, awaits, donation != null), this);
    }

    void reconnect() {
        replicator.reconnect("toy", "gcomm://a", "");
    }

    long connect(final String url) {
        replicator.connect(++call, "toy", url, "", false);
        return call;
    }

    /** Writes {@code row}, having seen everything applied here. */
    long write(final String row, final String value) {
        return write(row, value, position.seqno());
    }

    long write(final String row, final String value, final long lastSeen) {
        begin(WriteSetFlags.TRX_START | WriteSetFlags.TRX_END, lastSeen, row, value);
        return certify(row + "=" + value);
    }

    /** A statement that every node executes alone. */
    long isolated(final String row, final String value) {
        final byte[] data = (row + "=" + value).getBytes(StandardCharsets.UTF_8);
        builder.begin(WriteSetFlags.TRX_START | WriteSetFlags.TRX_END | WriteSetFlags.ISOLATION).ids(++call, 1)
            .lastSeen(position.seqno()).data(new UnsafeBuffer(data), 0, data.length);
        return certify(row + "=" + value);
    }

    /** Sends one more fragment of a streaming transaction that has got {@code previous}. */
    long stream(final String row, final long previous) {
        begin(previous < 0 ? WriteSetFlags.TRX_START : 0, position.seqno(), row, "s").previousSeqno(previous);
        return certify(row + "=s");
    }

    private WriteSetBuilder begin(final int flags, final long lastSeen, final String row, final String value) {
        final byte[] data = (row + "=" + value).getBytes(StandardCharsets.UTF_8);
        return builder.begin(flags).ids(++call, 1).lastSeen(lastSeen).key(KeyType.EXCLUSIVE, "db".getBytes(StandardCharsets.UTF_8),
            "t".getBytes(StandardCharsets.UTF_8), row.getBytes(StandardCharsets.UTF_8)).data(new UnsafeBuffer(data), 0, data.length);
    }

    private long certify(final String change) {
        final int length = builder.build();
        pending.put(call, change);
        replicator.certify(call, builder.buffer(), 0, length);
        return call;
    }

    /** Writes in fragments of {@code fragmentLength} bytes. */
    long writeLarge(final String row, final String value, final int fragmentLength) {
        final LargeWriteSet large = beginLarge(row, value, fragmentLength);
        large.end();
        return large.callNumber;
    }

    /** A large write set of which the sections are sent. */
    final class LargeWriteSet {
        final long callNumber = call;
        private final ExpandableArrayBuffer header = new ExpandableArrayBuffer(WriteSetLayout.HEADER_LENGTH);

        /** Sends its end. */
        void end() {
            replicator.certify(callNumber, header, 0, WriteSetLayout.HEADER_LENGTH);
        }
    }

    LargeWriteSet beginLarge(final String row, final String value, final int fragmentLength) {
        begin(WriteSetFlags.TRX_START | WriteSetFlags.TRX_END, position.seqno(), row, value);
        final int length = builder.build();
        final LargeWriteSet begun = new LargeWriteSet();
        begun.header.putBytes(0, builder.buffer(), 0, WriteSetLayout.HEADER_LENGTH);
        int number = 0;
        for (int at = WriteSetLayout.HEADER_LENGTH; at < length; at += fragmentLength) {
            replicator.fragment(call, number++, builder.buffer(), at, Math.min(fragmentLength, length - at));
        }
        begun.header.putInt(WriteSetLayout.FRAGMENT_COUNT_OFFSET, number, java.nio.ByteOrder.LITTLE_ENDIAN);
        pending.put(call, row + "=" + value);
        return begun;
    }

    /** Tells whether every write up to {@code last} got its answer. */
    boolean answered(final long last) {
        return pending.keySet().stream().noneMatch(open -> open <= last && !results.containsKey(open));
    }

    /** What became of each change that was to be made here. */
    Map<String, String> answers() {
        final Map<String, String> answers = new TreeMap<>();
        pending.forEach((callNumber, change) -> answers.put(change, String.valueOf(results.get(callNumber))));
        return answers;
    }

    /** Writes that have no answer. */
    int open() {
        return (int) pending.keySet().stream().filter(callNumber -> !results.containsKey(callNumber)).count();
    }

    void tick(final long laterNs) {
        clockNs += laterNs;
        replicator.onTimer(clockNs);
    }

    private void apply(final String text) {
        applied.add(text);
        rows.put(text.substring(0, text.indexOf('=')), text.substring(text.indexOf('=') + 1));
    }

    private void at(final long seqno) {
        assertTrue(seqno == position.seqno() + 1, () -> name + " was given " + seqno + " after " + position);
        position = new Gtid(position.uuid(), seqno);
        if (!starting) {
            replicator.progress(seqno, 0);
        }
    }

    @Override
    public boolean isFeedFull() {
        return full;
    }

    @Override
    public void onVerdict(final long callNumber, final long seqno, final long dependsOn, final boolean commit, final long conflict) {
        events.add("verdict " + seqno + (commit ? " commit" : " conflict " + conflict));
        results.put(callNumber, commit ? "commit" : "conflict");
        if (commit) {
            apply(pending.get(callNumber));
        }
        at(seqno);
    }

    @Override
    public void onWriteSet(final long seqno, final long dependsOn, final int flags, final boolean certified, final UUID origin,
        final long trxId, final long connectionId, final long dataLength, final DirectBuffer data, final int offset, final int length) {
        events.add("write set " + seqno + (certified ? " commit" : " dummy") + " of " + origin.getLeastSignificantBits());
        if (certified && length == dataLength) {
            apply(data.getStringWithoutLengthUtf8(offset, length));
        } else if (certified) {
            large = new StringBuilder();
            largeLeft = dataLength;
            largeSeqno = seqno;
            return;
        }
        at(seqno);
    }

    @Override
    public void onWriteSetPart(final DirectBuffer data, final int offset, final int length) {
        partsMax = Math.max(partsMax, length);
        full |= fullAfterParts > 0 && --fullAfterParts == 0;
        large.append(data.getStringWithoutLengthUtf8(offset, length));
        largeLeft -= length;
        if (largeLeft == 0) {
            apply(large.toString());
            at(largeSeqno);
        }
    }

    @Override
    public boolean takesDataAhead() {
        return ahead != null;
    }

    @Override
    public void onDataAhead(final long stream, final DirectBuffer bytes, final int offset, final int length) {
        final byte[] copy = new byte[length];
        bytes.getBytes(offset, copy);
        ahead.computeIfAbsent(stream, number -> new ByteArrayOutputStream()).writeBytes(copy);
        assertTrue(ahead.size() <= AheadDataTest.AHEAD_MAX, "a provider ends the connection for a number too many");
    }

    @Override
    public void onDataDropped(final long stream) {
        assertNotNull(ahead.remove(stream), "dropped twice, or never given");
        events.add("dropped");
    }

    @Override
    public void onWriteSetAhead(final long seqno, final long dependsOn, final int flags, final UUID origin, final long trxId,
        final long connectionId, final long dataLength, final long stream, final long dataPosition) {
        final byte[] sections = ahead.remove(stream).toByteArray();
        events.add("write set " + seqno + " commit of " + origin.getLeastSignificantBits() + ", data ahead");
        apply(new String(sections, (int) dataPosition, (int) dataLength, StandardCharsets.UTF_8));
        at(seqno);
    }

    @Override
    public void onSkip(final long seqno) {
        events.add("skip " + seqno);
        at(seqno);
    }

    @Override
    public void onView(final View newView, final ViewUse use) {
        if (awaits && use == ViewUse.CONNECTED_ONLY) {
            return;
        }
        events.add("view " + newView.stateId().seqno() + " " + newView.status() + " " + use + " " + newView.members().size());
        views.add(newView);
        view = newView;
        if (newView.status() == View.Status.PRIMARY && (use == ViewUse.CHANGE || use == ViewUse.CONNECTED)) {
            if (use == ViewUse.CONNECTED) {
                position = new Gtid(newView.stateId().uuid(), newView.stateId().seqno() - 1);
            }
            at(newView.stateId().seqno());
        }
    }

    @Override
    public void onStateRequestNeeded() {
        events.addAll(awaits ? List.of() : List.of("state request needed"));
        awaits = true;
        engine.execute(() -> replicator.stateRequest(0, name.getBytes(StandardCharsets.UTF_8), position));
    }

    @Override
    public void onDonate(final Gtid at, final byte[] request, final boolean bypass) {
        events.add("donate " + at.seqno());
        final TreeMap<String, String> copy = new TreeMap<>(rows);
        final Gtid snapshot = position;
        donation = () -> {
            final ToyServer joiner = names.find(new String(request, StandardCharsets.UTF_8));
            joiner.engine.execute(() -> joiner.restore(copy, snapshot));
            sent(0);
        };
        if (donates) {
            donation.run();
        }
    }

    private void restore(final TreeMap<String, String> copy, final Gtid snapshot) {
        rows.clear();
        rows.putAll(copy);
        position = snapshot;
        received = ++call;
        if (replicator != null) {
            replicator.snapshotReceived(received, snapshot, 0);
        }
    }

    /** Its donation is over. */
    void sent(final int code) {
        donation = null;
        if (replicator != null) {
            replicator.snapshotSent(++call, position, code);
        }
    }

    @Override
    public void onSynced() {
        events.add("synced");
    }

    @Override
    public void onState(final NodeState newState, final String comment) {
        state = newState;
    }

    @Override
    public void onFragmentOrdered(final long callNumber, final int number) {
        events.add("fragment " + number);
    }

    @Override
    public void onRejected(final long callNumber, final RejectReason reason, final String text) {
        results.put(callNumber, reason.name());
    }

    @Override
    public void onSyncPoint(final long callNumber, final long seqno) {
        results.put(callNumber, "sync " + seqno);
    }

    @Override
    public void onResult(final long callNumber, final WsrepStatus status, final long value, final String text) {
        results.put(callNumber, status + (text.isEmpty() ? "" : " " + text));
        awaits &= callNumber != received;
    }

    @Override
    public void onInconsistent(final String reason) {
        events.add("inconsistent " + reason);
    }

    @Override
    public void onFinal() {
        events.add("final");
    }
}

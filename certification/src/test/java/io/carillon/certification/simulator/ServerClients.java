// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.certification.WriteSetBuilder;
import io.carillon.group.Check;
import io.carillon.group.simulator.Xoshiro256;
import io.carillon.wsrep.KeyType;
import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.WriteSetFlags;
import io.carillon.wsrep.WriteSetLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/** The clients of one server process: what they write and read, and what they were told. */
final class ServerClients {
    private static final int OPEN_MAX = 40;
    private static final long NOBODY = -1;
    /** Numbers of a server's calls, and none that the one before it had: docs/ipc.md, "Provider and sidecar: frames". */
    private static final long CALLS_MAX = 1 << 24;
    private static final byte[] DATABASE = "db".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TABLE = "t".getBytes(StandardCharsets.UTF_8);
    private static final byte[][] ROW_NAMES = new byte[ReferenceOrder.ROWS][];

    static {
        Arrays.setAll(ROW_NAMES, row -> ("row" + row).getBytes(StandardCharsets.UTF_8));
    }

    /** A large write set on its way, in parts of so many bytes. */
    private record Large(long call, byte[] bytes, int part, long pauseMean, boolean givesUp) {
    }

    private final SimulatedServer server;
    private final ReferenceOrder order;
    private final NodeMarks marks;
    private final Xoshiro256 random;
    private final UUID session;
    private final int hotRows;
    private final boolean seesTooMuch;
    private final boolean isolatesNothing;
    private final WriteSetBuilder builder = new WriteSetBuilder();
    /** Rows of the writes that wait for their verdict; nobody else of this server may write them. */
    private final Map<Long, int[]> open = new LinkedHashMap<>();
    private final long[] lockedBy = new long[ReferenceOrder.ROWS];
    /** Large ones that are over for the client: each fragment of them that still waits is rejected by itself. */
    private final Set<Long> over = new HashSet<>();
    private final Set<Long> larges = new HashSet<>();
    /** Large ones whose last part was not sent yet. */
    private final Set<Long> beingSent = new HashSet<>();
    /** Those that were sent whole and have no verdict yet. */
    private final Set<Long> awaited = new LinkedHashSet<>();
    /** Those of them that were made to a sidecar that is dead. */
    private final Set<Long> inherited = new HashSet<>();
    /** Calls in isolation: their clients would send them again if they were told anything but the outcome. */
    private final Set<Long> isolated = new HashSet<>();
    private boolean unshielded;
    private long calls;

    ServerClients(final SimulatedServer server, final ServerHost host, final UUID session) {
        this.server = server;
        this.session = session;
        order = host.nodes().order();
        marks = host.nodes().marks();
        random = host.random();
        hotRows = host.nodes().hotRows();
        seesTooMuch = host.nodes().bug() == NodeBug.SEEN_TOO_MUCH;
        isolatesNothing = host.nodes().bug() == NodeBug.NOT_ISOLATED;
        Arrays.fill(lockedBy, NOBODY);
        calls = session.getMostSignificantBits() * CALLS_MAX;
    }

    long newCall() {
        return ++calls;
    }

    int open() {
        return open.size();
    }

    /** Writes one to four rows that are free. False when the server takes none now. */
    boolean write() {
        final byte[] data = begin(random.chance(0.05) ? random.below(20_000) : random.below(300));
        if (data == null) {
            return false;
        }
        final int length = builder.build();
        awaited.add(calls);
        server.replicator().certify(calls, builder.buffer(), 0, length);
        return true;
    }

    /** Writes rows with so much beside them that it takes several entries; some are given up in the middle. */
    void writeLarge() {
        final byte[] data = begin(20_000 + random.below(200_000));
        if (data == null) {
            return;
        }
        final byte[] bytes = new byte[builder.build()];
        builder.buffer().getBytes(0, bytes);
        larges.add(calls);
        beingSent.add(calls);
        // As statements that take their time: a view or a whole window may come between two parts.
        final long pauseMean = random.chance(0.5) ? 0 : random.spread(100_000, 1_000_000_000);
        go(new Large(calls, bytes, 4_000 + random.below(30_000), pauseMean, random.chance(0.15)), WriteSetLayout.HEADER_LENGTH, 0);
    }

    /** Goes on with a large one at {@code at}, in the part {@code number}, as long as nobody said that it is over. */
    private void go(final Large large, final int at, final int number) {
        if (!open.containsKey(large.call)) {
            return;
        }
        if (at >= large.bytes.length) {
            end(large, number);
            return;
        }
        final int length = Math.min(large.part, large.bytes.length - at);
        server.replicator().fragment(large.call, number, new UnsafeBuffer(large.bytes), at, length);
        if (large.pauseMean == 0) {
            go(large, at + length, number + 1);
        } else {
            server.later(random.exponential(large.pauseMean), () -> go(large, at + length, number + 1));
        }
    }

    private void end(final Large large, final int parts) {
        if (large.givesUp) {
            unlock(large.call);
            beingSent.remove(large.call);
            over.add(large.call);
            server.replicator().withdraw(large.call);
            return;
        }
        final UnsafeBuffer header = new UnsafeBuffer(large.bytes, 0, WriteSetLayout.HEADER_LENGTH);
        header.putInt(WriteSetLayout.FRAGMENT_COUNT_OFFSET, parts, ByteOrder.LITTLE_ENDIAN);
        beingSent.remove(large.call);
        awaited.add(large.call);
        server.replicator().certify(large.call, header, 0, WriteSetLayout.HEADER_LENGTH);
    }

    /** A statement in total order isolation, which changes rows as they are at its place in the order. */
    void writeIsolated(final Xoshiro256 chances) {
        if (!server.isOpen() || open.size() >= OPEN_MAX) {
            return;
        }
        final int[] rows = new int[1 + chances.below(3)];
        final long[] read = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (i == 0 ? chances.below(ReferenceOrder.ROWS) : rows[i - 1] + 1) % ReferenceOrder.ROWS;
            read[i] = RowData.WHATEVER;
        }
        final long call = newCall();
        builder.begin(WriteSetFlags.TRX_START | WriteSetFlags.TRX_END | WriteSetFlags.ISOLATION);
        builder.ids(call, 1).lastSeen(server.table().seqno());
        builder.key(isolatesNothing ? KeyType.SHARED : KeyType.EXCLUSIVE, DATABASE, TABLE);
        final byte[] data = RowData.encode(rows, read, chances.below(300));
        builder.data(new UnsafeBuffer(data), 0, data.length);
        open.put(call, new int[0]);
        isolated.add(call);
        awaited.add(call);
        server.replicator().certify(call, builder.buffer(), 0, builder.build());
    }

    /** Locks rows and begins a write set of the next call; its data, or null. */
    private byte[] begin(final int filler) {
        if (!server.isOpen() || open.size() >= OPEN_MAX) {
            return null;
        }
        final int[] rows = freeRows(1 + random.below(4));
        if (rows.length == 0) {
            return null;
        }
        final long call = newCall();
        final long[] read = new long[rows.length];
        builder.begin(WriteSetFlags.TRX_START | WriteSetFlags.TRX_END | (unshielded ? WriteSetFlags.UNSHIELDED : 0)
            | (random.chance(0.03) ? WriteSetFlags.PA_UNSAFE : 0) | (random.chance(0.05) ? WriteSetFlags.IMPLICIT_DEPS : 0));
        builder.ids(call, 1).lastSeen(seesTooMuch ? order.seqno() : server.table().seqno());
        for (int i = 0; i < rows.length; i++) {
            lockedBy[rows[i]] = call;
            read[i] = server.table().version(rows[i]);
            builder.key(random.chance(0.5) ? KeyType.EXCLUSIVE : KeyType.UPDATE, DATABASE, TABLE, ROW_NAMES[rows[i]]);
        }
        if (random.chance(0.4)) {
            // A row that is only referred to, as a foreign key does.
            builder.key(random.chance(0.5) ? KeyType.REFERENCE : KeyType.SHARED, DATABASE, TABLE,
                ROW_NAMES[random.below(ReferenceOrder.ROWS)]);
        }
        open.put(call, rows);
        final byte[] data = RowData.encode(rows, read, filler);
        builder.data(new UnsafeBuffer(data), 0, data.length);
        return data;
    }

    private int[] freeRows(final int wanted) {
        final int[] rows = new int[wanted];
        int count = 0;
        for (int i = 0; i < wanted; i++) {
            final int row = random.below(random.chance(0.7) ? hotRows : ReferenceOrder.ROWS);
            boolean taken = lockedBy[row] != NOBODY;
            for (int j = 0; j < count; j++) {
                taken |= rows[j] == row;
            }
            if (!taken) {
                rows[count++] = row;
            }
        }
        return Arrays.copyOf(rows, count);
    }

    private void unlock(final long call) {
        final int[] rows = open.remove(call);
        if (rows != null) {
            for (final int row : rows) {
                lockedBy[row] = NOBODY;
            }
        }
    }

    /** Calls that wait for their verdict. */
    long[] awaited() {
        return awaited.stream().mapToLong(Long::longValue).toArray();
    }

    /** The verdict of {@code call} came. */
    void answered(final long call) {
        awaited.remove(call);
        if (inherited.remove(call)) {
            marks.hit(NodeMark.VERDICT_INHERITED);
        }
    }

    /** The sidecar is dead: what was not sent whole is rolled back. */
    void lostSidecar() {
        inherited.addAll(awaited);
        for (final long call : List.copyOf(open.keySet())) {
            if (beingSent.remove(call)) {
                unlock(call);
                over.add(call);
                order.refused(session, call);
            }
        }
    }

    /** The verdict of {@code call} is applied. */
    void decided(final long call, final long seqno, final boolean commit) {
        Check.that(open.containsKey(call), "a write is answered once", call, seqno);
        unlock(call);
        if (commit) {
            order.acknowledged(seqno);
        }
    }

    /** The verdict of {@code call} came, and the server ended before it told its client. */
    void lost(final long call) {
        unlock(call);
    }

    void rejected(final long call, final RejectReason reason, final String text) {
        if (over.contains(call) || call / CALLS_MAX != session.getMostSignificantBits()) {
            return;
        }
        Check.that(open.containsKey(call), "a write is answered once", call, reason.ordinal());
        awaited.remove(call);
        final boolean isInherited = inherited.remove(call);
        final boolean isGivenUp = reason == RejectReason.FATE_UNKNOWN && text.contains("primary view was lost");
        Check.that(!isGivenUp || !isInherited && !isolated.contains(call),
            "a statement in isolation, and a call to an earlier sidecar, waits for its outcome", call, reason.ordinal());
        if (isInherited && reason == RejectReason.NOT_PRIMARY) {
            marks.hit(NodeMark.CALL_LOST_WITH_SIDECAR);
        }
        unlock(call);
        if (larges.contains(call)) {
            over.add(call);
        }
        if (reason == RejectReason.FATE_UNKNOWN) {
            marks.hit(NodeMark.FATE_UNKNOWN);
            // It may yet commit, and no lock keeps this server's other clients from its rows.
            unshielded = true;
        } else {
            marks.hit(NodeMark.NOT_TAKEN);
            order.refused(session, call);
        }
    }
}

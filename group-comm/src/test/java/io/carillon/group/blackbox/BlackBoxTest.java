// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.carillon.group.MemberId;
import io.carillon.group.ring.GatherReason;
import io.carillon.group.ring.TraceEvent;
import io.carillon.group.wire.PacketType;
import io.carillon.group.wire.RingPacket;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the black box keeps, sums and says. */
final class BlackBoxTest {
    private static final long MS = 1_000_000;
    private static final long WALL_MS = Instant.parse("2026-01-02T03:04:05.678Z").toEpochMilli();
    private static final MemberId A = new MemberId(0x0190_0000_0000_7000L, 0x8000_0000_0000_0001L);
    private static final MemberId B = new MemberId(0x0190_0000_0000_7001L, 0x8000_0000_0000_0002L);
    private static final MemberId C = new MemberId(0x0190_0000_0000_7002L, 0x8000_0000_0000_0003L);

    @TempDir
    Path directory;
    private final BlackBox box = new BlackBox(0);
    private final ExpandableArrayBuffer packet = new ExpandableArrayBuffer(256);

    private BlackBoxDump dump(final long timeNs) throws IOException {
        final ByteBuffer bytes = BlackBoxDump.of(box, timeNs, WALL_MS, "n1", "asked for", List.of("a note"));
        return BlackBoxDump.read(BlackBoxFiles.writeAsked(directory, bytes));
    }

    private static List<String> text(final BlackBoxDump dump, final long lastNs) throws IOException {
        final StringBuilder out = new StringBuilder();
        BlackBoxText.print(dump, lastNs, out);
        return out.toString().lines().toList();
    }

    private List<String> eventsAt(final long timeNs) throws IOException {
        return text(dump(timeNs), Long.MAX_VALUE).stream().filter(line -> line.matches("^ *-?[0-9.]+ s  .*"))
            .map(line -> line.replaceFirst("^ *-?[0-9.]+ s  [0-9:.]+  ", "")).filter(line -> !line.startsWith("  ")).toList();
    }

    /** A packet whose header says so. */
    private int flat(final byte type, final long logged, final long horizon) {
        RingPacket.header(packet, type, 0, 1, 7, logged, horizon);
        return Math.max(RingPacket.lengthMin(type), RingPacket.BODY_OFFSET);
    }

    @Test
    void aViewChangeReadsAsItHappened() throws Exception {
        box.started(1 * MS, A, "n1", 6, 100, 90);
        box.peerUp(2 * MS, 0, B, "n2");
        box.peerUp(2 * MS, 1, C, "");
        box.name(C, "n3");
        packet.putByte(0, PacketType.JOIN);
        box.packetIn(3 * MS, 1, packet, 0, 77);
        box.trace(3 * MS, TraceEvent.GATHER, GatherReason.HOLDER_SILENT.ordinal(), 6, 0);
        box.packetOut(0, packet, 0, 80);
        box.trace(4 * MS, TraceEvent.SUSPECTED, 1, 400 * MS, 2);
        box.trace(5 * MS, TraceEvent.COMMIT, 7, 2, 1);
        box.trace(6 * MS, TraceEvent.PROMISED, 7, 1, 0);
        box.trace(7 * MS, TraceEvent.INSTALL, 7, 1, 100);
        box.trace(7 * MS, TraceEvent.MEMBER, 0, A.msb(), A.lsb());
        box.trace(7 * MS, TraceEvent.MEMBER, 1, B.msb(), B.lsb());
        box.trace(7 * MS, TraceEvent.RECOVERY, 7, 100, 100);
        box.ordered(101);
        box.logged(101);
        box.packetIn(8 * MS, 0, packet, 0, flat(PacketType.ACK, 101, 90));
        box.stable(101);
        box.trace(8 * MS, TraceEvent.OPERATIONAL, 7, 101, 101);
        box.view(8 * MS, true, 7, 55, 2);
        box.trace(9 * MS, TraceEvent.TOKEN_SENT, 7, 2, 1);
        box.trace(10 * MS, TraceEvent.PACKET_DROPPED, PacketType.ORDER, ~1, 40);
        box.peerDown(11 * MS, 1);
        assertEquals(String.join("\n",
            "black box of n1, 2026-01-02 03:04:05.678000 UTC: asked for",
            "member 01900000-0000-7000-8000-000000000001 n1",
            "member 01900000-0000-7001-8000-000000000002 n2",
            "member 01900000-0000-7002-8000-000000000003 n3",
            "a note",
            "20 events of 0.019 s, 3 packets of 0.017 s",
            "    -0.019000 s  03:04:05.659000  started: promised epoch 6, log ends at 100, stable 90",
            "    -0.018000 s  03:04:05.660000  linked to n2",
            "    -0.018000 s  03:04:05.660000  linked to n3",
            "    -0.017000 s  03:04:05.661000    <- n3 JOIN, 77 bytes",
            "    -0.017000 s  03:04:05.661000    -> n2 JOIN, 80 bytes",
            "    -0.017000 s  03:04:05.661000  got JOIN from n3, 77 bytes",
            "    -0.017000 s  03:04:05.661000  GATHER: token holder silent, promised epoch 6",
            "    -0.017000 s  03:04:05.661000  sent JOIN to n2, 80 bytes",
            "    -0.016000 s  03:04:05.662000  n3 suspected: silent for 400.0 ms",
            "    -0.015000 s  03:04:05.663000  COMMIT of epoch 7 with 2 members, which this one leads",
            "    -0.014000 s  03:04:05.664000  promised epoch 7 durably",
            "    -0.013000 s  03:04:05.665000  INSTALL epoch 7, primary, the winner's log ends at 100",
            "    -0.013000 s  03:04:05.665000    member 0 of that ring: n1",
            "    -0.013000 s  03:04:05.665000    member 1 of that ring: n2",
            "    -0.013000 s  03:04:05.665000  RECOVERY in epoch 7: log ends at 100, the winner's at 100",
            "    -0.012000 s  03:04:05.666000    <- n2 ACK horizon 90, logged 101, 32 bytes",
            "    -0.012000 s  03:04:05.666000  from n2: 1 packets, 32 bytes, logged 101, horizon 90",
            "    -0.012000 s  03:04:05.666000  log end 101, logged 101, stable 101",
            "    -0.012000 s  03:04:05.666000  OPERATIONAL in epoch 7: view at 101, log end 101",
            "    -0.012000 s  03:04:05.666000  view of epoch 7, seqno 55: 2 members",
            "    -0.011000 s  03:04:05.667000  token 2 passed to n2",
            "    -0.010000 s  03:04:05.668000  dropped ORDER from n2 (40)",
            "    -0.009000 s  03:04:05.669000  link to n3 is down"), String.join("\n", text(dump(20 * MS), Long.MAX_VALUE)));
    }

    @Test
    void packetsAreSummedAndTheLastOnesKeptOneByOne() throws Exception {
        box.peerUp(0, 0, B, "n2");
        for (int nth = 1; nth <= 1000; nth++) {
            box.packetIn(nth * 10_000, 0, packet, 0, flat(PacketType.ACK, nth, nth - 1));
        }
        assertEquals(List.of("linked to n2", "from n2: 499 packets, 15968 bytes, logged 499, horizon 498",
            "from n2: 500 packets, 16000 bytes, logged 999, horizon 998", "from n2: 1 packets, 32 bytes, logged 1000, horizon 999"),
            eventsAt(20 * MS));
        assertEquals(1000, dump(20 * MS).packets().remaining() / EventRing.RECORD_LENGTH);
    }

    /** While members gather they send each other nothing else. */
    @Test
    void whoSendsAJoinIsHeard() {
        box.peerUp(1 * MS, 0, B, "n2");
        packet.putByte(0, PacketType.JOIN);
        box.packetIn(2 * MS, 0, packet, 0, 77);
        assertEquals(2 * MS, box.heardNs(0));
    }

    @Test
    void sumsHaveTheTimeOfTheLastPacketInThem() throws Exception {
        box.peerUp(0, 0, B, "n2");
        box.packetIn(1 * MS, 0, packet, 0, flat(PacketType.ACK, 1, 1));
        box.trace(9_000 * MS, TraceEvent.PAUSE_SEEN, 8_000 * MS, 0, 0);
        final List<String> lines = text(dump(10_000 * MS), Long.MAX_VALUE);
        assertTrue(lines.contains("    -9.999000 s  03:03:55.679000  from n2: 1 packets, 32 bytes, logged 1, horizon 1"), lines::toString);
        assertEquals("    -1.000000 s  03:04:04.678000  this process was paused for 8000.0 ms", lines.getLast());
        assertEquals(lines.getLast(), text(dump(10_000 * MS), 2_000 * MS).getLast());
        assertFalse(text(dump(10_000 * MS), 2_000 * MS).stream().anyMatch(line -> line.contains("from n2")));
    }

    @Test
    void aFloodOfOneKindLeavesRoomForTheOthers() throws Exception {
        box.peerUp(0, 0, B, "n2");
        for (int nth = 0; nth < 1_000_000; nth++) {
            box.trace(1 * MS + nth, TraceEvent.PACKET_DROPPED, 99, 0, 5);
        }
        box.trace(8 * MS, TraceEvent.TOKEN_HELD, 7, 2, 100);
        assertEquals(List.of("linked to n2", "dropped packet of type 99 from n2 (5)", "dropped packet of type 99 from n2 (5)",
            "dropped packet of type 99 from n2 (5)", "dropped packet of type 99 from n2 (5)", "and 999996 more of PACKET_DROPPED",
            "token 2 held here from 100 on"), eventsAt(9 * MS));
    }

    @Test
    void theOldestMakeRoomAndMembersKeepTheirNames() throws Exception {
        box.peerUp(0, 0, B, "n2");
        final int events = 300_000;
        for (int nth = 1; nth <= events; nth++) {
            box.trace(nth * 10 * MS, TraceEvent.SUSPECTED, 0, nth * MS, 0);
        }
        final List<String> kept = eventsAt(events * 10 * MS);
        assertEquals(25 * 4096, kept.size());
        assertTrue(kept.size() >= 100_000);
        assertEquals("n2 suspected: silent for " + events + ".0 ms", kept.getLast());
        assertEquals("n2 suspected: silent for " + (events - kept.size() + 1) + ".0 ms", kept.getFirst());
    }

    @Test
    void aHandleThatSomebodyElseGotNamesEachAtItsTime() throws Exception {
        box.peerUp(0, 0, B, "n2");
        box.trace(1 * MS, TraceEvent.SUSPECTED, 0, MS, 0);
        box.peerDown(10 * MS, 0);
        box.peerUp(20 * MS, 0, C, "n3");
        box.trace(30 * MS, TraceEvent.SUSPECTED, 0, MS, 0);
        assertEquals(List.of("linked to n2", "n2 suspected: silent for 1.0 ms", "link to n2 is down", "linked to n3",
            "n3 suspected: silent for 1.0 ms"), eventsAt(40 * MS));
        assertEquals(0, box.peerLogged(0));
    }

    /** A record of any code and numbers is printed, and none throws: the file may be of another version, or damaged. */
    @Test
    void everyCodeAndAnyNumbersArePrinted() throws Exception {
        final EventRing ring = new EventRing(1);
        final long[] numbers = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 0x1234_5678_9ABC_DEF0L};
        for (int code = 0; code < BlackBoxEvent.CODES; code++) {
            for (final long number : numbers) {
                ring.add(code, 1, number, number, number);
            }
        }
        final ByteBuffer records = ByteBuffer.allocate(ring.size() * EventRing.RECORD_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        ring.copy(records);
        final BlackBoxDump whole = dump(1);
        final BlackBoxDump odd = new BlackBoxDump(WALL_MS, 1, "n1", "odd", whole.names(), whole.members(), List.of(),
            records.flip().order(ByteOrder.LITTLE_ENDIAN), whole.packets());
        assertEquals(2 + BlackBoxEvent.CODES * numbers.length, text(odd, Long.MAX_VALUE).size());
    }

    @Test
    void whatIsNoDumpIsSaidToBeNone() throws Exception {
        box.peerUp(0, 0, B, "n2");
        dump(1 * MS);
        final Path file = directory.resolve("blackbox.cbb");
        final byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            if (length >= whole.length - EventRing.RECORD_LENGTH) {
                assertEquals(0, BlackBoxDump.read(file).events().remaining(), "of a file cut at its end");
            } else {
                assertTrue(assertThrows(IOException.class, () -> BlackBoxDump.read(file)).getMessage().contains(file.toString()));
            }
        }
        Files.write(file, "something else altogether".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertTrue(assertThrows(IOException.class, () -> BlackBoxDump.read(file)).getMessage().endsWith("is no black box of this version"));
    }

    @Test
    void ofFailuresTheLastFourAreKept() throws Exception {
        for (int nth = 0; nth < 7; nth++) {
            BlackBoxFiles.writeFailure(directory, WALL_MS + nth * 1000L, BlackBoxDump.of(box, 0, WALL_MS, "n1", "failure " + nth,
                List.of()));
        }
        dump(1);
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of("blackbox-20260102T030408.678Z.cbb", "blackbox-20260102T030409.678Z.cbb",
                "blackbox-20260102T030410.678Z.cbb",
                "blackbox-20260102T030411.678Z.cbb", "blackbox.cbb"), files.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertEquals("failure 6", BlackBoxDump.read(directory.resolve("blackbox-20260102T030411.678Z.cbb")).reason());
    }

    @Test
    void anEventAllocatesNothing() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        box.peerUp(0, 0, B, "n2");
        final int length = flat(PacketType.ORDER, 5, 4);
        record(0, 300_000, length); // both rings are full, and the code is compiled
        final long before = threads.getCurrentThreadAllocatedBytes();
        record(300_000, 300_000, length);
        final long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 100_000, () -> "bytes for 1,200,000 events: " + allocated);
    }

    private void record(final int from, final int count, final int length) {
        for (int nth = from; nth < from + count; nth++) {
            final long nowNs = nth * 6 * MS;
            box.packetIn(nowNs, 0, packet, 0, length);
            box.packetOut(0, packet, 0, length);
            box.stable(nth);
            box.trace(nowNs, TraceEvent.TOKEN_SEEN, 7, nth, 0);
        }
    }
}

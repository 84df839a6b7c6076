// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import io.carillon.group.RingReport;
import io.carillon.group.blackbox.BlackBoxDump;
import io.carillon.group.blackbox.BlackBoxText;
import io.carillon.group.transport.LoopProbe;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import io.carillon.group.transport.tcp.Link;
import io.carillon.group.transport.tcp.MeshNode;
import io.netty.channel.SingleThreadEventLoop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole members over loopback in one process. The time limit only ends a test that hangs. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class GroupNodeTest {
    private static final TransportConfig LOOPBACK = MeshNode.loopback();

    @Test
    void oneMemberOrdersAlone() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK)) {
            a.join(true);
            a.awaitVoters(1);
            a.offer("a", 100, 40);
            a.until(() -> a.delivered.size() == 100);
            assertTrue(a.on(() -> a.node.log().endIndex()) >= 101);
        }
    }

    @Test
    void tenThousandEntriesFromAllMembersAreInOneOrderEverywhere() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK)) {
            three(a, b, c);
            a.offer("a", 4000, 400);
            b.offer("b", 3000, 40);
            c.offer("c", 3000, 2000);
            awaitDelivered(10_000, a, b, c);
            final List<String> order = a.on(() -> List.copyOf(a.delivered));
            assertEquals(10_000, order.size());
            assertEquals(10_000, new HashSet<>(order).size());
            assertEquals(order, b.on(() -> List.copyOf(b.delivered)));
            assertEquals(order, c.on(() -> List.copyOf(c.delivered)));
            assertOffersInTheirOrder(order);
        }
    }

    @Test
    void largeEntriesAreCarried() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK)) {
            three(a, b, c);
            a.offer("a", 30, 1 << 20);
            b.offer("b", 200, 40);
            c.offer("c", 30, 300_000);
            awaitDelivered(260, a, b, c);
            assertEquals(a.on(() -> List.copyOf(a.delivered)), b.on(() -> List.copyOf(b.delivered)));
            assertEquals(a.on(() -> List.copyOf(a.delivered)), c.on(() -> List.copyOf(c.delivered)));
        }
    }

    @Test
    void theOthersGoOnWhenOneDies() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK)) {
            three(a, b, c);
            a.offer("a", 3000, 100);
            b.offer("b", 3000, 100);
            c.offer("c", 3000, 100);
            a.until(() -> a.delivered.size() >= 1000);
            c.end();
            a.awaitVoters(2);
            b.awaitVoters(2);
            a.until(() -> a.delivered.stream().filter(s -> s.startsWith("a") || s.startsWith("b")).count() == 6000);
            b.until(() -> b.delivered.size() == a.on(a.delivered::size));
            final List<String> order = a.on(() -> List.copyOf(a.delivered));
            assertEquals(order, b.on(() -> List.copyOf(b.delivered)));
            assertOffersInTheirOrder(order);
            // What c was told is a prefix.
            assertEquals(order.subList(0, c.delivered.size()), c.delivered);
        }
    }

    @Test
    void whoDiesComesBackWithWhatItKept() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK)) {
            three(a, b, c);
            a.offer("a", 1000, 100);
            c.until(() -> c.delivered.size() >= 500);
            c.end();
            a.awaitVoters(2);
            a.offer("more", 1000, 100);
            a.until(() -> a.delivered.size() == 2000);
            try (TestNode again = new TestNode("c", LOOPBACK, c.log, c.kept())) {
                assertEquals(c.node.self(), again.node.self());
                again.join(false, a, b);
                again.awaitVoters(3);
                again.until(() -> again.delivered.size() == 2000);
                assertEquals(a.on(() -> List.copyOf(a.delivered)), again.on(() -> List.copyOf(again.delivered)));
            }
        }
    }

    @Test
    void aMemberLeavesAndJoinsAgainAsItself() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK)) {
            three(a, b, c);
            final MemberId id = c.on(c.node::self);
            for (int round = 0; round < 5; round++) {
                c.on(() -> {
                    c.node.leave();
                    return null;
                });
                c.await("left");
                assertEquals(0, c.on(c.node::port));
                a.awaitVoters(2);
                b.awaitVoters(2);
                a.offer("round" + round, 100, 100);
                final int expected = 100 * (round + 1);
                a.until(() -> a.delivered.size() == expected);
                c.join(false, a);
                c.awaitVoters(3);
                a.awaitVoters(3);
                c.until(() -> c.delivered.size() == expected);
                assertEquals(id, c.on(c.node::self));
            }
            assertEquals(a.on(() -> List.copyOf(a.delivered)), c.on(() -> List.copyOf(c.delivered)));
        }
    }

    @Test
    void withoutMajorityNothingIsTakenAndWithItEverythingGoesOn() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK)) {
            three(a, b, c);
            isolate(a, 2);
            a.await("not primary");
            assertFalse(a.on(() -> a.node.view().primary()));
            b.awaitVoters(2);
            a.offer("a", 1, 100);
            a.await("not taken -1");
            b.offer("b", 10, 100);
            c.until(() -> c.delivered.size() == 10);
            isolate(a, 0);
            a.until(() -> a.delivered.size() == 10);
            a.awaitVoters(3);
        }
    }

    /** Whoever offers again at the end of each pass must not make the loop go round for nothing else. */
    @Test
    void whatIsRefusedForNowCostsNoPassOfItsOwn() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK)) {
            three(a, b, c);
            final CountDownLatch goOn = new CountDownLatch(1);
            freeze(b, goOn);
            freeze(c, goOn);
            try {
                a.offer("a", 2000, 60_000);
                final SingleThreadEventLoop loop = (SingleThreadEventLoop) a.loop.eventLoop();
                a.until(() -> a.waitsForRoom() && loop.pendingTasks() == 0);
            } finally {
                goOn.countDown();
            }
        }
    }

    @Test
    void aLogThatTakesNoMoreStopsItsNodeAndNoOther() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK)) {
            three(a, b, c);
            a.log.full = true;
            b.offer("b", 100, 100);
            a.await("failed the log cannot be written");
            assertTrue(a.on(a.node::describe).contains("not joined"));
            assertTrue(a.delivered.isEmpty(), () -> "delivered without a log: " + a.delivered);
            b.until(() -> b.delivered.size() == 100);
            c.until(() -> c.delivered.size() == 100);
            b.awaitVoters(2);
        }
    }

    @Test
    void whoseInvariantBreaksLeavesItsLastEventsInAFile(@TempDir final Path failures) throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK)) {
            three(a, b, c);
            a.loop.execute(() -> a.node.failureDirectory(failures));
            a.log.contradictory = true;
            b.offer("b", 100, 100);
            a.await("failed planted contradiction");
            b.until(() -> b.delivered.size() == 100);
        }
        final List<Path> files;
        try (Stream<Path> found = Files.list(failures)) {
            files = found.toList();
        }
        assertEquals(1, files.size(), files::toString);
        final StringBuilder text = new StringBuilder();
        BlackBoxText.print(BlackBoxDump.read(files.getFirst()), Long.MAX_VALUE, text);
        assertTrue(text.toString().contains("invariant broken: planted contradiction"), text::toString);
        assertTrue(text.toString().contains("linked to b") && text.toString().contains("OPERATIONAL in epoch"), text::toString);
        assertTrue(text.toString().lines().anyMatch(line -> line.contains("<- b DATA offer") || line.contains("<- c ORDER")
            || line.contains("<- b ORDER")), text::toString);
    }

    @Test
    void theReportNamesLinksMembersHolderAndViews() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK)) {
            three(a, b, c);
            a.offer("a", 100, 100);
            awaitDelivered(100, a, b, c);
            a.until(() -> a.node.report().links().stream().allMatch(link -> link.roundTripUs() >= 0));
            a.until(() -> a.node.report().members().stream().allMatch(m -> m.logged() > 0 && m.loggedLag() == 0 && m.stableLag() == 0));
            final RingReport report = a.on(a.node::report);
            assertEquals("OPERATIONAL", report.state());
            assertEquals("group", report.cluster());
            assertEquals(Set.of("b", "c"), Set.copyOf(report.links().stream().map(RingReport.Link::node).toList()));
            assertTrue(report.links().stream().allMatch(link -> link.state().equals("UP") && link.used()
                && link.roundTripMaxUs() >= link.roundTripUs() && link.packetsOut() > 0 && link.packetsIn() > 0));
            assertEquals(List.of("a", "b", "c"), report.members().stream().map(RingReport.Member::name).sorted().toList());
            assertEquals(List.of(report.holder()),
                report.members().stream().filter(RingReport.Member::holder).map(RingReport.Member::name).toList());
            assertEquals(List.of("a"), report.members().stream().filter(RingReport.Member::self).map(RingReport.Member::name).toList());
            final RingReport.View first = report.views().getFirst();
            assertEquals(List.of("a"), first.came());
            assertEquals(3, report.views().getLast().members().size());
            assertTrue(report.totals().get("gathered") > 0 && !report.gathers().isEmpty());
            assertTrue(report.faults().isEmpty());
            c.on(() -> {
                c.node.abandon();
                return null;
            });
            a.awaitVoters(2);
            final RingReport without = a.on(a.node::report);
            assertEquals(List.of("c"), without.views().getLast().left());
            assertTrue(without.views().getLast().tookMs() >= 0);
            assertEquals("c", without.faults().getLast().node());
            assertEquals("connection closed by the other side", without.faults().getLast().why());
        }
    }

    /** Two sites: what the group orders is passed on at the other one, and nothing is lost when the one who does so dies. */
    @Test
    void payloadIsPassedOnAtTheOtherSiteAndARelayThatDiesLosesNothing() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK);
            TestNode d = new TestNode("d", LOOPBACK); TestNode e = new TestNode("e", LOOPBACK)) {
            for (final TestNode far : List.of(d, e)) {
                far.on(() -> {
                    far.node.segment(1);
                    return null;
                });
            }
            a.join(true);
            a.awaitVoters(1);
            for (final TestNode next : List.of(b, c, d, e)) {
                next.join(false, a);
            }
            for (final TestNode each : List.of(a, b, c, d, e)) {
                each.awaitVoters(5);
            }
            a.offer("a", 3000, 200);
            d.offer("d", 1000, 200);
            awaitDelivered(4000, a, b, c, d, e);
            final MemberId first = d.on(d.node::self).compareTo(e.on(e.node::self)) < 0 ? d.on(d.node::self) : e.on(e.node::self);
            final TestNode relay = first.equals(d.on(d.node::self)) ? d : e;
            final TestNode other = relay == d ? e : d;
            assertTrue(relay.on(relay.node::describe).stream().anyMatch(line -> line.startsWith("segment 1")
                && !line.contains(" 0 passed on")), relay::describe);
            a.offer("again", 3000, 200);
            a.until(() -> a.delivered.size() > 5000);
            relay.on(() -> {
                relay.node.abandon();
                return null;
            });
            awaitDelivered(7000, a, b, c, other);
            assertEquals(a.on(() -> List.copyOf(a.delivered)), other.on(() -> List.copyOf(other.delivered)));
        }
    }

    @Test
    void aReadBarrierIsAnswered() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK); TestNode b = new TestNode("b", LOOPBACK); TestNode c = new TestNode("c", LOOPBACK)) {
            three(a, b, c);
            final long barrier = c.on(c.node::barrier);
            assertTrue(barrier >= 0);
            c.await("barrier " + barrier);
        }
    }

    @Test
    void aPortThatIsTakenIsSaid() throws Exception {
        try (TestNode a = new TestNode("a", LOOPBACK)) {
            a.join(true);
            final TransportConfig c = LOOPBACK.withListen(new PeerAddress("127.0.0.1", a.port()));
            final TransportConfig impatient = new TransportConfig(c.listen(), c.advertised(), c.frameLengthMax(), c.controlPendingMax(),
                c.bulkPendingMax(), c.handshakeNs(), c.pingNs(), c.silentNs(), c.reconnectMinNs(), c.reconnectMaxNs(), c.forgetNs(), 0,
                c.unauthenticatedMax(), c.peersMax(), c.links(), null);
            try (TestNode b = new TestNode("b", impatient)) {
                b.on(() -> {
                    b.node.join("group", List.of(), true, -1, new byte[0]);
                    return null;
                });
                final String event = b.events.poll(60, TimeUnit.SECONDS);
                assertTrue(event != null && event.startsWith("failed cannot listen on 127.0.0.1:"), event);
            }
        }
    }

    private static void three(final TestNode a, final TestNode b, final TestNode c) throws Exception {
        a.join(true);
        a.awaitVoters(1);
        b.join(false, a);
        c.join(false, a, b);
        a.awaitVoters(3);
        b.awaitVoters(3);
        c.awaitVoters(3);
    }

    private static void awaitDelivered(final int count, final TestNode... nodes) throws Exception {
        for (final TestNode n : nodes) {
            if (!new LoopProbe(n.loop).until(() -> n.delivered.size() >= count)) {
                final StringBuilder all = new StringBuilder("delivered too little\n");
                for (final TestNode each : nodes) {
                    all.append(each.describe());
                }
                throw new AssertionError(all.toString());
            }
        }
    }

    private static void isolate(final TestNode n, final int mode) throws Exception {
        n.on(() -> {
            n.node.isolate(mode);
            return null;
        });
    }

    private static void freeze(final TestNode n, final CountDownLatch goOn) {
        n.loop.execute(() -> {
            try {
                assertTrue(goOn.await(LoopProbe.HANG_S, TimeUnit.SECONDS));
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void assertOffersInTheirOrder(final List<String> order) {
        for (final String origin : List.of("a", "b", "c")) {
            int next = 0;
            for (final String text : order) {
                if (text.startsWith(origin + "-")) {
                    assertEquals(origin + "-" + next, text.replace(".", ""));
                    next++;
                }
            }
        }
    }
}

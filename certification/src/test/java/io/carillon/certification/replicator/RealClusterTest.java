// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.View;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three whole nodes in one process: real rings over loopback, logs on disk, replicators, toy servers. The time limit
 * only ends a test that hangs.
 */
@Timeout(120)
class RealClusterTest {
    @TempDir
    private Path directory;
    private final ServerNames names = new ServerNames();
    private final List<RealNode> running = new ArrayList<>();
    private RealNode a;
    private RealNode b;
    private RealNode c;

    @AfterEach
    void stop() throws Exception {
        for (final RealNode node : running) {
            node.kill();
        }
    }

    private RealNode start(final String name, final String url, final RealNode before) throws Exception {
        final int port = before == null ? 0 : before.port();
        final RealNode node = new RealNode(name, port, new UUID(name.hashCode(), System.nanoTime()), directory.resolve(name),
            before == null ? null : before.server, names);
        running.add(node);
        node.on(() -> node.server.connect(url));
        return node;
    }

    private void startThree() throws Exception {
        a = start("a", "gcomm://", null);
        synced(a);
        b = start("b", url(a), null);
        c = start("c", url(a), null);
        synced(b);
        synced(c);
    }

    private static String url(final RealNode node) throws Exception {
        return "gcomm://127.0.0.1:" + node.port();
    }

    private static void synced(final RealNode node) throws Exception {
        node.until(() -> node.server.state == NodeState.SYNCED);
    }

    private void agree(final RealNode... nodes) throws Exception {
        final long call = nodes[0].on(() -> {
            nodes[0].server.replicator.syncPoint(++nodes[0].server.call);
            return nodes[0].server.call;
        });
        nodes[0].until(() -> nodes[0].server.results.containsKey(call));
        final long upTo = nodes[0].on(() -> Long.parseLong(nodes[0].server.results.get(call).substring("sync ".length())));
        assertTrue(upTo > 0);
        for (final RealNode node : nodes) {
            node.until(() -> node.server.position.seqno() >= upTo);
        }
        final String rows = nodes[0].on(() -> nodes[0].server.rows.toString());
        for (final RealNode node : nodes) {
            assertEquals(rows, node.on(() -> node.server.rows.toString()), node.name);
        }
    }

    private static void load(final int count, final long seed, final RealNode... nodes) throws Exception {
        final Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            final RealNode node = nodes[random.nextInt(nodes.length)];
            final String row = "r" + random.nextInt(50);
            final String value = "v" + seed + "-" + i;
            node.on(() -> node.server.write(row, value));
        }
        for (final RealNode node : nodes) {
            final long last = node.on(() -> node.server.call);
            node.until(() -> node.server.answered(last));
        }
    }

    @Test
    void threeNodesWriteAndAgree() throws Exception {
        startThree();
        load(600, 1, a, b, c);
        agree(a, b, c);
        assertEquals(3, a.on(() -> a.server.view.members().size()));
        assertEquals(3, a.on(() -> a.server.replicator.members().stream().mapToInt(MemberState::weight).sum()));
    }

    @Test
    void aKilledNodeComesBackFromItsLog() throws Exception {
        startThree();
        load(100, 2, a, b, c);
        c.kill();
        running.remove(c);
        a.until(() -> a.server.view.members().size() == 2);
        load(200, 3, a, b);
        final RealNode again = start("c", url(a), c);
        synced(again);
        load(100, 4, a, b, again);
        agree(a, b, again);
        assertFalse(again.on(() -> again.server.events.contains("state request needed")), again.server.events.toString());
    }

    @Test
    void leaveAndComeBackUnderLoad() throws Exception {
        startThree();
        for (int i = 0; i < 3; i++) {
            load(50, 10 + i, a, b, c);
            b.on(() -> {
                b.server.replicator.disconnect(++b.server.call);
                return null;
            });
            b.until(() -> b.server.events.getLast().equals("final"));
            load(50, 20 + i, a, c);
            b.on(() -> b.server.connect(url(a)));
            synced(b);
            agree(a, b, c);
        }
    }

    @Test
    void largeWriteSetsTravelInFragments() throws Exception {
        a = start("a", "gcomm://", null);
        synced(a);
        b = start("b", url(a), null);
        synced(b);
        final String value = "0123456789abcdef".repeat(200_000);
        final long call = a.on(() -> a.server.writeLarge("big", value, 256 << 10));
        a.until(() -> a.server.results.containsKey(call));
        assertEquals("commit", a.on(() -> a.server.results.get(call)));
        agree(a, b);
        assertEquals(value.length(), b.on(() -> b.server.rows.get("big").length()));
    }

    private void overrides(final boolean ignoreSplitBrain) throws Exception {
        for (final RealNode node : running) {
            node.on(() -> {
                node.group.overrides(ignoreSplitBrain, false);
                return null;
            });
        }
    }

    /** By an operator's word both halves go on, and write; then they meet. */
    @Test
    void ofTwoDivergedHistoriesTheLoserStartsOverFromASnapshot() throws Exception {
        a = start("a", "gcomm://", null);
        synced(a);
        b = start("b", url(a), null);
        synced(b);
        load(20, 5, a, b);
        agree(a, b);
        overrides(true);
        b.isolate(1);
        for (final RealNode node : List.of(a, b)) {
            node.until(() -> node.server.view.members().size() == 1 && node.server.view.status() == View.Status.PRIMARY);
            synced(node);
        }
        load(30, 6, a);
        load(10, 7, b);
        assertNotEquals(a.on(() -> a.server.rows.toString()), b.on(() -> b.server.rows.toString()));
        overrides(false);
        for (final RealNode node : List.of(a, b)) {
            node.on(() -> node.server.write("late", node.name));
        }
        b.isolate(0);
        for (final RealNode node : List.of(a, b)) {
            node.on(() -> node.server.write("later", node.name));
            node.until(() -> node.failed() || node.server.view.members().size() == 2);
            assertFalse(node.on(node::failed), node.server.events.toString());
        }
        synced(a);
        synced(b);
        load(20, 8, a, b);
        agree(a, b);
        for (final RealNode node : List.of(a, b)) {
            node.until(() -> node.server.answered(node.server.call));
        }
        final long asked = a.on(() -> a.server.events.stream().filter("state request needed"::equals).count())
            + b.on(() -> b.server.events.stream().filter("state request needed"::equals).count());
        assertEquals(2, asked, "b's first one, and the loser's");
    }

    @Test
    void aFounderContinuesTheHistoryOfItsDataAndOthersJoinIt() throws Exception {
        final Gtid kept = new Gtid(UUID.fromString("0f8f2c4e-5a3b-4c1d-9e7f-112233445566"), 123_456);
        Files.createDirectories(directory.resolve("a"));
        Files.writeString(directory.resolve("a").resolve("grastate.dat"),
            "uuid: " + kept.uuid() + "\nseqno: 123456\nsafe_to_bootstrap: 1\n");
        final ToyServer before = new ToyServer("a", new UUID(1, 1), Runnable::run, names);
        before.position = kept;
        before.rows.put("kept", "1");
        a = new RealNode("a", 0, new UUID("a".hashCode(), System.nanoTime()), directory.resolve("a"), before, names);
        running.add(a);
        a.on(() -> a.server.connect("gcomm://"));
        synced(a);
        assertEquals(kept.uuid(), a.on(() -> a.server.position.uuid()));
        load(20, 9, a);
        b = start("b", url(a), null);
        synced(b);
        load(50, 10, a, b);
        agree(a, b);
        assertEquals("1", b.on(() -> b.server.rows.get("kept")));
        b.kill();
        running.remove(b);
        a.until(() -> a.server.view.status() == View.Status.NON_PRIMARY || a.server.view.members().size() == 1);
        b = start("b", url(a), b);
        synced(b);
        synced(a);
        load(50, 11, a, b);
        agree(a, b);
        assertFalse(b.on(() -> b.server.events.contains("state request needed")), b.server.events.toString());
    }
}

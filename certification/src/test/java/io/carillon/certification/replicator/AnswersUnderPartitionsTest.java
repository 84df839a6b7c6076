// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.View;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three whole nodes write to the same few rows while one after the other is cut off, in silence or with its connections closed. What was
 * answered with a conflict (1213) or refused (1047) is found nowhere afterwards, not even under a later change of its row; what was
 * answered with a commit is found everywhere; and nothing stays without an answer. The time limit only ends a test that hangs.
 */
@Timeout(120)
class AnswersUnderPartitionsTest {
    private static final int ROUNDS = 6;
    private static final int OPEN_MAX = 8;

    @TempDir
    private Path directory;
    private final ServerNames names = new ServerNames();
    private final List<RealNode> nodes = new ArrayList<>();
    private final Random random = new Random(1);
    private int writes;

    @AfterEach
    void stop() throws Exception {
        for (final RealNode node : nodes) {
            node.kill();
        }
    }

    private void start(final String name) throws Exception {
        final String url = nodes.isEmpty() ? "gcomm://" : "gcomm://127.0.0.1:" + nodes.getFirst().port();
        final RealNode node = new RealNode(name, 0, new UUID(name.hashCode(), 1), directory.resolve(name), null, names);
        nodes.add(node);
        node.on(() -> node.server.connect(url));
        node.until(() -> node.server.state == NodeState.SYNCED);
    }

    /** One more change at each node that is not waiting for too many. */
    private void write() throws Exception {
        for (final RealNode node : nodes) {
            final String value = "v" + ++writes;
            final String row = "r" + random.nextInt(5);
            node.on(() -> node.server.open() < OPEN_MAX ? node.server.write(row, value) : 0);
        }
    }

    private void writeUntil(final Condition condition) throws Exception {
        while (!condition.holds()) {
            write();
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static boolean isPrimary(final RealNode node, final int members) throws Exception {
        return node.on(() -> node.server.view.status() == View.Status.PRIMARY && node.server.view.members().size() == members
            && node.server.state == NodeState.SYNCED);
    }

    private boolean areAllBack() throws Exception {
        for (final RealNode node : nodes) {
            if (!isPrimary(node, nodes.size())) {
                return false;
            }
        }
        return true;
    }

    @Test
    void nothingRefusedIsFoundAndEverythingCommittedIs() throws Exception {
        for (final String name : List.of("a", "b", "c")) {
            start(name);
        }
        writeUntil(this::areAllBack);
        for (int round = 0; round < ROUNDS; round++) {
            final RealNode lone = nodes.get(round % nodes.size());
            final RealNode other = nodes.get((round + 1) % nodes.size());
            lone.isolate(1 + round / nodes.size() % 2);
            writeUntil(() -> lone.on(() -> lone.server.view.status() == View.Status.NON_PRIMARY) && isPrimary(other, 2));
            lone.isolate(0);
            writeUntil(this::areAllBack);
        }
        for (final RealNode node : nodes) {
            node.until(() -> node.server.open() == 0);
        }
        final long end = nodes.getFirst().on(() -> nodes.getFirst().server.position.seqno());
        for (final RealNode node : nodes) {
            node.until(() -> node.server.position.seqno() >= end);
            assertFalse(node.on(node::failed), node.server.events.toString());
            assertFalse(node.on(() -> node.server.applied.isEmpty()), "everybody applies");
        }
        check();
    }

    private void check() throws Exception {
        final List<Set<String>> applied = new ArrayList<>();
        for (final RealNode node : nodes) {
            applied.add(node.on(() -> Set.copyOf(node.server.applied)));
        }
        final TreeMap<String, Integer> answers = new TreeMap<>();
        for (final RealNode node : nodes) {
            for (final Map.Entry<String, String> each : node.on(node.server::answers).entrySet()) {
                final String answer = each.getValue();
                answers.merge(answer, 1, Integer::sum);
                // A client is not told of an unknown fate: its connection breaks.
                for (int at = 0; at < nodes.size() && !answer.equals(RejectReason.FATE_UNKNOWN.name()); at++) {
                    final String where = " at " + nodes.get(at).name;
                    assertEquals(answer.equals("commit"), applied.get(at).contains(each.getKey()), () -> each + where);
                }
            }
        }
        assertTrue(answers.getOrDefault("commit", 0) > 0 && answers.getOrDefault("conflict", 0) > 0
            && answers.getOrDefault(RejectReason.NOT_PRIMARY.name(), 0) > 0, () -> "all kinds of answers were met: " + answers);
    }
}

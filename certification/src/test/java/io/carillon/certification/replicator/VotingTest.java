// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Votes on the result of applying. */
class VotingTest {
    private final ToyCluster cluster = new ToyCluster();

    @Test
    void whoIsAloneWithAnErrorIsInconsistent() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final ToyServer c = cluster.joined("c");
        a.write("x", "1");
        cluster.settle();
        b.replicator.vote(a.position.seqno(), 0x77, "duplicate key");
        cluster.settle();
        assertTrue(b.events.stream().anyMatch(e -> e.startsWith("inconsistent") && e.contains("duplicate key")), b.events.toString());
        assertFalse(a.events.stream().anyMatch(e -> e.startsWith("inconsistent")));
        assertFalse(c.events.stream().anyMatch(e -> e.startsWith("inconsistent")));
        assertEquals(2, a.view.members().size());
    }

    @Test
    void aCommonErrorIsNoInconsistency() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final ToyServer c = cluster.joined("c");
        a.write("x", "1");
        cluster.settle();
        for (final ToyServer server : List.of(a, b, c)) {
            server.replicator.vote(a.position.seqno(), 0x77, "no such table");
        }
        cluster.settle();
        for (final ToyServer server : List.of(a, b, c)) {
            assertFalse(server.events.stream().anyMatch(e -> e.startsWith("inconsistent")), server.name);
        }
    }

    @Test
    void whoAppliesLateWhatTheOthersCouldNotIsInconsistent() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final ToyServer c = cluster.joined("c");
        c.full = true;
        a.write("x", "1");
        cluster.settle();
        final long seqno = a.position.seqno();
        a.replicator.vote(seqno, 0x77, "no such table");
        b.replicator.vote(seqno, 0x77, "no such table");
        cluster.settle();
        assertFalse(c.events.stream().anyMatch(e -> e.startsWith("inconsistent")));
        c.full = false;
        c.replicator.progress(c.position.seqno(), 0);
        assertTrue(c.events.stream().anyMatch(e -> e.startsWith("inconsistent")), c.events.toString());
    }

    /** It was away when the others decided, and its process knows nothing of that. */
    @ParameterizedTest
    @CsvSource({"0, 0x77, true", "0x77, 0x77, false", "0x77, 0x78, true"})
    void whoVotesAfterTheDecisionIsToldIt(final String groups, final String late, final boolean leaves, @TempDir final Path dir) {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final ToyServer d = cluster.joined("d");
        final ToyServer c = cluster.server("c").attach(dir);
        c.connect("gcomm://a");
        cluster.settle();
        c.full = true;
        a.write("x", "1");
        cluster.settle();
        final long seqno = a.position.seqno();
        assertEquals(seqno - 1, c.position.seqno());
        cluster.crash(c.group);
        cluster.settle();
        a.replicator.vote(seqno, 0x77, "no such table");
        for (final ToyServer server : List.of(b, d)) {
            server.replicator.vote(seqno, Long.decode(groups), "no such table");
        }
        cluster.settle();
        assertEquals(Long.decode(groups) == 0, isInconsistent(a), "outvoted");
        final ToyServer again = cluster.restarted(c).attach(dir);
        again.connect("gcomm://b");
        cluster.settle();
        assertTrue(again.position.seqno() > seqno, "given what it missed");
        assertFalse(isInconsistent(again));
        again.replicator.vote(seqno, Long.decode(late), "late");
        cluster.settle();
        assertEquals(leaves, isInconsistent(again), again.events.toString());
        for (final ToyServer server : List.of(b, d)) {
            assertFalse(isInconsistent(server), server.name);
            assertEquals(leaves, !server.view.members().stream().anyMatch(member -> member.name().equals("c")), server.name);
        }
    }

    /**
     * Its tables are behind what it could not apply. Started anew before the group's result is known, it must not go on from
     * there; when the others failed as well, it may.
     */
    @Test
    void whoEndsBeforeItsVoteIsDecidedWantsASnapshot(@TempDir final Path dir) throws Exception {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final ToyServer c = cluster.server("c").attach(dir);
        c.connect("gcomm://a");
        cluster.settle();
        a.write("x", "1");
        cluster.settle();
        final String group = a.position.uuid().toString();
        for (final ToyServer server : List.of(a, b, c)) {
            server.replicator.vote(a.position.seqno(), 0x77, "no such table");
        }
        assertTrue(saved(dir).contains("uuid:    " + Gtid.UNDEFINED_UUID + "\nseqno:   -1\n"), saved(dir));
        cluster.settle();
        assertTrue(saved(dir).contains("uuid:    " + group + "\nseqno:   -1\n"), saved(dir));
        a.write("x", "2");
        cluster.settle();
        c.replicator.vote(a.position.seqno(), 0x77, "the table is full");
        cluster.crash(c.group);
        cluster.settle();
        final ToyServer again = cluster.restarted(c).attach(dir);
        again.connect("gcomm://a");
        cluster.settle();
        assertTrue(again.events.contains("state request needed"), again.events.toString());
        assertEquals(a.rows, again.rows);
        assertTrue(saved(dir).contains("uuid:    " + group + "\nseqno:   -1\n"), saved(dir));
    }

    /** The server goes on, and its sidecar is another one: what is in doubt stays so until the votes came again. */
    @Test
    void theDoubtOutlivesASidecar(@TempDir final Path dir) throws Exception {
        final ToyServer a = cluster.seed();
        cluster.joined("b");
        final ToyServer c = cluster.server("c").attach(dir);
        c.connect("gcomm://a");
        cluster.settle();
        a.write("x", "1");
        cluster.settle();
        c.replicator.vote(a.position.seqno(), 0x77, "the table is full");
        cluster.crash(c.group);
        cluster.settle();
        final ToyServer again = cluster.restarted(c);
        again.attachRunning(dir);
        again.reconnect();
        assertTrue(saved(dir).contains("uuid:    " + Gtid.UNDEFINED_UUID), saved(dir));
        cluster.settle();
        assertFalse(again.events.contains("state request needed"), again.events.toString());
        assertEquals(NodeState.SYNCED, again.state);
        a.write("x", "2");
        cluster.settle();
        // Its provider had nothing to say again, before it was through with the view.
        assertTrue(saved(dir).contains("uuid:    " + a.position.uuid()), saved(dir));
    }

    private static String saved(final Path dir) throws IOException {
        return Files.readString(dir.resolve("grastate.dat"));
    }

    private static boolean isInconsistent(final ToyServer server) {
        return server.events.stream().anyMatch(e -> e.startsWith("inconsistent"));
    }

    /** {@code gcs.vote_policy=1}: one success outvotes any number of errors. */
    @Test
    void byPolicyFewSuccessesOutvoteTheMajority() {
        final ToyServer a = cluster.seed();
        final ToyServer b = cluster.joined("b");
        final ToyServer c = cluster.joined("c");
        final ReplicatorConfig d = ToyCluster.CONFIG;
        for (final ToyServer server : List.of(a, b, c)) {
            server.replicator.configure(new ReplicatorConfig(d.certifier(), d.segment(), d.writeSetMax(), d.waitPrimaryNs(), d.fateNs(), 1,
                d.flow()));
        }
        c.full = true;
        a.write("x", "1");
        cluster.settle();
        final long seqno = a.position.seqno();
        a.replicator.vote(seqno, 0x77, "no such table");
        b.replicator.vote(seqno, 0x77, "no such table");
        cluster.settle();
        assertEquals(3, c.view.members().size());
        assertFalse(a.events.stream().anyMatch(e -> e.startsWith("inconsistent")), "one that may succeed has not voted");
        c.full = false;
        c.replicator.progress(c.position.seqno(), 0);
        cluster.settle();
        assertFalse(c.events.stream().anyMatch(e -> e.startsWith("inconsistent")), c.events.toString());
        for (final ToyServer server : List.of(a, b)) {
            assertTrue(server.events.stream().anyMatch(e -> e.startsWith("inconsistent") && e.contains("result is success")), server.name);
        }
    }
}

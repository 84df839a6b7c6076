// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.WsrepStatus;
import java.io.EOFException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Frames of a session, both ways. */
final class ProviderSessionTest extends SessionFixture {
    @Test
    void aVerdictAnswersTheOriginAndTheOthersGetTheWriteSet() throws Exception {
        try (FakeProvider a = connect(0, A); FakeProvider b = connect(1, B)) {
            a.next(Frames.SYNCED);
            b.next(Frames.STATE_REQUEST);
            b.send(new FrameBuilder(Frames.SST_REQUEST, 0).i32(0).str("rsync\0here\0").uuid(Gtid.UNDEFINED_UUID).i64(-1));
            final FrameReader donate = a.next(Frames.DONATE);
            assertEquals(2, donate.i64());
            assertEquals(cluster.group.uuid, donate.uuid());
            assertEquals(0, donate.u8());
            assertEquals("rsync\0here\0", donate.str());
            donate.end();
            b.send(new FrameBuilder(Frames.SST_RECEIVED, 2).uuid(cluster.group.uuid).i64(2).i32(0));
            b.next(Frames.SYNCED);
            final byte[] data = {1, 2, 3};
            a.send(certify(9, 2, FrameBuilder.writeSet(PLAIN, 77, 2, 5, data)));
            final FrameReader verdict = a.next(Frames.VERDICT);
            assertEquals(9, verdict.id());
            assertEquals(3, verdict.i64());
            assertEquals(2, verdict.i64());
            assertEquals(0, verdict.i32());
            assertEquals(-1, verdict.i64());
            verdict.end();
            final FrameReader set = b.next(Frames.WRITE_SET);
            assertEquals(3, set.i64());
            assertEquals(2, set.i64());
            assertEquals(PLAIN, set.i32());
            assertEquals(1, set.i32());
            assertEquals(A, set.uuid());
            assertEquals(77, set.i64());
            assertEquals(7, set.i64());
            assertEquals(3, set.i64());
            final byte[] got = new byte[set.remaining()];
            set.buffer().getBytes(set.position(), got);
            assertArrayEquals(data, got);
            b.send(certify(10, 2, FrameBuilder.writeSet(PLAIN, 78, 2, 5, data)));
            final FrameReader conflict = b.next(Frames.VERDICT);
            assertEquals(4, conflict.i64());
            assertEquals(3, conflict.i64());
            assertEquals(1, conflict.i32());
            assertEquals(3, conflict.i64());
            final FrameReader dummy = a.next(Frames.WRITE_SET);
            assertEquals(4, dummy.i64());
            dummy.i64();
            dummy.i32();
            assertEquals(0, dummy.i32());
        }
    }

    @Test
    void theFirstViewNamesTheMemberAndComesAfterWelcome() throws Exception {
        try (FakeProvider a = connect(0, A)) {
            final FrameReader view = a.next(Frames.VIEW);
            assertEquals(Frames.VIEW_CONNECTED, view.flags());
            assertEquals(1, view.i64());
            assertEquals(cluster.group.uuid, view.uuid());
            assertEquals(1, view.i64());
            assertEquals(0, view.i32());
            assertEquals(Frames.CAPABILITIES, view.i32());
            assertEquals(0, view.i32());
            assertEquals(4, view.i32());
            assertEquals(1, view.i32());
            assertEquals(A, view.uuid());
            assertEquals("n0", view.str());
            assertEquals("127.0.0.1:3306", view.str());
            view.end();
            final FrameReader state = a.next(Frames.STATE);
            assertEquals(NodeState.SYNCED.code(), state.i32());
        }
    }

    @Test
    void aLargeWriteSetIsCutBothWays() throws Exception {
        try (FakeProvider a = connect(0, A); FakeProvider b = connect(1, B)) {
            b.next(Frames.STATE_REQUEST);
            b.send(new FrameBuilder(Frames.SST_RECEIVED, 2).uuid(cluster.group.uuid).i64(2).i32(0));
            b.next(Frames.SYNCED);
            final byte[] data = new byte[600_000];
            new java.util.SplittableRandom(1).nextBytes(data);
            final byte[] whole = FrameBuilder.writeSet(PLAIN, 1, 2, 5, data);
            final int header = 64;
            int number = 0;
            for (int at = header; at < whole.length; at += Frames.PART_LENGTH_MAX) {
                final byte[] part = Arrays.copyOfRange(whole, at, Math.min(whole.length, at + Frames.PART_LENGTH_MAX));
                a.send(new FrameBuilder(Frames.WS_FRAGMENT, 5).i32(number++).i32(0).raw(part));
            }
            a.send(certify(5, 2, Arrays.copyOf(whole, header)));
            for (int i = 0; i < number; i++) {
                final FrameReader done = a.next(Frames.FRAGMENT_DONE);
                assertEquals(5, done.id());
                assertEquals(i, done.i32());
            }
            assertEquals(5, a.next(Frames.VERDICT).id());
            final FrameReader first = b.next(Frames.WRITE_SET);
            final byte[] got = new byte[data.length];
            int have = 0;
            first.i64();
            first.i64();
            first.i64();
            first.uuid();
            first.i64();
            first.i64();
            assertEquals(data.length, first.i64());
            while (true) {
                final FrameReader part = have == 0 ? first : b.next();
                assertEquals(have == 0 ? Frames.WRITE_SET : Frames.WRITE_SET_PART, part.type());
                part.buffer().getBytes(part.position(), got, have, part.remaining());
                have += part.remaining();
                if (have == data.length) {
                    break;
                }
            }
            assertArrayEquals(data, got);
        }
    }

    @Test
    void fiveFragmentsWithoutAnAnswerEndTheSession() throws Exception {
        try (FakeProvider a = greet(0, A, "n0", Gtid.UNDEFINED, -1)) {
            final ProviderFeed feed = new ProviderFeed(null);
            for (int i = 0; i < 4; i++) {
                feed.fragmentOpened(5);
            }
            feed.fragmentOpened(6);
            assertThrows(FrameFormatException.class, () -> feed.fragmentOpened(5));
            a.send(new FrameBuilder(Frames.WS_FRAGMENT, 5).i32(-1).i32(0).u8(0));
            assertTrue(a.next(Frames.LOG).remaining() > 0);
            assertThrows(EOFException.class, a::next);
        }
    }

    @Test
    void theFeedStopsAtTheCreditAndGoesOnWithProgress() throws Exception {
        try (FakeProvider a = connect(0, A); FakeProvider b = connect(1, B)) {
            b.next(Frames.STATE_REQUEST);
            b.send(new FrameBuilder(Frames.SST_RECEIVED, 2).uuid(cluster.group.uuid).i64(2).i32(0));
            b.next(Frames.SYNCED);
            final byte[] data = new byte[200_000];
            final int count = 200;
            for (int i = 0; i < count; i++) {
                a.send(certify(100 + i, 2, FrameBuilder.writeSet(PLAIN, i, 2, 1000 + i, data)));
                a.next(Frames.VERDICT);
            }
            final long unread = cluster.onLoop(() -> cluster.servers.get(1).session().unconsumedBytes());
            assertTrue(unread > 0 && unread < Frames.FEED_CREDIT / 2, "kept for a server that does not read: " + unread);
            int got = 0;
            while (got < Frames.FEED_CREDIT / data.length) {
                b.next(Frames.WRITE_SET);
                got++;
            }
            final long unconsumed = cluster.onLoop(() -> cluster.servers.get(1).session().unconsumedBytes());
            assertTrue(unconsumed > Frames.FEED_CREDIT - 2 * data.length && unconsumed < Frames.FEED_CREDIT + 2 * data.length,
                "unconsumed " + unconsumed);
            b.send(new FrameBuilder(Frames.PROGRESS, 0).i64(2).i64(unconsumed).i32(0));
            while (got < count) {
                b.next(Frames.WRITE_SET);
                got++;
            }
            b.send(new FrameBuilder(Frames.PROGRESS, 0).i64(2 + count).i64(Long.MAX_VALUE).i32(0));
            assertTrue(b.next(Frames.LOG).remaining() > 0, "more consumed than sent");
            assertThrows(EOFException.class, b::next);
        }
    }

    @Test
    void everyOtherCallIsAnswered() throws Exception {
        try (FakeProvider a = connect(0, A)) {
            a.next(Frames.SYNCED);
            a.send(new FrameBuilder(Frames.SYNC_POINT, 21));
            assertResult(a, 21, WsrepStatus.OK, 1);
            a.send(new FrameBuilder(Frames.DESYNC, 22).u8(1));
            assertResult(a, 22, WsrepStatus.OK, 0);
            a.send(new FrameBuilder(Frames.OPTION_SET, 23).str("unknown = 1"));
            assertResult(a, 23, WsrepStatus.WARNING, 0);
            a.send(new FrameBuilder(Frames.PAUSE, 0).u8(1));
            a.send(new FrameBuilder(Frames.ISOLATE, 0).i32(1));
            a.send(new FrameBuilder(Frames.VOTE, 0).i64(1).i64(99).str("duplicate key"));
            a.send(new FrameBuilder(Frames.WITHDRAW, 8));
            cluster.onLoop(() -> {
                cluster.nodes.get(0).allowList.ask(77, "10.0.0.1");
                return null;
            });
            final FrameReader peer = a.next(Frames.PEER);
            assertEquals(77, peer.id());
            assertEquals("10.0.0.1", peer.str());
            peer.end();
            a.send(new FrameBuilder(Frames.PEER_ANSWER, 77).u8(1));
            a.send(new FrameBuilder(Frames.STATUS, 24));
            final FrameReader status = a.next(Frames.STATUS_REPLY);
            assertEquals(24, status.id());
            assertEquals(3, status.i32());
            assertEquals("cluster_weight", status.str());
            assertEquals(1, status.u8());
            assertEquals(1, status.i64());
            assertEquals("flow_control_paused", status.str());
            assertEquals(2, status.u8());
            assertEquals(0.5, Double.longBitsToDouble(status.i64()));
            assertEquals("gcomm_uuid", status.str());
            assertEquals(0, status.u8());
            assertEquals(cluster.group.uuid.toString(), status.str());
            status.end();
            a.send(new FrameBuilder(Frames.DISCONNECT, 25));
            a.next(Frames.FINAL);
            assertResult(a, 25, WsrepStatus.OK, 0);
            final var events = cluster.onLoop(() -> java.util.List.copyOf(cluster.nodes.get(0).events));
            assertTrue(events.containsAll(java.util.List.of("desync true", "options unknown = 1", "pause true", "isolate 1",
                "vote 1 99 duplicate key", "withdraw 8", "peer 77 true")), events.toString());
        }
    }

    @Test
    void linesForTheServersLogComeAsFrames() throws Exception {
        try (FakeProvider a = greet(0, A, "n0", Gtid.UNDEFINED, -1)) {
            assertTrue(cluster.onLoop(() -> cluster.servers.get(0).log(ServerLogLevel.WARN, "careful")));
            final FrameReader line = a.next(Frames.LOG);
            assertEquals(2, line.i32());
            assertEquals("careful", line.str());
            assertFalse(cluster.onLoop(() -> cluster.servers.get(1).log(ServerLogLevel.WARN, "nobody")));
        }
    }
}

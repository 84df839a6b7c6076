// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.WsrepStatus;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.nio.NioIoHandler;
import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** Who gets a session on the socket, and who does not. */
final class SessionAdmissionTest extends SessionFixture {
    @Test
    void theSocketIsForItsOwnerOnly() throws Exception {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(cluster.sockets.get(0))));
        try (var files = Files.list(directory)) {
            assertEquals(2, files.count(), "nothing but the sockets is left in the directory");
        }
    }

    @Test
    void aNewConnectionOfTheSameSessionReplacesTheOldOneAndGetsWhatIsMissing() throws Exception {
        try (FakeProvider old = connect(0, A)) {
            old.next(Frames.SYNCED);
            old.send(certify(9, 1, FrameBuilder.writeSet(PLAIN, 77, 1, 5, new byte[3])));
            old.next(Frames.VERDICT);
            try (FakeProvider replacement = greet(0, A, "n0", new Gtid(cluster.group.uuid, 1), 1, 9, 10)) {
                final FrameReader rejected = replacement.next(Frames.REJECTED);
                assertEquals(10, rejected.id());
                assertEquals(WsrepStatus.CONN_FAIL.code(), rejected.i32());
                final FrameReader verdict = replacement.next(Frames.VERDICT);
                assertEquals(9, verdict.id());
                assertEquals(2, verdict.i64());
                assertThrows(EOFException.class, () -> old.next(Frames.LOG));
            }
        }
    }

    @Test
    void anotherServerIsRefusedWhileTheFirstLives() throws Exception {
        try (FakeProvider a = greet(0, A, "n0", Gtid.UNDEFINED, -1); FakeProvider other = new FakeProvider(cluster.sockets.get(0))) {
            other.send(FrameBuilder.hello(B, "other", "", Gtid.UNDEFINED_UUID, -1, -1));
            final FrameReader welcome = other.next();
            assertEquals(WsrepStatus.NODE_FAIL.code(), welcome.i32());
            final String message = welcome.str();
            assertTrue(message.contains("/data/n0") && message.contains("carillon.sidecar"), message);
            assertThrows(EOFException.class, other::next);
            a.send(new FrameBuilder(Frames.STATUS, 1));
            assertEquals(1, a.next(Frames.STATUS_REPLY).id(), "the first one's session goes on");
        }
    }

    @Test
    void badOptionsAreRefusedWithTheReason() throws Exception {
        cluster.onLoop(() -> cluster.nodes.get(0).refusal = "unknown option 'gcs.fc_limti', did you mean 'gcs.fc_limit'?");
        try (FakeProvider a = new FakeProvider(cluster.sockets.get(0))) {
            a.send(FrameBuilder.hello(A, "n0", "gcs.fc_limti=1", Gtid.UNDEFINED_UUID, -1, -1));
            final FrameReader welcome = a.next();
            assertEquals(WsrepStatus.NODE_FAIL.code(), welcome.i32());
            assertEquals("unknown option 'gcs.fc_limti', did you mean 'gcs.fc_limit'?", welcome.str());
            assertThrows(EOFException.class, a::next);
        }
        assertTrue(cluster.heard.take().startsWith("refused n0"));
    }

    @Test
    void garbageEndsTheSessionAndNothingElse() throws Exception {
        try (FakeProvider b = connect(1, B)) {
            b.next(Frames.SYNCED);
            try (FakeProvider a = new FakeProvider(cluster.sockets.get(0))) {
                a.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes());
                assertThrows(EOFException.class, a::next);
            }
            assertTrue(cluster.heard.take().startsWith("began n1"));
            assertTrue(cluster.heard.take().startsWith("dropped: a frame of "));
            b.send(new FrameBuilder(Frames.STATUS, 1));
            assertEquals(1, b.next(Frames.STATUS_REPLY).id());
            b.send(new FrameBuilder(Frames.HELLO, 0));
            b.next(Frames.LOG);
            assertThrows(EOFException.class, b::next);
        }
    }

    @Test
    void aSecondSidecarOnTheSamePathIsRefused() {
        final ProviderServer second = new ProviderServer(cluster.loop, ByteBufAllocator.DEFAULT, task -> task,
            cluster.sockets.get(0), cluster.nodes.get(0), null);
        final Exception refused = assertThrows(java.io.IOException.class, second::open);
        assertTrue(refused.getMessage().contains("another process listens"), refused.getMessage());
    }

    @Test
    void nioServesWhereEpollIsMissing() throws Exception {
        final Path other = Files.createDirectory(directory.resolve("nio"));
        try (FakeCluster nio = new FakeCluster(other, 1, NioIoHandler.newFactory())) {
            try (FakeProvider a = new FakeProvider(nio.sockets.get(0))) {
                a.send(FrameBuilder.hello(A, "n0", "", Gtid.UNDEFINED_UUID, -1, -1));
                assertEquals(Frames.WELCOME, a.next().type());
            }
        }
    }
}

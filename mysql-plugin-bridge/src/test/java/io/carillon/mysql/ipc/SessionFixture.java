// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.WriteSetFlags;
import io.carillon.wsrep.WsrepStatus;
import io.netty.channel.epoll.EpollIoHandler;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Providers that speak frames by hand, over real sockets, with an engine that has a trivial order. */
abstract class SessionFixture {
    static final int PLAIN = WriteSetFlags.TRX_START | WriteSetFlags.TRX_END;
    static final UUID A = new UUID(1, 1);
    static final UUID B = new UUID(2, 2);

    @TempDir
    Path directory;
    FakeCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new FakeCluster(directory, 2, EpollIoHandler.newFactory());
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    FakeProvider connect(final int node, final UUID session) throws Exception {
        final FakeProvider provider = greet(node, session, "n" + node, Gtid.UNDEFINED, -1);
        provider.send(new FrameBuilder(Frames.CONNECT, 1).str("test").str("gcomm://").str("").u8(1));
        return provider;
    }

    FakeProvider greet(final int node, final UUID session, final String name, final Gtid state, final long received,
        final long... openCalls) throws Exception {
        final FakeProvider provider = new FakeProvider(cluster.sockets.get(node));
        provider.send(FrameBuilder.hello(session, name, "", state.uuid(), state.seqno(), received, openCalls));
        final FrameReader welcome = provider.next();
        assertEquals(Frames.WELCOME, welcome.type());
        assertEquals(WsrepStatus.OK.code(), welcome.i32());
        assertEquals("", welcome.str());
        assertEquals("fake = yes; ", welcome.str());
        assertEquals("fake", welcome.str());
        welcome.end();
        return provider;
    }

    static FrameBuilder certify(final long call, final long released, final byte[] writeSet) {
        return new FrameBuilder(Frames.CERTIFY, call).i64(released).raw(writeSet);
    }

    static void assertResult(final FakeProvider provider, final long id, final WsrepStatus status,
        final long value) throws Exception {
        FrameReader result = provider.next(Frames.RESULT);
        while (result.id() != id) {
            result = provider.next(Frames.RESULT);
        }
        assertEquals(status.code(), result.i32());
        assertEquals(value, result.i64());
        result.str();
        result.end();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import io.carillon.mysql.ipc.FakeCluster;
import io.netty.channel.epoll.EpollIoHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Servers on an engine with a trivial order. */
abstract class ProviderFixture extends ServerFixture {
    FakeCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new FakeCluster(directory, 3, EpollIoHandler.newFactory());
    }

    @AfterEach
    void stop() {
        closeServers();
        cluster.close();
    }

    @Override
    final FakeServer newServer(final int node) {
        return new FakeServer("n" + node, "carillon.sidecar=unix:" + cluster.sockets.get(node));
    }

    @Override
    final String address() {
        return "gcomm://x";
    }
}

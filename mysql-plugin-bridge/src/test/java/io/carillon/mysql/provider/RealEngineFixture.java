// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Servers on the engine itself: ring, log, certification. */
abstract class RealEngineFixture extends ServerFixture {
    private static final int NODES = 3;

    private final List<EngineNode> nodes = new ArrayList<>();
    /** Of the servers that are made from now on. */
    String sidecarGrace = "PT20S";

    @BeforeEach
    final void start() throws Exception {
        final List<ServerSocket> ports = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            ports.add(new ServerSocket(0));
        }
        for (int i = 0; i < NODES; i++) {
            final int port = ports.get(i).getLocalPort();
            ports.get(i).close();
            nodes.add(new EngineNode("n" + i, directory.resolve("state" + i), port).start());
        }
    }

    @AfterEach
    final void stop() throws Exception {
        closeServers();
        for (final EngineNode node : nodes) {
            node.kill();
            assertTrue(node.failures.isEmpty(), node.failures.toString());
        }
    }

    @Override
    final FakeServer newServer(final int node) throws Exception {
        final Path data = Files.createDirectories(directory.resolve("data" + node));
        return new FakeServer("n" + node, "carillon.sidecar_grace=" + sidecarGrace + ";carillon.sidecar=unix:" + nodes.get(node).socket,
            data.toString());
    }

    @Override
    final String address() {
        return nodes.get(0).address();
    }

    final void replaceEngine(final int node) throws Exception {
        killEngine(node);
        startEngine(node);
    }

    final void killEngine(final int node) throws Exception {
        nodes.get(node).kill();
    }

    final void startEngine(final int node) throws Exception {
        nodes.get(node).start();
    }

    final void breakConnection(final int node) throws Exception {
        nodes.get(node).breakConnection();
    }

    static void agree(final FakeServer... servers) {
        for (final FakeServer server : servers) {
            assertEquals(OK, server.syncWait());
        }
        for (final FakeServer server : servers) {
            assertEquals(servers[0].lastCommitted(), server.lastCommitted(), server.name);
        }
    }
}

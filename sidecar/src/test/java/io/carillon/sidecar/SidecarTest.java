// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.carillon.group.blackbox.BlackBoxDump;
import io.carillon.group.blackbox.BlackBoxText;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole process but for the JVM around it, with a server that has no data. The time limit only turns a hang into a failure. */
@Timeout(120)
final class SidecarTest {
    @TempDir
    Path directory;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private FutureTask<Integer> status;

    private Path start(final boolean child) throws IOException {
        final Path socket = directory.resolve("s");
        final Long parent = child ? ProcessHandle.current().parent().orElseThrow().pid() : null;
        final Sidecar sidecar = new Sidecar(new SidecarConfig(socket, directory.resolve("state"), "gcs.fc_limit=99"), parent);
        sidecar.open();
        status = new FutureTask<>(sidecar::await);
        final Thread waiter = new Thread(status, "waiter");
        waiter.setDaemon(true);
        waiter.start();
        return socket;
    }

    static String address() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return "127.0.0.1:" + probe.getLocalPort();
        }
    }

    private static void hello(final SelfTestServer server, final String address) throws IOException {
        server.hello(address, "gmcast.listen_addr=tcp://" + address);
    }

    @Test
    void aChildEndsWithItsServer() throws Exception {
        final Path socket = start(true);
        final String address = address();
        try (SelfTestServer server = new SelfTestServer(socket, log::add)) {
            hello(server, address);
            server.found();
            assertEquals(2, server.certify(2));
            server.status();
            report();
        }
        assertEquals(0, status.get());
        assertFalse(Files.exists(socket), "the socket outlived the sidecar");
        assertFalse(Files.exists(AdminSocket.of(directory.resolve("state"))), "the admin socket outlived the sidecar");
        final String port = address.substring(address.indexOf(':') + 1);
        new ServerSocket(Integer.parseInt(port)).close();
        assertTrue(log.stream().anyMatch(line -> line.contains("Entered group")), log.toString());
    }

    /** The admin socket is made beside the session, and may not be there yet. */
    @Test
    void nothingIsLeftOfAChildWhoseServerGoesAtOnce() throws Exception {
        for (int round = 0; round < 5; round++) {
            final Path socket = start(true);
            try (SelfTestServer server = new SelfTestServer(socket, log::add)) {
                hello(server, address());
            }
            assertEquals(0, status.get());
            for (final Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.getName().equals("carillon-admin-start")) {
                    thread.join();
                }
            }
            assertFalse(Files.exists(socket), "the socket outlived the sidecar");
            assertFalse(Files.exists(AdminSocket.of(directory.resolve("state"))), "the admin socket outlived the sidecar");
        }
    }

    @Test
    void aChildOfARefusedServerEnds() throws Exception {
        final Path socket = start(true);
        try (SelfTestServer server = new SelfTestServer(socket, log::add)) {
            final IOException refused = assertThrows(IOException.class, () -> server.hello(address(), "gcs.fc_limti=1"));
            assertTrue(refused.getMessage().contains("gcs.fc_limti") && refused.getMessage().contains("gcs.fc_limit"),
                refused.getMessage());
        }
        assertEquals(1, status.get());
    }

    @Test
    void aChildGoesOnWithItsServerWhenAnotherOneIsRefused() throws Exception {
        final Path socket = start(true);
        final String address = address();
        try (SelfTestServer server = new SelfTestServer(socket, log::add)) {
            hello(server, address);
            server.found();
            try (SelfTestServer other = new SelfTestServer(socket, 2, log::add)) {
                final IOException refused = assertThrows(IOException.class, () -> hello(other, address));
                assertTrue(refused.getMessage().contains("one sidecar serves one server"), refused.getMessage());
            }
            assertEquals(2, server.certify(2));
            assertFalse(status.isDone());
        }
        assertEquals(0, status.get());
    }

    @Test
    void theSelfTestWaitsForNoSidecarForEver() throws Exception {
        final Path socket = directory.resolve("s");
        try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(socket));
            try (SelfTestServer server = new SelfTestServer(socket, log::add)) {
                server.endAfter(0);
                final IOException late = assertThrows(IOException.class, () -> server.hello("127.0.0.1", ""));
                assertEquals("the sidecar has not answered in time", late.getMessage());
            }
        }
    }

    @Test
    void anUnusableStateDirectoryIsSaid() throws Exception {
        Files.writeString(directory.resolve("state"), "a file");
        final Path socket = start(true);
        try (SelfTestServer server = new SelfTestServer(socket, log::add)) {
            final IOException refused = assertThrows(IOException.class, () -> hello(server, address()));
            assertTrue(refused.getMessage().contains("cannot use the state directory " + directory.resolve("state")), refused.getMessage());
            assertTrue(refused.getMessage().contains("no directory"), refused.getMessage());
        }
        assertEquals(1, status.get());
    }

    /** A full disk, or one that became read-only: one line says what, where, and what comes next. */
    @Test
    void whatCannotBeWrittenIsSaidOnceAndEndsIt() throws Exception {
        final Path socket = start(true);
        final Path data = Files.createDirectory(directory.resolve("data"));
        try (SelfTestServer server = new SelfTestServer(socket, log::add)) {
            final String address = address();
            server.hello(address, "gmcast.listen_addr=tcp://" + address, data.toString());
            Files.createDirectory(data.resolve("grastate.dat"));
            assertThrows(IOException.class, server::found);
        }
        assertEquals(70, status.get());
        final List<String> said = log.stream().filter(line -> line.contains("grastate.dat")).toList();
        assertEquals(1, said.size(), log.toString());
        assertTrue(said.getFirst().startsWith("This node cannot go on: cannot write " + data.resolve("grastate.dat"))
            && said.getFirst().endsWith("It has left the group, and tries to come back by itself"), said.getFirst());
    }

    @Test
    void aSidecarByItselfWaitsForItsServerToComeBackAndTellsHowItIs() throws Exception {
        final Path socket = start(false);
        final String address = address();
        try (SelfTestServer server = new SelfTestServer(socket, log::add)) {
            hello(server, address);
            server.found();
            assertEquals(2, server.certify(2));
            final JsonNode report = report();
            assertEquals("Synced", report.get("state").asText());
            assertTrue(report.get("primary").asBoolean());
            assertEquals("self-test", report.get("members").get(0).get("name").asText());
            assertEquals(2, report.get("positions").get("certified").asLong());
            assertTrue(report.get("memory").get("heap").asLong() > 0, report.toString());
            final String text = StatusText.of(report);
            assertTrue(text.contains("self-test") && text.contains("Synced  primary"), text);
            final JsonNode ring = ask("ring");
            final String ringText = RingText.of(ring, 10);
            assertTrue(ring.get("primary").asBoolean() && ringText.contains("OPERATIONAL, primary"), ringText);
            assertTrue(ringText.contains("self-test           1  Synced"), ringText);
            assertEquals("self-test", ring.get("ring").get("holder").asText());
            final StringBuilder events = new StringBuilder();
            BlackBoxText.print(BlackBoxDump.read(Path.of(ask("blackbox").get("file").asText())), Long.MAX_VALUE, events);
            assertTrue(events.toString().contains("OPERATIONAL in epoch"), events::toString);
        }
        assertFalse(status.isDone());
        try (SelfTestServer server = new SelfTestServer(socket, log::add)) {
            hello(server, address);
            server.status();
        }
        assertFalse(status.isDone());
    }

    private JsonNode report() throws Exception {
        return ask("status");
    }

    private JsonNode ask(final String request) throws Exception {
        final Path admin = AdminSocket.of(directory.resolve("state"));
        while (!Files.exists(admin)) {
            Thread.onSpinWait();
        }
        return new ObjectMapper().readTree(AdminClient.ask(admin, request));
    }

    /** However long its path is, it is in the state directory; and what a killed sidecar left is no hindrance. */
    @Test
    void theAdminSocketIsInTheStateDirectoryAndGoesWithTheSidecar() throws Exception {
        final Path deep = directory.resolve("d".repeat(60)).resolve("e".repeat(60));
        Files.createDirectories(deep);
        final Path admin = AdminSocket.of(deep);
        assertEquals(deep.resolve("admin.sock"), admin);
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            try (AdminSocket left = AdminSocket.reach(admin)) {
                killed.bind(UnixDomainSocketAddress.of(left.address()));
            }
        }
        assertTrue(Files.exists(admin), "a closed socket's file stays");
        final AdminServer server = AdminServer.start(admin, request -> "answer to " + request);
        try {
            assertEquals("answer to status", AdminClient.ask(admin, "status").trim());
            assertEquals(1, descriptorsOf(deep.toRealPath()));
            final IOException taken = assertThrows(IOException.class, () -> AdminServer.start(admin, request -> ""));
            assertTrue(taken.getMessage().contains("another process listens"), taken.getMessage());
        } finally {
            server.close();
        }
        try (Stream<Path> left = Files.list(deep)) {
            assertEquals(List.of(), left.toList());
        }
        assertEquals(0, descriptorsOf(deep.toRealPath()));
    }

    private static long descriptorsOf(final Path directory) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(descriptor -> leadsTo(descriptor, directory)).count();
        }
    }

    /** Descriptors of other threads come and go meanwhile. */
    private static boolean leadsTo(final Path descriptor, final Path directory) {
        try {
            return Files.readSymbolicLink(descriptor).equals(directory);
        } catch (final IOException gone) {
            return false;
        }
    }
}

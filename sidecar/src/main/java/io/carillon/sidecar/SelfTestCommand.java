// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code carillon self-test}: a sidecar that founds a group alone, with this process in the place of the server.
 * Shows that the distribution works on this machine; the build also records
 * in it which classes a start needs.
 */
@Command(name = "self-test", description = "Founds a group of one in a temporary directory and leaves it again.",
    mixinStandardHelpOptions = true)
final class SelfTestCommand implements Callable<Integer> {
    /** It takes about a second, on a busy machine ten. */
    private static final long LIMIT_S = 60;

    @Override
    public Integer call() throws Exception {
        final Path directory = Files.createTempDirectory("carillon-self-test");
        try {
            final Path socket = directory.resolve("s");
            final Sidecar sidecar = new Sidecar(new SidecarConfig(socket, directory.resolve("state"), ""), ProcessHandle.current().parent()
                .map(ProcessHandle::pid).orElse(null));
            final CompletableFuture<Integer> status = new CompletableFuture<>();
            sidecar.open();
            final Thread waiter = new Thread(() -> status.complete(sidecar.await()), "carillon-self-test");
            waiter.setDaemon(true);
            waiter.start();
            converse(socket, freePort());
            final int ended = status.join();
            System.out.println("self-test: " + (ended == 0 ? "passed" : "the sidecar ended with status " + ended));
            return ended;
        } finally {
            remove(directory);
        }
    }

    private static void converse(final Path socket, final int port) throws IOException {
        try (SelfTestServer server = new SelfTestServer(socket, line -> System.out.println("self-test: " + line))) {
            server.endAfter(LIMIT_S);
            server.hello("127.0.0.1:" + port, "gmcast.listen_addr=tcp://127.0.0.1:" + port);
            server.found();
            server.certify(2);
            server.status();
            server.leave();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    private static void remove(final Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar whose memory runs out ends and says so, in place of going on with what it could not send left out. */
@Timeout(120)
final class MemoryExhaustionTest {
    private static final int FAILED = 70;

    @TempDir
    Path directory;
    private Process sidecar;

    private Path start(final String... options) throws IOException {
        final Path socket = directory.resolve("s");
        final List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError", "-Xmx48m"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "sidecar", "--socket", socket.toString(),
            "--dir", directory.resolve("state").toString()));
        sidecar = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(directory.resolve("output").toFile()).start();
        while (!Files.exists(socket)) {
            assertTrue(sidecar.isAlive(), () -> "the sidecar ended: " + output());
            Thread.onSpinWait();
        }
        return socket;
    }

    private String output() {
        try {
            return Files.readString(directory.resolve("output"), StandardCharsets.UTF_8);
        } catch (final IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @AfterEach
    void end() {
        sidecar.destroyForcibly();
    }

    @Test
    void withoutDirectMemoryItEndsWithAMessage() throws Exception {
        final Path socket = start("-XX:MaxDirectMemorySize=8m");
        final List<String> log = new ArrayList<>();
        try (SelfTestServer server = new SelfTestServer(socket, log::add)) {
            final String address = SidecarTest.address();
            server.hello(address, "gmcast.listen_addr=tcp://" + address);
            server.found();
            // A server that asks and does not read: the answers pile up.
            assertThrows(IOException.class, () -> {
                while (true) {
                    server.askForStatus();
                }
            });
        }
        assertTrue(sidecar.waitFor(60, TimeUnit.SECONDS), "the sidecar goes on");
        final String output = output();
        assertEquals(FAILED, sidecar.exitValue(), output);
        assertTrue(output.contains("This node cannot go on: memory ran out"), output);
        assertTrue(output.contains("MaxDirectMemorySize"), output);
    }
}

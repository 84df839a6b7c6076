// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code carillon status}: which node it asks, and that watching goes on. The time limit only turns a hang into a failure. */
@Timeout(120)
final class StatusCommandTest {
    @TempDir
    Path directory;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<AdminServer> servers = new ArrayList<>();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private StateDirectories usual() {
        return new StateDirectories(directory.resolve("mysql.carillon"), directory.resolve("carillon"));
    }

    private int run(final BooleanSupplier pause, final String... arguments) {
        final StatusCommand command = new StatusCommand(usual(), new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8), pause);
        return new CommandLine(command).setExecutionExceptionHandler((failure, line, result) -> {
            err.writeBytes(failure.getMessage().getBytes(StandardCharsets.UTF_8));
            return CommandLine.ExitCode.SOFTWARE;
        }).execute(arguments);
    }

    private AdminServer node(final Path state, final String name) throws IOException {
        Files.createDirectories(state);
        final AdminServer server = AdminServer.start(AdminSocket.of(state), request ->
            "{\"node\":\"" + name + "\",\"state\":\"Synced\",\"primary\":true}");
        servers.add(server);
        return server;
    }

    @AfterEach
    void close() {
        servers.forEach(AdminServer::close);
    }

    private static String taken(final ByteArrayOutputStream stream) {
        final String text = stream.toString(StandardCharsets.UTF_8);
        stream.reset();
        return text;
    }

    @Test
    void theOnlyNodeIsFoundWhereverTheProviderPutIt() throws Exception {
        for (final String place : new String[] {"mysql.carillon", "carillon", "carillon/0123456789abcdef"}) {
            final AdminServer server = node(directory.resolve(place), "n1");
            assertEquals(0, run(() -> false), () -> place + ": " + taken(err));
            assertTrue(taken(out).contains("n1  Synced  primary"));
            server.close();
        }
    }

    @Test
    void whereThereAreSeveralTheyAreNamed() throws Exception {
        final Path first = directory.resolve("carillon/0000000000000001");
        final Path second = directory.resolve("carillon/0000000000000002");
        final Path dead = directory.resolve("carillon/0000000000000003");
        Files.createDirectories(dead);
        Files.createFile(AdminSocket.of(dead));
        node(first, "n1");
        node(second, "n2");
        final IOException choice = assertThrows(IOException.class, () -> usual().only());
        assertEquals("several nodes keep their state here, choose one with --dir:\n  " + first + "  (n1, Synced)\n  " + second
            + "  (n2, Synced)\n  " + dead + "  (no sidecar answers)", choice.getMessage());
        assertEquals(CommandLine.ExitCode.SOFTWARE, run(() -> false));
        assertEquals(0, run(() -> false, "--dir", second.toString()));
        assertTrue(taken(out).contains("n2  Synced"));
    }

    @Test
    void whereThereIsNoneItIsSaidWhereWasLooked() {
        final String message = assertThrows(IOException.class, () -> usual().only()).getMessage();
        assertTrue(message.contains(directory.resolve("carillon").toString()) && message.contains("--dir"), message);
    }

    @Test
    void watchingGoesOnWhenTheNodeIsAwayAndBack() {
        final Path state = directory.resolve("state");
        final AdminServer[] server = new AdminServer[1];
        final int[] looks = {0};
        final String[] seen = new String[3];
        final int status = run(() -> {
            seen[looks[0]] = taken(out) + taken(err);
            try {
                switch (looks[0]++) {
                    case 0 -> server[0] = node(state, "n1");
                    case 1 -> server[0].close();
                    default -> {
                        return false;
                    }
                }
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
            return true;
        }, "--watch", "--dir", state.toString());
        assertEquals(1, status);
        assertTrue(seen[0].contains("no sidecar answers at "), seen[0]);
        assertTrue(seen[1].contains("n1  Synced  primary"), seen[1]);
        assertTrue(seen[2].contains("no sidecar answers at "), seen[2]);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code carillon status}: asks a running sidecar how it is. */
@Command(name = "status", description = "Shows members, states, ring, positions and queues of a running node.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    private static final int NOT_PRIMARY = 1;
    private static final long SECOND_NS = 1_000_000_000L;

    @Option(names = "--dir", paramLabel = "DIR", description =
        "State directory of the node (carillon.dir); default: where a packaged server has it.")
    private Path directory;

    @Option(names = "--socket", paramLabel = "PATH", description = "The node's admin socket, if not in its state directory.")
    private Path socket;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Option(names = "--watch", description = "Again every second, until interrupted.")
    private boolean watch;

    private final StateDirectories usual;
    private final PrintStream out;
    private final PrintStream err;
    /** Waits for the next look; false ends. */
    private final BooleanSupplier pause;

    /** As the command line has it. */
    StatusCommand() {
        this(StateDirectories.PACKAGED, System.out, System.err, () -> {
            LockSupport.parkNanos(SECOND_NS);
            return !Thread.interrupted();
        });
    }

    StatusCommand(final StateDirectories usual, final PrintStream out, final PrintStream err, final BooleanSupplier pause) {
        this.usual = usual;
        this.out = out;
        this.err = err;
        this.pause = pause;
    }

    @Override
    public Integer call() throws IOException {
        if (!watch) {
            return show();
        }
        int status;
        do {
            status = showOrSayWhyNot();
        } while (pause.getAsBoolean());
        return status;
    }

    /** A node that is watched may be restarted, or not be there yet. */
    private int showOrSayWhyNot() {
        try {
            return show();
        } catch (final IOException e) {
            clear();
            err.println("carillon: " + e.getMessage());
            err.flush();
            return NOT_PRIMARY;
        }
    }

    private void clear() {
        if (watch && !json) {
            out.print("\033[H\033[2J");
            out.flush();
        }
    }

    private int show() throws IOException {
        final Path path = socket != null ? socket : AdminSocket.of(directory != null ? directory : usual.only());
        final String reply = AdminClient.ask(path, "status");
        final JsonNode status = new ObjectMapper().readTree(reply);
        clear();
        if (json) {
            out.println(reply.trim());
        } else if (status.has("error")) {
            err.println("carillon: " + status.get("error").asText());
        } else {
            out.print(StatusText.of(status));
        }
        out.flush();
        return status.path("primary").asBoolean() ? 0 : NOT_PRIMARY;
    }

    /** A node in a few words. */
    static String line(final Path path) throws IOException {
        final JsonNode status = new ObjectMapper().readTree(AdminClient.ask(path, "status"));
        return status.has("error") ? status.get("error").asText() : status.path("node").asText() + ", " + status.path("state").asText();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code carillon ring}: asks a running sidecar how its ring is. */
@Command(name = "ring", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Shows links, members, token and view history of a running node.",
    footer = {"",
        "Links are shown with their state, round trip (smoothed and longest) and traffic;",
        "members with weight, state, how many entries they lag behind this node's log and",
        "stable index, and how long nothing was heard of them. '*' is this node, 'T' has the",
        "token. The exit status is 0 if the node is in a primary view, else 1.",
        "",
        "The last 100,000 events of the protocol: 'carillon blackbox'."})
final class RingCommand implements Callable<Integer> {
    private static final int NOT_PRIMARY = 1;

    @Option(names = "--dir", paramLabel = "DIR", description =
        "State directory of the node (carillon.dir); default: where a packaged server has it.")
    private Path directory;

    @Option(names = "--socket", paramLabel = "PATH", description = "The node's admin socket, if not in its state directory.")
    private Path socket;

    @Option(names = "--views", paramLabel = "N", defaultValue = "10", description =
        "How many of the last views to show, 100 at most; default: ${DEFAULT-VALUE}.")
    private int views;

    @Option(names = "--json", description = "One JSON document, with all that is known.")
    private boolean json;

    private final StateDirectories usual;
    private final PrintStream out;
    private final PrintStream err;

    /** As the command line has it. */
    RingCommand() {
        this(StateDirectories.PACKAGED, System.out, System.err);
    }

    RingCommand(final StateDirectories usual, final PrintStream out, final PrintStream err) {
        this.usual = usual;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        final Path path = socket != null ? socket : AdminSocket.of(directory != null ? directory : usual.only());
        final String reply = AdminClient.ask(path, "ring");
        final JsonNode ring = new ObjectMapper().readTree(reply);
        if (json) {
            out.println(reply.trim());
        } else if (ring.has("error")) {
            err.println("carillon: " + ring.get("error").asText());
        } else {
            out.print(RingText.of(ring, views));
        }
        out.flush();
        return ring.path("primary").asBoolean() ? 0 : NOT_PRIMARY;
    }
}

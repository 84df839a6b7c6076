// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.carillon.group.blackbox.BlackBoxDump;
import io.carillon.group.blackbox.BlackBoxText;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carillon blackbox}: the last events of a running node, or those that a node left when it failed, as text. */
@Command(name = "blackbox", mixinStandardHelpOptions = true, sortOptions = false,
    description = "Shows the last 100,000 protocol events of a running node, or of a file that a failed node left.",
    footer = {"",
        "A node that finds an invariant broken, or fails of an internal error, writes its last",
        "events to blackbox-TIME.cbb in its state directory and says so in the server's error",
        "log; the last four such files are kept. Asked while it runs, it writes blackbox.cbb",
        "there. One event a line: seconds before the dump, time of the day in UTC, the event;",
        "packets summed by peer, and the last few thousand also one by one, indented."})
final class BlackBoxCommand implements Callable<Integer> {
    private static final int NO_ANSWER = 1;
    private static final double NS = 1e9;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "A file that a node wrote; default: what a running node has.")
    private Path file;

    @Option(names = "--dir", paramLabel = "DIR", description =
        "State directory of the node (carillon.dir); default: where a packaged server has it.")
    private Path directory;

    @Option(names = "--socket", paramLabel = "PATH", description = "The node's admin socket, if not in its state directory.")
    private Path socket;

    @Option(names = "--last", paramLabel = "SECONDS", defaultValue = "1e9", description = "Only the last so many seconds; default: all.")
    private double lastS;

    @Option(names = "--output", paramLabel = "FILE", description = "Write the text to this file.")
    private Path output;

    private final StateDirectories usual;
    private final PrintStream out;
    private final PrintStream err;

    /** As the command line has it. */
    BlackBoxCommand() {
        this(StateDirectories.PACKAGED, System.out, System.err);
    }

    BlackBoxCommand(final StateDirectories usual, final PrintStream out, final PrintStream err) {
        this.usual = usual;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        Path dump = file;
        if (dump == null) {
            final Path path = socket != null ? socket : AdminSocket.of(directory != null ? directory : usual.only());
            final JsonNode answer = new ObjectMapper().readTree(AdminClient.ask(path, "blackbox"));
            if (answer.has("error")) {
                err.println("carillon: " + answer.get("error").asText());
                return NO_ANSWER;
            }
            dump = Path.of(answer.path("file").asText());
        }
        final BlackBoxDump box = BlackBoxDump.read(dump);
        if (output != null) {
            try (BufferedWriter writer = Files.newBufferedWriter(output)) {
                BlackBoxText.print(box, (long) (lastS * NS), writer);
            }
        } else {
            final Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
            BlackBoxText.print(box, (long) (lastS * NS), writer);
            writer.flush();
        }
        return 0;
    }
}

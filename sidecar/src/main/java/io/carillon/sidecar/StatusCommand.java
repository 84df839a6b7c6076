// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code carillon status}: asks a running sidecar how it is. */
@Command(name = "status", description = "Shows members, states, ring, positions and queues of a running node.", mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    private static final List<Path> USUAL = List.of(Path.of("/var/lib/mysql.carillon"), Path.of("/var/lib/carillon"));
    private static final int NOT_PRIMARY = 1;

    @Option(names = "--dir", paramLabel = "DIR", description = "State directory of the node (carillon.dir); default: where a packaged server has it.")
    private Path directory;

    @Option(names = "--socket", paramLabel = "PATH", description = "The node's admin socket, if not in its state directory.")
    private Path socket;

    @Option(names = "--json", description = "One JSON document.")
    private boolean json;

    @Option(names = "--watch", description = "Again every second, until interrupted.")
    private boolean watch;

    @Override
    public Integer call() throws Exception {
        final Path path = socket != null ? socket : AdminSocket.of(directory != null ? directory : usual());
        int status = show(path);
        while (watch) {
            TimeUnit.SECONDS.sleep(1);
            status = show(path);
        }
        return status;
    }

    private static Path usual() throws IOException {
        for (final Path path : USUAL) {
            if (Files.exists(AdminSocket.of(path))) {
                return path;
            }
        }
        throw new IOException("no node found in " + USUAL + ": name its state directory with --dir");
    }

    private int show(final Path path) throws IOException {
        final String reply = ask(path);
        final JsonNode status = new ObjectMapper().readTree(reply);
        if (watch && !json) {
            System.out.print("\033[H\033[2J");
        }
        if (json) {
            System.out.println(reply.trim());
        } else if (status.has("error")) {
            System.err.println("carillon: " + status.get("error").asText());
        } else {
            System.out.print(StatusText.of(status));
        }
        System.out.flush();
        return status.path("primary").asBoolean() ? 0 : NOT_PRIMARY;
    }

    static String ask(final Path path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(path));
            channel.write(ByteBuffer.wrap("status\n".getBytes(StandardCharsets.UTF_8)));
            final ByteArrayOutputStream reply = new ByteArrayOutputStream();
            Channels.newInputStream(channel).transferTo(reply);
            return reply.toString(StandardCharsets.UTF_8);
        } catch (final IOException e) {
            throw new IOException("no sidecar answers at " + path + " (" + e.getMessage() + "): is the server running, with this state directory?", e);
        }
    }
}

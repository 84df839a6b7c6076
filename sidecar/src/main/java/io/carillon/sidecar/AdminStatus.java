// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.carillon.group.blackbox.BlackBoxFiles;
import io.carillon.group.transport.EngineLoop;
import io.carillon.mysql.ipc.ProviderServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Makes the answers to the command line. The engine's thread only collects values; text is made on the caller's. */
final class AdminStatus {
    private static final long PATIENCE_S = 3;

    private final EngineLoop loop;
    private final NodeHost host;
    private final ProviderServer server;
    private final ObjectMapper mapper = new ObjectMapper();

    AdminStatus(final EngineLoop loop, final NodeHost host, final ProviderServer server) {
        this.loop = loop;
        this.host = host;
        this.server = server;
    }

    /** A JSON document for {@code request}. Any thread but the engine's. */
    String answer(final String request) {
        try {
            return mapper.writeValueAsString(switch (request) {
                case "status" -> ask(node -> new NodeReport(node).status(server.session()));
                case "ring" -> ask(node -> new NodeReport(node).ring());
                case "blackbox" -> blackBox();
                default -> error("unknown request '" + request + "'");
            });
        } catch (final JsonProcessingException e) {
            return "{\"error\":\"no answer could be made\"}";
        }
    }

    /** What the box holds is copied on the engine's thread and written on the caller's: a slow disk stalls no commit. */
    private Object blackBox() {
        final Object answer = ask(node -> new Dump(node.directory(), node.group().blackBox("asked for")));
        if (!(answer instanceof Dump dump)) {
            return answer;
        }
        try {
            return Map.of("file", BlackBoxFiles.writeAsked(dump.directory, dump.bytes).toString());
        } catch (final IOException e) {
            return error("the black box cannot be written to " + dump.directory + ": " + e.getMessage());
        }
    }

    private record Dump(Path directory, ByteBuffer bytes) {
    }

    private Object ask(final Function<Node, Object> question) {
        final CompletableFuture<Object> collected = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                collected.complete(host.node() == null ? error("no server has connected yet") : question.apply(host.node()));
            } catch (final RuntimeException e) {
                collected.completeExceptionally(e);
            }
        });
        try {
            return collected.get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (final TimeoutException e) {
            return error("the engine has not answered for " + PATIENCE_S + " seconds: it hangs, or the machine is overloaded");
        } catch (final ExecutionException e) {
            return error("internal error: " + e.getCause());
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return error("the sidecar ends");
        }
    }

    private static Map<String, String> error(final String text) {
        return Map.of("error", text);
    }
}

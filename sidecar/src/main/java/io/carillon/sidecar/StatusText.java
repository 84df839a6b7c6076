// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;

/** A node's status as text for people. */
final class StatusText {
    private StatusText() {
    }

    static String of(final JsonNode status) {
        final StringBuilder out = new StringBuilder(1024);
        out.append("node      ").append(text(status, "node")).append("  ").append(text(status, "state"))
            .append(status.path("primary").asBoolean() ? "  primary" : "  NOT PRIMARY").append('\n');
        out.append("process   sidecar ").append(text(status, "pid")).append(", server ").append(text(status, "serverPid"))
            .append(", version ").append(text(status, "version")).append('\n');
        out.append("group     ").append(text(status, "group")).append(", view ").append(text(status, "view")).append('\n');
        out.append("members\n");
        for (final JsonNode member : status.path("members")) {
            out.append("  ").append(member.path("self").asBoolean() ? "* " : "  ")
                .append(String.format("%-16s %-8s weight %-3s %-22s %s%n", text(member, "name"), text(member, "state"),
                    text(member, "weight"),
                    text(member, "incoming"), text(member, "id")));
        }
        values(out, "positions", status.path("positions"));
        values(out, "queues", status.path("queues"));
        values(out, "memory", status.path("memory"));
        out.append("ring\n");
        for (final JsonNode line : status.path("ring")) {
            out.append("  ").append(line.asText()).append('\n');
        }
        return out.toString();
    }

    private static void values(final StringBuilder out, final String title, final JsonNode values) {
        out.append(title);
        final Iterator<Map.Entry<String, JsonNode>> each = values.properties().iterator();
        while (each.hasNext()) {
            final Map.Entry<String, JsonNode> value = each.next();
            out.append("  ").append(value.getKey()).append(' ').append(value.getValue().asText());
        }
        out.append('\n');
    }

    private static String text(final JsonNode node, final String field) {
        return node.path(field).asText();
    }
}

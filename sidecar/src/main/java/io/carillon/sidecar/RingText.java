// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** The answer to {@code carillon ring} as text for people. */
final class RingText {
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final StringBuilder out = new StringBuilder(2048);
    private final JsonNode status;
    private final JsonNode ring;

    private RingText(final JsonNode status) {
        this.status = status;
        ring = status.path("ring");
    }

    /** With the last {@code views} views. */
    static String of(final JsonNode status, final int views) {
        final RingText text = new RingText(status);
        text.head();
        text.links();
        text.members();
        text.totals();
        text.views(views);
        return text.out.toString();
    }

    private void head() {
        line("Local node %s, id %s, cluster %s%s", s(ring, "node"), s(ring, "id"), s(ring, "cluster").isEmpty() ? "-" : s(ring, "cluster"),
            ring.path("port").asInt() == 0 ? ", not listening" : ", port " + s(ring, "port"));
        line("Ring      epoch %s, %s, %s", s(ring, "epoch"), s(ring, "state"), status.path("primary").asBoolean() ? "primary"
            : "NOT PRIMARY");
        line("Token     %s", s(ring, "holder").isEmpty() ? "nobody has it"
            : s(ring, "token") + ", with " + s(ring, "holder") + ", number " + s(ring, "tokenSeq"));
        line("Log       end %s, logged %s, stable %s", s(ring, "logEnd"), s(ring, "logged"), s(ring, "stable"));
    }

    private void links() {
        line("%nLinks     network, node, address");
        for (final JsonNode link : ring.path("links")) {
            line("  %s %-12s %s %s  %s%s, faults %s", s(link, "network"), s(link, "node"), s(link, "transport"), s(link, "address"),
                s(link, "state").toLowerCase(Locale.ROOT).replace('_', ' '), link.path("used").asBoolean() ? ", in use" : "", s(link,
                    "faults"));
            line("      round trip %s, longest %s", us(link.path("roundTripUs").asLong()), us(link.path("roundTripMaxUs").asLong()));
            line("      in %s packets %s bytes, out %s packets %s bytes, unsent %s, lost %s", s(link, "packetsIn"), s(link, "bytesIn"),
                s(link, "packetsOut"), s(link, "bytesOut"), s(link, "unsentBytes"), s(link, "lost"));
        }
        for (final JsonNode address : ring.path("unlinked")) {
            line("  no link to %s", address.asText());
        }
        line("Faults%s", ring.path("faults").isEmpty() ? "    none" : "");
        for (final JsonNode fault : ring.path("faults")) {
            line("  %s UTC  %s %-12s %s  %s", time(fault), s(fault, "network"), s(fault, "node"), s(fault, "address"), s(fault, "why"));
        }
    }

    private void members() {
        line("%nMembers");
        line("     %-14s %6s  %-14s %-6s %10s %10s %10s  %s", "name", "weight", "state", "link", "logged lag", "stable lag", "silent",
            "id");
        for (final JsonNode member : ring.path("members")) {
            final String state = status.path("states").path(s(member, "id")).asText("-").replaceFirst(":.*", "");
            line("  %s%s %-14s %6s  %-14s %-6s %10s %10s %10s  %s", member.path("self").asBoolean() ? "*" : " ",
                member.path("holder").asBoolean() ? "T" : " ", s(member, "name"), s(member, "weight"), state,
                member.path("self").asBoolean() ? "local" : member.path("linked").asBoolean() ? "up" : "DOWN",
                member.path("logged").asLong() == 0 ? "-" : s(member, "loggedLag"),
                member.path("logged").asLong() == 0 ? "-" : s(member, "stableLag"),
                member.path("self").asBoolean() ? "-" : span(member.path("silentMs").asLong()), s(member, "id"));
        }
    }

    private void totals() {
        line("%nSince the process started");
        final JsonNode t = ring.path("totals");
        line("  tokens    parked ones passed %s, held %s; repeated %s", s(t, "tokensPassed"), s(t, "tokensHeld"), s(t, "tokensRepeated"));
        line("  repairs   entries asked for %s times, offers repeated %s, packets dropped %s", s(t, "entriesPulled"), s(t,
            "offersRepeated"),
            s(t, "packetsDropped"));
        line("  liveness  suspected %s, heard again %s, own pauses %s", s(t, "suspected"), s(t, "heardAgain"), s(t, "pauses"));
        line("  logs      cut %s, started over %s", s(t, "logsCut"), s(t, "logsStartedOver"));
        final StringJoiner reasons = new StringJoiner(", ");
        final Iterator<Map.Entry<String, JsonNode>> each = ring.path("gathers").properties().iterator();
        while (each.hasNext()) {
            final Map.Entry<String, JsonNode> reason = each.next();
            reasons.add(reason.getKey() + " " + reason.getValue().asText());
        }
        line("  gathered  %s times%s, rings installed %s", s(t, "gathered"), reasons.length() == 0 ? "" : " (" + reasons + ")",
            s(t, "ringsInstalled"));
    }

    private void views(final int count) {
        final JsonNode views = ring.path("views");
        final int shown = Math.clamp(count, 0, views.size());
        line("%nViews%s", shown < views.size() ? "     the last " + shown + " of " + views.size() : "");
        for (int nth = views.size() - shown; nth < views.size(); nth++) {
            final JsonNode view = views.get(nth);
            line("  %s UTC  epoch %s, %s: %s%s", time(view), s(view, "epoch"),
                view.path("primary").asBoolean() ? "view " + s(view, "number") + ", seqno " + s(view, "seqno") : "NOT PRIMARY", s(view,
                    "reason"),
                view.path("tookMs").asDouble() < 0 ? ", without gathering" : String.format(Locale.ROOT, ", took %.1f ms%s",
                    view.path("tookMs").asDouble(), view.path("gathers").isEmpty() ? "" : " (" + joined(view.path("gathers")) + ")"));
            final StringJoiner members = new StringJoiner(" ");
            for (final JsonNode member : view.path("members")) {
                members.add(s(member, "name") + ":" + s(member, "weight"));
            }
            line("      members %s%s%s", members, view.path("came").isEmpty() ? "" : "; came " + joined(view.path("came")),
                view.path("left").isEmpty() ? "" : "; left " + joined(view.path("left")));
        }
    }

    private static String joined(final JsonNode texts) {
        final StringJoiner joined = new StringJoiner(", ");
        for (final JsonNode text : texts) {
            joined.add(text.asText());
        }
        return joined.toString();
    }

    private static String time(final JsonNode node) {
        return TIME.format(Instant.ofEpochMilli(node.path("wallMs").asLong()));
    }

    private static String us(final long us) {
        return us < 0 ? "unknown" : String.format(Locale.ROOT, "%.3f ms", us / 1e3);
    }

    private static String span(final long ms) {
        if (ms < 0) {
            return "?";
        }
        return ms < 10_000 ? ms + " ms" : ms < 600_000 ? ms / 1000 + " s" : ms < 36_000_000 ? ms / 60_000 + " min" : ms / 3_600_000 + " h";
    }

    private static String s(final JsonNode node, final String field) {
        return node.path(field).asText();
    }

    private void line(final String format, final Object... values) {
        out.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }
}

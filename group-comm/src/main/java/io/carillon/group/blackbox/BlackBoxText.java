// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.blackbox;

import io.carillon.group.ring.GatherReason;
import io.carillon.group.ring.TraceEvent;
import io.carillon.group.wire.PacketType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A dump as text: one event a line, with its time before the dump and of the day in UTC, and members by name. */
public final class BlackBoxText {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS",
        Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final BlackBoxDump dump;
    private final Appendable out;

    private BlackBoxText(final BlackBoxDump dump, final Appendable out) {
        this.dump = dump;
        this.out = out;
    }

    /** Prints what happened in the last {@code lastNs} before the dump. */
    public static void print(final BlackBoxDump dump, final long lastNs, final Appendable out) throws IOException {
        new BlackBoxText(dump, out).print(lastNs);
    }

    private void print(final long lastNs) throws IOException {
        out.append("black box of ").append(dump.node()).append(", ").append(DAY.format(Instant.ofEpochMilli(dump.wallMs())))
            .append(" UTC: ").append(dump.reason()).append('\n');
        for (final BlackBoxDump.Member member : dump.members()) {
            out.append("member ").append(member.id().toString()).append(' ').append(shown(member)).append('\n');
        }
        for (final String note : dump.notes()) {
            out.append(note).append('\n');
        }
        final ByteBuffer events = dump.events().duplicate().order(dump.events().order());
        final ByteBuffer packets = dump.packets().duplicate().order(dump.packets().order());
        out.append(events.remaining() / EventRing.RECORD_LENGTH + " events" + reach(events) + ", "
            + packets.remaining() / EventRing.RECORD_LENGTH + " packets" + reach(packets) + "\n");
        final long from = dump.nowNs() - lastNs;
        while (events.hasRemaining() || packets.hasRemaining()) {
            // At one time the packet first: it is what the event came of.
            final boolean event = !packets.hasRemaining() || events.hasRemaining() && time(events) < time(packets);
            record(event ? events : packets, from);
        }
    }

    private String reach(final ByteBuffer records) {
        return records.hasRemaining() ? String.format(Locale.ROOT, " of %.3f s", (dump.nowNs() - time(records)) / 1e9) : "";
    }

    private static long time(final ByteBuffer records) {
        return records.getLong(records.position()) & EventRing.TIME_MASK;
    }

    private void record(final ByteBuffer records, final long from) throws IOException {
        final long timeNs = time(records);
        final int code = (int) (records.getLong() >>> EventRing.CODE_SHIFT);
        final long a = records.getLong();
        final long b = records.getLong();
        final long c = records.getLong();
        if (timeNs < from) {
            return;
        }
        final long ageNs = dump.nowNs() - timeNs;
        out.append(String.format(Locale.ROOT, "%13.6f s  ", -ageNs / 1e9))
            .append(CLOCK.format(Instant.ofEpochMilli(dump.wallMs()).minusNanos(ageNs))).append("  ")
            .append(text(dump.names().get(code), code, a, b, c)).append('\n');
    }

    private String text(final String name, final int code, final long a, final long b, final long c) {
        return switch (name) {
            case "" -> "event " + code + ": " + a + " " + b + " " + c;
            case "STARTED" -> "started: promised epoch " + a + ", log ends at " + b + ", stable " + c;
            case "ENDED" -> "left the group, or was stopped";
            case "PEER_UP" -> "linked to " + member(a);
            case "PEER_DOWN" -> "link to " + member(a) + " is down";
            case "PACKETS_IN" -> sums("from ", a, b, c);
            case "PACKETS_OUT" -> sums("to ", a, b, c);
            case "PACKET_IN" -> packet("<- ", a, b, c);
            case "PACKET_OUT" -> packet("-> ", a, b, c);
            case "CONTROL_IN" -> "got " + type((int) b) + " from " + member(a) + ", " + c + " bytes";
            case "CONTROL_OUT" -> "sent " + type((int) b) + " to " + member(a) + ", " + c + " bytes";
            case "HORIZONS" -> "log end " + a + ", logged " + b + ", stable " + c;
            case "MORE" -> "and " + b + " more of " + (a >= 0 && a < dump.names().size() ? dump.names().get((int) a) : a);
            case "TIMER_LATE" -> "a timer was " + ms(a) + " late";
            case "LOG_SLOW" -> "writing the log took " + ms(a);
            case "REJECTED" -> "offer " + a + " rejected, reason " + b;
            case "VIEW_NOT_PRIMARY" -> "view of epoch " + a + " is not primary: " + c + " members";
            case "VIEW_PRIMARY" -> "view of epoch " + a + ", seqno " + b + ": " + c + " members";
            default -> ring(name, a, b, c);
        };
    }

    private String ring(final String name, final long a, final long b, final long c) {
        final TraceEvent event = event(name);
        return switch (event) {
            case GATHER -> "GATHER: " + reason(a) + ", promised epoch " + b;
            case COMMIT -> "COMMIT of epoch " + a + " with " + b + " members" + (c == 1 ? ", which this one leads" : "");
            case PROMISED -> "promised epoch " + a + " durably";
            case INSTALL -> "INSTALL epoch " + a + (b == 1 ? ", primary, the winner's log ends at " + c : ", not primary");
            case MEMBER -> "  member " + b + " of that ring: " + member(a);
            case RECOVERY -> "RECOVERY in epoch " + a + ": log ends at " + b + ", the winner's at " + c;
            case OPERATIONAL -> "OPERATIONAL in epoch " + a + ": view at " + b + ", log end " + c;
            case NOT_PRIMARY -> "NOT PRIMARY in epoch " + a + ": " + b + " members";
            case TOKEN_SENT -> "token " + b + " passed to " + member(c);
            case TOKEN_HELD -> "token " + b + " held here from " + c + " on";
            case TOKEN_REPEATED -> "token " + b + " repeated to " + member(c);
            case TOKEN_SEEN -> "token " + b + " is with " + member(c);
            case TOKEN_PARKED -> "token " + b + " stays here, numbered up to " + c;
            case TOKEN_WOKEN -> "token " + b + " is asked for by " + member(c);
            case WAKE_REPEATED -> "token asked for again, last known with " + member(c);
            case TOKEN_DUPLICATE -> "token " + b + " came again, the latest was " + c;
            case WINDOW_FULL -> "window used up at " + b + ", " + c + " offers wait";
            case RELEASED_EARLY -> "token " + b + " left after " + c + " packets, the rest follows it";
            case TOKEN_MODE_REFUSED -> "token parked, since not all of the " + b + " members would have it go round";
            case PULLED -> "asks " + member(b) + " for entries from " + a + ", known end " + c;
            case TRUNCATED -> "log cut after " + a + ", it ended at " + b;
            case RESET -> "log starts over at " + a + ", seqno " + b + ", epoch " + c;
            case RESENT -> "offer " + a + " repeated in epoch " + b;
            case SUSPECTED -> member(a) + " suspected: silent for " + ms(b);
            case HEARD_AGAIN -> member(a) + " heard again after " + ms(b);
            case PAUSE_SEEN -> "this process was paused for " + ms(a);
            case PACKET_DROPPED -> "dropped " + type((int) a) + " from " + member(b) + " (" + c + ")";
            case null, default -> name.toLowerCase(Locale.ROOT).replace('_', ' ') + ": " + a + " " + b + " " + c;
        };
    }

    private static TraceEvent event(final String name) {
        for (final TraceEvent event : TraceEvent.values()) {
            if (event.name().equals(name)) {
                return event;
            }
        }
        return null;
    }

    private String sums(final String direction, final long a, final long b, final long c) {
        return direction + member(a >>> 48) + ": " + (a >>> 32 & 0xFFFF) + " packets, " + (a & 0xFFFF_FFFFL) + " bytes, logged " + b
            + ", horizon " + c;
    }

    private String packet(final String arrow, final long a, final long b, final long c) {
        final int type = (int) (a & 0xFF);
        final String about = switch (type) {
            case PacketType.DATA -> " offer " + b;
            case PacketType.ORDER -> " " + (b & 0xFFFF) + " from " + (b >> 16);
            case PacketType.TOKEN -> " behind " + b;
            case PacketType.PULL -> " from " + b;
            case PacketType.ENTRIES -> " " + (b & 0xFFFF) + " from " + (b >> 16);
            case PacketType.BARRIER_REQUEST, PacketType.BARRIER_REPLY -> " round " + b;
            case PacketType.REQUEST -> " " + b;
            case PacketType.ACK -> " horizon " + b;
            default -> "";
        };
        return "  " + arrow + member(a >>> 40 & 0xFFFF) + " " + type(type) + about + (PacketType.isControl(type) ? "" : ", logged " + c)
            + ", "
            + (a >>> 8 & 0xFFFF_FFFFL) + " bytes";
    }

    private static String type(final int type) {
        return switch (type) {
            case PacketType.DATA -> "DATA";
            case PacketType.ORDER -> "ORDER";
            case PacketType.ACK -> "ACK";
            case PacketType.TOKEN -> "TOKEN";
            case PacketType.PULL -> "PULL";
            case PacketType.ENTRIES -> "ENTRIES";
            case PacketType.BARRIER_REQUEST -> "BARRIER_REQUEST";
            case PacketType.BARRIER_REPLY -> "BARRIER_REPLY";
            case PacketType.REQUEST -> "REQUEST";
            case PacketType.WAKE -> "WAKE";
            case PacketType.JOIN -> "JOIN";
            case PacketType.COMMIT -> "COMMIT";
            case PacketType.STATE -> "STATE";
            case PacketType.INSTALL -> "INSTALL";
            default -> "packet of type " + type;
        };
    }

    private static String reason(final long ordinal) {
        final GatherReason[] reasons = GatherReason.values();
        return ordinal >= 0 && ordinal < reasons.length ? reasons[(int) ordinal].text() : "reason " + ordinal;
    }

    private static String ms(final long ns) {
        return String.format(Locale.ROOT, "%.1f ms", ns / 1e6);
    }

    private String member(final long number) {
        return number >= 1 && number <= dump.members().size() ? shown(dump.members().get((int) number - 1)) : "somebody unknown";
    }

    private static String shown(final BlackBoxDump.Member member) {
        return member.name().isEmpty() ? member.id().toString() : member.name();
    }
}

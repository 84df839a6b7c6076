// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.RingReport;
import java.util.ArrayList;
import java.util.List;

/** The mesh in lines for people. */
final class MeshReport {
    private MeshReport() {
    }

    static List<String> lines(final Links links, final AddressBook book, final Refusals refusals) {
        final List<String> lines = new ArrayList<>();
        for (final Link link : links.all()) {
            lines.add(link(link));
        }
        for (final String address : unlinked(links, book)) {
            lines.add("no link: " + address);
        }
        for (final Refusal refusal : Refusal.values()) {
            if (refusals.count(refusal) > 0 && !refusal.isOrdinary()) {
                lines.add("refused " + refusals.count(refusal) + " times: " + refusal.text());
            }
        }
        return lines;
    }

    /** Addresses without a link, with what the last try failed of. */
    static List<String> unlinked(final Links links, final AddressBook book) {
        final List<String> lines = new ArrayList<>();
        for (final AddressBook.Entry entry : book.entries()) {
            if (!entry.self && (entry.member == null || !links.contains(entry.member))) {
                lines.add(entry.address + (entry.configured ? "" : " (learnt)")
                    + (entry.lastFailure.isEmpty() ? "" : ", last try: " + Hello.printable(entry.lastFailure)));
            }
        }
        return lines;
    }

    /** The links with all figures. */
    static List<RingReport.Link> links(final Links links, final long nowNs) {
        final List<RingReport.Link> reports = new ArrayList<>();
        for (final Link link : links.all()) {
            final List<RingReport.Channel> channels = new ArrayList<>();
            channels.add(channel("control", link.control));
            if (link.bulk != null) {
                channels.add(channel("bulk", link.bulk));
            }
            final Connection c = link.control;
            reports.add(new RingReport.Link(Hello.printable(link.node), link.peer.toString(), "tcp", c.localText(), link.advertised.toString(),
                link.isUp(), link.isUp() ? (nowNs - link.upNs) / 1_000_000 : 0, (nowNs - c.lastReadNs) / 1_000_000,
                c.roundTripNs < 0 ? -1 : c.roundTripNs / 1000, c.roundTripNs < 0 ? -1 : c.roundTripMaxNs / 1000, channels));
        }
        return reports;
    }

    private static RingReport.Channel channel(final String name, final Connection c) {
        return new RingReport.Channel(name, c.packetsIn, c.bytesIn, c.packetsOut, c.bytesOut, c.pendingBytes(), c.packetsLost);
    }

    private static String link(final Link link) {
        final StringBuilder line = new StringBuilder(160);
        line.append("link: ").append(Hello.printable(link.node)).append(' ').append(link.peer).append(' ').append(link.advertised)
            .append(link.isUp() ? " up" : " being made");
        if (link.control.roundTripNs >= 0) {
            line.append(", round trip ").append(link.control.roundTripNs / 1000).append(" us");
        }
        connection(line, "control", link.control);
        if (link.bulk != null) {
            connection(line, "bulk", link.bulk);
        }
        return line.toString();
    }

    private static void connection(final StringBuilder line, final String name, final Connection c) {
        line.append("; ").append(name).append(" in ").append(c.packetsIn).append(" packets ").append(c.bytesIn).append(" bytes, out ")
            .append(c.packetsOut).append(" packets ").append(c.bytesOut).append(" bytes, unsent ").append(c.pendingBytes());
        if (c.packetsLost > 0) {
            line.append(", lost ").append(c.packetsLost);
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.transport.AddressBook;
import io.carillon.group.transport.AddressBook;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.Refusal;
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
        for (final String address : book.unlinked(links::contains)) {
            lines.add("no link: " + address);
        }
        for (final Refusal refusal : Refusal.values()) {
            if (refusals.count(refusal) > 0 && !refusal.isOrdinary()) {
                lines.add("refused " + refusals.count(refusal) + " times: " + refusal.text());
            }
        }
        return lines;
    }

    private static String link(final Link link) {
        final StringBuilder line = new StringBuilder(160);
        line.append("link: ").append(Hello.printable(link.node)).append(' ').append(link.peer).append(' ').append(link.advertised)
            .append(link.isUp() ? " up" : " being made").append(link.control.protection());
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

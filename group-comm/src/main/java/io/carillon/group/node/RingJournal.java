// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.blackbox.BlackBox;
import io.carillon.group.blackbox.BlackBoxDump;
import io.carillon.group.blackbox.BlackBoxFiles;
import io.carillon.group.ring.GatherReason;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import io.carillon.group.ring.TraceEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is kept of a node's ring for those who ask later: the black box, the views, counts, and the last few events.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class RingJournal {
    private static final GatherReason[] REASONS = GatherReason.values();
    private static final Logger LOG = LoggerFactory.getLogger(RingJournal.class);

    private final BlackBox box;
    private final TraceLog recent = new TraceLog();
    private final ViewHistory views = new ViewHistory();
    private final long[] counts = new long[TraceEvent.values().length];
    private final long[] gathers = new long[REASONS.length];
    private Path failures;
    private boolean dumped;

    RingJournal(final long nowNs) {
        box = new BlackBox(nowNs);
    }

    BlackBox box() {
        return box;
    }

    TraceLog recent() {
        return recent;
    }

    ViewHistory views() {
        return views;
    }

    void trace(final long nowNs, final TraceEvent event, final long a, final long b, final long c) {
        counts[event.ordinal()]++;
        if (event == TraceEvent.GATHER) {
            final GatherReason reason = REASONS[(int) a];
            gathers[reason.ordinal()]++;
            views.gathers(nowNs, reason);
        }
        recent.add(nowNs, event, a, b, c);
        box.trace(nowNs, event, a, b, c);
    }

    /** A view was reported to the layer above. */
    void view(final long nowNs, final RingView view) {
        for (final RingMember member : view.members()) {
            box.name(member.id(), member.name());
        }
        box.view(nowNs, view.primary(), view.epoch(), view.seqno(), view.members().size());
        if (views.add(nowNs, System.currentTimeMillis(), view)) {
            LOG.info("{}", views.latest());
        }
    }

    /** Sets where failures are dumped. */
    void failureDirectory(final Path directory) {
        failures = directory;
    }

    /** The black box as it is now, to be written to a file. */
    ByteBuffer dump(final long nowNs, final String node, final String reason, final List<String> notes) {
        return BlackBoxDump.of(box, nowNs, System.currentTimeMillis(), node, reason, notes);
    }

    /** Writes {@code dump} to the directory of failures, once. What goes wrong with that is only logged: something worse is under way. */
    void dumpFailure(final Supplier<ByteBuffer> dump) {
        if (failures == null || dumped) {
            return;
        }
        dumped = true; // what follows from a failure must not push out what led to it
        try {
            LOG.error("The ring's last events are in {}: 'carillon blackbox FILE' shows them",
                BlackBoxFiles.writeFailure(failures, System.currentTimeMillis(), dump.get()));
        } catch (final IOException | RuntimeException e) {
            LOG.error("The ring's last events could not be written to {}", failures, e);
        }
    }

    /** Counts since the process started, by what they count. */
    Map<String, Long> totals() {
        final Map<String, Long> totals = new LinkedHashMap<>();
        put(totals, "gathered", TraceEvent.GATHER);
        put(totals, "ringsInstalled", TraceEvent.INSTALL);
        put(totals, "tokensPassed", TraceEvent.TOKEN_SENT);
        put(totals, "tokensHeld", TraceEvent.TOKEN_HELD);
        put(totals, "tokensRepeated", TraceEvent.TOKEN_REPEATED);
        put(totals, "entriesPulled", TraceEvent.PULLED);
        put(totals, "offersRepeated", TraceEvent.RESENT);
        put(totals, "packetsDropped", TraceEvent.PACKET_DROPPED);
        put(totals, "suspected", TraceEvent.SUSPECTED);
        put(totals, "heardAgain", TraceEvent.HEARD_AGAIN);
        put(totals, "pauses", TraceEvent.PAUSE_SEEN);
        put(totals, "logsCut", TraceEvent.TRUNCATED);
        put(totals, "logsStartedOver", TraceEvent.RESET);
        return totals;
    }

    private void put(final Map<String, Long> totals, final String name, final TraceEvent event) {
        totals.put(name, counts[event.ordinal()]);
    }

    /** Gatherings by reason, those that happened. */
    Map<String, Long> gathers() {
        final Map<String, Long> byReason = new LinkedHashMap<>();
        for (final GatherReason reason : REASONS) {
            if (gathers[reason.ordinal()] > 0) {
                byReason.put(reason.text(), gathers[reason.ordinal()]);
            }
        }
        return byReason;
    }
}

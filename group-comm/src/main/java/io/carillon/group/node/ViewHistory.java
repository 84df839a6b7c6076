// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.MemberId;
import io.carillon.group.RingReport;
import io.carillon.group.ring.GatherReason;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The last 100 views of a node: when, why, who came and left, and how long the change took. */
final class ViewHistory {
    private static final int VIEWS_MAX = 100;
    private static final int GATHERS_MAX = 8;
    private static final long NONE = Long.MIN_VALUE;

    private final ArrayDeque<RingReport.View> views = new ArrayDeque<>();
    private final List<String> gathers = new ArrayList<>();
    private Map<MemberId, RingMember> members = Map.of();
    private RingView last;
    private long gatherNs = NONE;

    /** The ring gathers. */
    void gathers(final long nowNs, final GatherReason reason) {
        if (gatherNs == NONE) {
            gatherNs = nowNs;
        }
        if (gathers.size() < GATHERS_MAX) {
            gathers.add(reason.text());
        }
    }

    /** A view was reported. One that says nothing new, as the log repeats them, is none: false. */
    boolean add(final long nowNs, final long wallMs, final RingView view) {
        if (last != null && gatherNs == NONE && last.primary() == view.primary() && last.epoch() == view.epoch() && sameVotes(view)) {
            return false;
        }
        final Map<MemberId, RingMember> now = new LinkedHashMap<>();
        final List<RingReport.Voter> voters = new ArrayList<>();
        final List<String> came = new ArrayList<>();
        for (final RingMember member : view.members()) {
            now.put(member.id(), member);
            voters.add(new RingReport.Voter(member.name(), member.id().toString(), member.weight()));
            if (!members.containsKey(member.id())) {
                came.add(member.name());
            }
        }
        final List<String> left = new ArrayList<>();
        for (final RingMember member : members.values()) {
            if (!now.containsKey(member.id())) {
                left.add(member.name());
            }
        }
        if (views.size() == VIEWS_MAX) {
            views.removeFirst();
        }
        views.add(new RingReport.View(wallMs, view.primary(), view.epoch(), view.seqno(), view.number(), view.reason(),
            List.copyOf(gathers),
            gatherNs == NONE ? -1 : (nowNs - gatherNs) / 1000 / 1e3, voters, came, left));
        members = now;
        last = view;
        gathers.clear();
        gatherNs = NONE;
        return true;
    }

    /** The latest view in a line for the node's log: who is in it, what changed, and why. */
    String latest() {
        final RingReport.View view = views.getLast();
        final StringBuilder line = new StringBuilder(view.primary() ? "Primary view " + view.number() : "Not primary");
        line.append(", epoch ").append(view.epoch());
        append(line, ": ", view.members().stream().map(ViewHistory::text).toList());
        append(line, "; new: ", view.came());
        append(line, "; gone: ", view.left());
        line.append("; because: ").append(view.reason());
        append(line, "; this node: ", view.gathers());
        return line.toString();
    }

    private static String text(final RingReport.Voter member) {
        return member.weight() == 1 ? member.name()
            : member.name() + (member.weight() == 0 ? " (no vote)" : " (weight " + member.weight() + ")");
    }

    private static void append(final StringBuilder line, final String what, final List<String> names) {
        if (!names.isEmpty()) {
            line.append(what).append(String.join(", ", names));
        }
    }

    private boolean sameVotes(final RingView view) {
        if (members.size() != view.members().size()) {
            return false;
        }
        for (final RingMember member : view.members()) {
            final RingMember former = members.get(member.id());
            if (former == null || former.weight() != member.weight()) {
                return false;
            }
        }
        return true;
    }

    /** Oldest first. */
    List<RingReport.View> all() {
        return List.copyOf(views);
    }
}

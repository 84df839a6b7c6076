// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.Check;
import io.carillon.group.ring.GatherReason;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import io.carillon.group.ring.TraceEvent;
import io.carillon.group.simulator.SimulatedLog.Durability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A simulated group driven by the commands of a golden script (docs/simulator.md, "Scripts"). */
final class ScriptedGroup implements Narrator {
    private static final long MS = 1_000_000L;
    private static final long UNTIL_MAX = 120_000 * MS;
    private static final int LENGTH = 32;
    private static final Set<TraceEvent> TOKEN_EVENTS = EnumSet.of(TraceEvent.TOKEN_PARKED, TraceEvent.TOKEN_WOKEN,
        TraceEvent.TOKEN_REPEATED, TraceEvent.WAKE_REPEATED, TraceEvent.TOKEN_DUPLICATE, TraceEvent.RELEASED_EARLY,
        TraceEvent.WINDOW_FULL);

    private final List<String> output = new ArrayList<>();
    private final Set<String> happened = new TreeSet<>();
    private final Map<Integer, Set<GatherReason>> gathered = new TreeMap<>();
    private Simulator simulator;
    private boolean narratesTokens;

    /** Runs one command; what became visible meanwhile is added to the output. */
    void run(final String line) {
        final String[] words = line.trim().split("\\s+");
        final String[] rest = Arrays.copyOfRange(words, 1, words.length);
        if (words[0].equals("nodes")) {
            begin(rest);
            return;
        }
        switch (words[0]) {
            case "start", "restart" -> each(rest, node -> simulator.schedule(0, EventKind.START, node, 0, 0, null));
            case "run" -> runFor(nanos(rest[0]));
            case "until" -> until(rest);
            case "cut" -> cut(rest, true);
            case "mend" -> cut(rest, false);
            case "offer" -> offer(rest);
            case "crash" -> crash(rest);
            case "pause" -> simulator.node(number(rest[0])).pause(nanos(rest[1]));
            case "leave" -> leave(rest);
            case "weight" -> weight(rest);
            case "barrier" -> barrier(number(rest[0]));
            case "log" -> each(rest, this::printLog);
            case "why" -> each(rest, this::printReasons);
            case "quietly" -> {
                run(String.join(" ", rest));
                output.clear();
            }
            default -> throw new IllegalArgumentException("unknown command: " + line);
        }
    }

    /** The visible happenings since the last call. */
    List<String> take() {
        final List<String> taken = List.copyOf(output);
        output.clear();
        return taken;
    }

    /** The run so far, for a failure. */
    String traces() {
        return simulator == null ? "" : simulator.describe();
    }

    private void begin(final String[] words) {
        final int count = Integer.parseInt(words[0]);
        final List<String> flags = List.of(words).subList(1, words.length);
        Durability durability = Durability.OS;
        for (final Durability each : Durability.values()) {
            durability = flags.contains(each.name().toLowerCase(Locale.ROOT)) ? each : durability;
        }
        final SwarmOptions base = flags.contains("silent") ? SwarmOptions.quietAndSilent(count, durability)
            : SwarmOptions.quiet(count, durability);
        narratesTokens = flags.contains("rotate");
        simulator = new Simulator(0, narratesTokens ? base.rotating() : base);
        simulator.narrate(this);
    }

    private interface NodeAction {
        void on(int node);
    }

    private void each(final String[] names, final NodeAction action) {
        for (final String name : names) {
            action.on(number(name));
        }
    }

    private static int number(final String name) {
        Check.that(name.length() == 1 && name.charAt(0) >= 'a', "a node is one letter: " + name);
        return name.charAt(0) - 'a';
    }

    private static long nanos(final String text) {
        if (text.endsWith("ms")) {
            return Long.parseLong(text.substring(0, text.length() - 2)) * MS;
        }
        Check.that(text.endsWith("s"), "a time ends in ms or s: " + text);
        return Long.parseLong(text.substring(0, text.length() - 1)) * 1000 * MS;
    }

    private void runFor(final long duration) {
        final long end = simulator.now() + duration;
        simulator.schedule(duration, EventKind.MARK, 0, 0, 0, null);
        while (simulator.now() < end) {
            simulator.step();
        }
    }

    private interface Condition {
        boolean holds();
    }

    private void until(final String[] words) {
        happened.clear();
        final String[] rest = Arrays.copyOfRange(words, 1, words.length);
        final Condition condition = switch (words[0]) {
            case "view" -> () -> inView(rest);
            case "settled" -> () -> settled(rest);
            case "ordered" -> () -> hasOrdered(number(rest[0]), rest[1]);
            case "delivered" -> () -> happened.contains(rest[0] + " delivers " + rest[1]);
            default -> {
                final TraceEvent event = TraceEvent.valueOf(words[0].toUpperCase(Locale.ROOT).replace('-', '_'));
                yield () -> happened.contains(rest[0] + " " + event);
            }
        };
        final long end = simulator.now() + UNTIL_MAX;
        while (!condition.holds()) {
            simulator.step();
            Check.that(simulator.now() < end, "two minutes pass before: until " + String.join(" ", words));
        }
    }

    /** All named nodes, and nobody else, vote in the latest view of each of them. */
    private boolean inView(final String[] names) {
        for (final String name : names) {
            final RingView view = simulator.node(number(name)).application().view();
            if (view == null || view.members().stream().filter(member -> member.weight() > 0).count() != names.length) {
                return false;
            }
            for (final String other : names) {
                if (GroupHistory.weight(view, simulator.node(number(other)).self()) == 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean settled(final String[] names) {
        final long end = simulator.history().stableIndex();
        for (final String name : names) {
            final SimulatedNode node = simulator.node(number(name));
            if (!node.running() || node.reportedStable() != end || node.log().endIndex() != end || node.application().pendingOffers() > 0) {
                return false;
            }
        }
        return true;
    }

    private boolean hasOrdered(final int node, final String label) {
        final SimulatedLog log = simulator.node(node).log();
        for (long i = log.endIndex(); i > log.baseIndex(); i--) {
            if (!log.at(i).kind().isConfiguration() && ApplicationModel.label(log.at(i)).equals(label)) {
                return true;
            }
        }
        return false;
    }

    private void cut(final String[] words, final boolean block) {
        if (words[0].equals("all")) {
            for (int from = 0; from < simulator.nodeCount(); from++) {
                for (int to = 0; to < simulator.nodeCount(); to++) {
                    simulator.network().mend(from, to);
                }
            }
            return;
        }
        for (final String link : words) {
            final boolean oneWay = link.contains(">");
            final int from = number(link.substring(0, 1));
            final int to = number(link.substring(2, 3));
            toggle(from, to, block);
            if (!oneWay) {
                toggle(to, from, block);
            }
        }
    }

    private void toggle(final int from, final int to, final boolean block) {
        if (block) {
            simulator.network().block(from, to);
        } else {
            simulator.network().mend(from, to);
        }
    }

    private void leave(final String[] words) {
        offer(number(words[0]), words.length > 1 ? Integer.parseInt(words[1]) : 0, LENGTH);
        simulator.node(number(words[0])).leave();
    }

    private void offer(final String[] words) {
        offer(number(words[0]), words.length > 1 ? Integer.parseInt(words[1]) : 1, words.length > 2 ? Integer.parseInt(words[2]) : LENGTH);
        simulator.node(number(words[0])).touched();
    }

    private void offer(final int number, final int count, final int length) {
        final SimulatedNode node = simulator.node(number);
        for (int i = count; i > 0; i--) {
            final long result = node.application().offer(node.core(), node.local(), simulator.workload(), length);
            if (result < 0) {
                happened(node.number(), "offer refused " + result);
            }
        }
    }

    private void crash(final String[] words) {
        final boolean amnesia = words.length > 1 && words[1].equals("amnesia");
        simulator.node(number(words[0])).crash(amnesia, false);
    }

    private void weight(final String[] words) {
        final SimulatedNode node = simulator.node(number(words[0]));
        node.core().weight(node.local(), Integer.parseInt(words[1]));
        node.touched();
    }

    private void barrier(final int number) {
        final SimulatedNode node = simulator.node(number);
        node.application().barrier(node.core(), node.local());
        node.touched();
    }

    private void printLog(final int number) {
        final SimulatedLog log = simulator.node(number).log();
        final StringBuilder text = new StringBuilder("log:");
        for (long i = log.baseIndex() + 1; i <= log.endIndex(); i++) {
            final StoredEntry entry = log.at(i);
            if (entry.kind().isConfiguration()) {
                text.append(' ').append(entry.kind()).append('[').append(members(ConfigurationReader.read(entry))).append(']');
            } else {
                text.append(' ').append(ApplicationModel.label(entry));
            }
        }
        happened(number, text.toString());
    }

    /** Why the node gathered since it was last asked, each reason once, and why its present view came about. */
    private void printReasons(final int number) {
        final Set<GatherReason> since = gathered.computeIfAbsent(number, unused -> EnumSet.noneOf(GatherReason.class));
        final List<String> texts = since.stream().map(GatherReason::text).toList();
        final RingView view = simulator.node(number).application().view();
        happened(number, "gathered: " + (texts.isEmpty() ? "never" : String.join(", ", texts))
            + (view == null ? "; not primary" : "; view: " + view.reason()));
        since.clear();
    }

    private String members(final RingView view) {
        final StringBuilder text = new StringBuilder();
        for (final RingMember member : view.members()) {
            if (member.weight() > 0) {
                text.append((char) ('a' + member.info()[0]));
            }
        }
        final char[] letters = text.toString().toCharArray();
        Arrays.sort(letters);
        return new String(letters);
    }

    @Override
    public void happened(final int node, final String what) {
        output.add(ApplicationModel.letter(node) + " " + what);
        happened.add(ApplicationModel.letter(node) + " " + what);
    }

    @Override
    public void traced(final int node, final TraceEvent event, final long first) {
        if (narratesTokens && TOKEN_EVENTS.contains(event)) {
            output.add(ApplicationModel.letter(node) + " " + event.name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        happened.add(ApplicationModel.letter(node) + " " + event);
        if (event == TraceEvent.GATHER) {
            gathered.computeIfAbsent(node, unused -> EnumSet.noneOf(GatherReason.class)).add(GatherReason.values()[(int) first]);
        }
    }
}

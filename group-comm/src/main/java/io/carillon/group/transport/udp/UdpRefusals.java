// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.Hello;
import io.carillon.group.transport.LimitedLog;
import io.carillon.group.transport.Refusal;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * What was not taken, counted and said once in a while.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class UdpRefusals {
    private final LimitedLog log;
    private final LongSupplier clock;
    private final long[] counts = new long[Refusal.values().length];
    private long forged;
    private long replayed;
    private long strange;

    UdpRefusals(final Logger log, final LongSupplier clock) {
        this.log = new LimitedLog(log);
        this.clock = clock;
    }

    /** This node wants no link with whoever is at {@code from}. */
    void refuse(final Refusal refusal, final InetSocketAddress from, final Hello hello) {
        counts[refusal.code()]++;
        if (!refusal.isOrdinary()) {
            final String ip = from.getAddress().getHostAddress();
            final String who = hello == null ? "" : " ('" + Hello.printable(hello.node()) + "' of cluster '"
                + Hello.printable(hello.cluster()) + "', network " + hello.network() + ")";
            log.say(clock.getAsLong(), refusal.isOperatorsMistake(), ip + refusal, () -> "refused a link with " + ip + ": it "
                + refusal.text() + who);
        }
    }

    /** Whoever is at {@code from} wants no link with this node. */
    void onRefused(final Refusal refusal, final InetSocketAddress from) {
        counts[refusal.code()]++;
        if (!refusal.isOrdinary()) {
            log.say(clock.getAsLong(), refusal.isOperatorsMistake(), "refused by " + from + refusal, () -> "the node at " + from
                + " refused a link: in its eyes this node " + refusal.text());
        }
    }

    /** A datagram does not bear the cluster's key. */
    void onForged(final InetSocketAddress from) {
        forged++;
        log.say(clock.getAsLong(), true, "forged " + from.getAddress(), () -> "datagrams from " + from.getAddress().getHostAddress()
            + " do not bear this cluster's key: another carillon.ring.key, or a forgery");
    }

    /** A datagram came before, or is too old to tell. */
    void onReplayed() {
        replayed++;
    }

    /** A datagram is nothing that a node sends, or is for a link that is gone. */
    void onStrange() {
        strange++;
    }

    /** A datagram that bears the key makes no sense. */
    void onGarbage(final InetSocketAddress from, final String what) {
        counts[Refusal.GARBAGE.code()]++;
        log.say(clock.getAsLong(), false, from.getAddress() + " garbage", () -> "a datagram from " + from + " makes no sense: " + what);
    }

    long forged() {
        return forged;
    }

    long replayed() {
        return replayed;
    }

    long strange() {
        return strange;
    }

    long total() {
        long total = forged;
        for (final long count : counts) {
            total += count;
        }
        return total;
    }

    void describe(final List<String> lines) {
        for (final Refusal refusal : Refusal.values()) {
            if (counts[refusal.code()] > 0 && !refusal.isOrdinary()) {
                lines.add("refused " + counts[refusal.code()] + " times: " + refusal.text());
            }
        }
        if (forged + replayed + strange > 0) {
            lines.add("datagrams not taken: " + forged + " without the cluster's key, " + replayed + " that came before or too late, "
                + strange + " for no link");
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.LimitedLog;
import io.carillon.group.transport.Refusal;
import io.netty.buffer.ByteBuf;
import org.slf4j.Logger;

/**
 * Refuses connections: tells the other side why, counts, and says it once in a while.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Refusals {
    private final TcpMesh mesh;
    private final LimitedLog log;
    private final long[] counts = new long[Refusal.values().length];

    Refusals(final TcpMesh mesh, final Logger log) {
        this.mesh = mesh;
        this.log = new LimitedLog(log);
    }

    /** Refuses {@code c}, and closes it and the link that it belongs to. */
    void refuse(final Connection c, final Refusal refusal, final String detail) {
        count(refusal, c.remoteIp(), detail);
        final ByteBuf body = c.channel.alloc().directBuffer(256);
        body.writeShortLE(refusal.code());
        Hello.writeText(body, detail);
        c.frame(Frames.REFUSE, body);
        mesh.onChannelInactive(c, refusal.text());
    }

    /** Counts a refusal of somebody at {@code ip}. */
    void count(final Refusal refusal, final String ip, final String detail) {
        counts[refusal.code()]++;
        if (!refusal.isOrdinary()) {
            log.say(mesh.nowNs(), refusal.isOperatorsMistake(), ip + refusal,
                () -> "refused a connection with " + ip + ": it " + refusal.text()
                + inBrackets(detail));
        }
    }

    /** TLS with the other side of {@code c} failed, by its doing or by this node's. */
    void onTlsFailure(final Connection c, final TlsFailure failure) {
        c.answeredInClear = c.initiator && failure.refusal() == Refusal.CLEAR;
        c.failure = (failure.byPeer() ? "refused: in its eyes this node " : "it ") + failure.refusal().text()
            + inBrackets(failure.detail());
        if (c.answeredInClear && mesh.security().takesClear()) {
            mesh.onChannelInactive(c, "it does not encrypt: trying in the clear");
            return;
        }
        if (failure.byPeer()) {
            onRefused(c, failure.refusal(), failure.detail(), mesh.nowNs());
        } else {
            count(failure.refusal(), c.remoteIp(), failure.detail());
            mesh.onChannelInactive(c, failure.refusal().text());
        }
    }

    /** The other side of {@code c} refused this node. */
    void onRefused(final Connection c, final Refusal refusal, final String detail, final long nowNs) {
        counts[refusal.code()]++;
        if (refusal == Refusal.SELF && c.dialled != null) {
            c.dialled.foundSelf();
        }
        if (!refusal.isOrdinary()) {
            log.say(nowNs, refusal.isOperatorsMistake(), "refused by " + c.remoteIp() + refusal, () -> "the node at " + c.remoteText()
                + " refused a connection: in its eyes this node " + refusal.text() + inBrackets(detail));
        }
        mesh.onChannelInactive(c, "refused: " + refusal);
    }

    long total() {
        long total = 0;
        for (final long count : counts) {
            total += count;
        }
        return total;
    }

    long count(final Refusal refusal) {
        return counts[refusal.code()];
    }

    private static String inBrackets(final String detail) {
        return detail.isEmpty() ? "" : " (" + Hello.printable(detail) + ")";
    }
}

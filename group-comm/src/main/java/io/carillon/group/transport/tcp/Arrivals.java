// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.transport.Admission;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.Refusal;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Accepted connections of which it is not known yet whether they are admitted. Nothing is read from them.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Arrivals {
    private final TcpMesh mesh;
    private final EngineLoop loop;
    private final Refusals refusals;
    private final Set<Channel> waiting = new LinkedHashSet<>();
    private final Map<Channel, Future<?>> timeouts = new HashMap<>();
    private Admission admission = Admission.ALL;

    Arrivals(final TcpMesh mesh, final EngineLoop loop, final Refusals refusals) {
        this.mesh = mesh;
        this.loop = loop;
        this.refusals = refusals;
    }

    void admission(final Admission asked) {
        admission = asked;
    }

    /** Somebody connected. */
    void accept(final Channel channel) {
        final String ip = Connection.ipOf(channel);
        if (mesh.channels().inboundHandshakes() + waiting.size() >= mesh.config().unauthenticatedMax()) {
            refuse(channel, Refusal.TOO_MANY, ip);
            return;
        }
        waiting.add(channel);
        admission.ask(ip, admitted -> answered(channel, ip, admitted));
        if (waiting.contains(channel)) {
            channel.config().setAutoRead(false);
            final Future<?> timeout = loop.schedule(() -> {
                if (waiting.remove(channel)) {
                    refuse(channel, Refusal.NOT_ANSWERED, ip);
                }
            }, mesh.config().handshakeNs());
            timeouts.put(channel, timeout);
            channel.closeFuture().addListener(closed -> forget(channel));
        }
    }

    private void answered(final Channel channel, final String ip, final boolean admitted) {
        if (!forget(channel)) {
            return;
        }
        if (admitted) {
            mesh.channels().onAdmitted(channel);
            channel.config().setAutoRead(true);
        } else {
            refuse(channel, Refusal.NOT_ALLOWED, ip);
        }
    }

    /** False when it does not wait. What waits for nothing keeps nothing: strangers may come by the thousand. */
    private boolean forget(final Channel channel) {
        final Future<?> timeout = timeouts.remove(channel);
        if (timeout != null) {
            timeout.cancel(false);
        }
        return waiting.remove(channel);
    }

    private void refuse(final Channel channel, final Refusal refusal, final String ip) {
        refusals.count(refusal, ip, "");
        channel.close();
    }

    void closeAll() {
        for (final Channel channel : List.copyOf(waiting)) {
            forget(channel);
            channel.close();
        }
    }
}

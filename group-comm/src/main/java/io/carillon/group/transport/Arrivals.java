// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.netty.channel.Channel;
import java.util.LinkedHashSet;
import java.util.List;
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
        if (mesh.inboundHandshakes() + waiting.size() >= mesh.config().unauthenticatedMax()) {
            refuse(channel, Refusal.TOO_MANY, ip);
            return;
        }
        waiting.add(channel);
        admission.ask(ip, admitted -> answered(channel, ip, admitted));
        if (waiting.contains(channel)) {
            channel.config().setAutoRead(false);
            channel.closeFuture().addListener(closed -> waiting.remove(channel));
            loop.schedule(() -> {
                if (waiting.remove(channel)) {
                    refuse(channel, Refusal.NOT_ANSWERED, ip);
                }
            }, mesh.config().handshakeNs());
        }
    }

    private void answered(final Channel channel, final String ip, final boolean admitted) {
        if (!waiting.remove(channel)) {
            return;
        }
        if (admitted) {
            mesh.onAdmitted(channel);
            channel.config().setAutoRead(true);
        } else {
            refuse(channel, Refusal.NOT_ALLOWED, ip);
        }
    }

    private void refuse(final Channel channel, final Refusal refusal, final String ip) {
        refusals.count(refusal, ip, "");
        channel.close();
    }

    void closeAll() {
        List.copyOf(waiting).forEach(Channel::close);
        waiting.clear();
    }
}

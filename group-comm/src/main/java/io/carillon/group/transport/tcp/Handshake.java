// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.MemberId;
import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.BadFrame;
import io.carillon.group.transport.Frames;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.Refusal;
import io.netty.buffer.ByteBuf;

/**
 * Turns connections into links. On the control connection: HELLO both ways, then the initiator, knowing whom it
 * reached, either drops a connection it does not need (itself, or
 * somebody linked already) or CONFIRMs it, and the acceptor answers ESTABLISHED. The bulk connection follows under the link's nonce.
 *
 * <p>Two nodes that CONFIRM towards each other at the same time keep the connection of the lower id. An acceptor can
 * tell that from a peer that lost an established link
 * (and is to be believed) because the peer's frames carry its count of links: a CONFIRM older than the peer's ESTABLISHED is a leftover.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class Handshake {
    private final TcpMesh mesh;
    private final Links links;
    private final MemberId self;
    private long order;

    Handshake(final TcpMesh mesh, final Links links, final MemberId self) {
        this.mesh = mesh;
        this.links = links;
        this.self = self;
    }

    void onFrame(final Connection connection, final int kind, final ByteBuf body, final long nowNs) throws BadFrame {
        switch (kind) {
            case Frames.HELLO -> onHello(connection, Hello.decode(body), nowNs);
            case Frames.CONFIRM -> onConfirm(connection, number(body), nowNs);
            case Frames.ESTABLISHED -> onEstablished(connection, number(body), nowNs);
            case Frames.REFUSE -> onRefused(connection, body, nowNs);
            default -> throw new BadFrame("frame of kind " + kind + " in a handshake");
        }
    }

    /** A number that is the whole body. */
    static long number(final ByteBuf body) throws BadFrame {
        Hello.need(body, Long.BYTES);
        final long value = body.readLongLE();
        Hello.end(body);
        return value;
    }

    private void onHello(final Connection c, final Hello hello, final long nowNs) throws BadFrame {
        if (c.phase != Connection.Phase.AWAITS_HELLO && c.phase != Connection.Phase.HELLO_SENT || c.remote != null) {
            throw new BadFrame("HELLO twice");
        }
        c.remote = hello;
        final Refusal refusal = mesh.identity().objection(hello);
        if (refusal != null) {
            refuseHello(c, hello, refusal);
        } else if (c.initiator) {
            onHelloAnswered(c, hello, nowNs);
        } else if (hello.trafficClass() == TrafficClass.BULK) {
            onBulkHello(c, hello, nowNs);
        } else {
            c.phase = Connection.Phase.AWAITS_CONFIRM;
            mesh.channels().sendHello(c, TrafficClass.CONTROL, hello.link());
        }
    }

    private void refuseHello(final Connection c, final Hello hello, final Refusal refusal) {
        final String detail = switch (refusal) {
            case VERSION -> "it speaks " + hello.versionMin() + " to " + hello.versionMax() + ", this node "
                + Hello.VERSION_MIN + " to " + Hello.VERSION_MAX;
            case CLUSTER_NAME -> "'" + Hello.printable(hello.cluster()) + "', this node's is '" + mesh.identity().cluster() + "'";
            case CLONE -> hello.member().toString();
            case NETWORK -> "its number " + hello.network() + ", number " + mesh.identity().network() + " here";
            default -> "";
        };
        mesh.refusals().refuse(c, refusal, detail);
    }

    private void onHelloAnswered(final Connection c, final Hello hello, final long nowNs) {
        if (c.trafficClass == TrafficClass.BULK) {
            mesh.refusals().refuse(c, Refusal.GARBAGE, "HELLO on a bulk connection");
            return;
        }
        mesh.learn(hello, c, nowNs);
        mesh.book().onAnswered(c.dialled, hello.member(), nowNs);
        final Link existing = links.of(hello.member());
        if (existing != null && existing.mesh == hello.mesh()) {
            c.close();
            return;
        }
        if (existing != null) {
            links.drop(existing, "the node was restarted");
        }
        if (links.isFull()) {
            mesh.refusals().refuse(c, Refusal.FULL, mesh.config().peersMax() + " peers");
            return;
        }
        links.make(c, c.helloLink, nowNs);
        c.phase = Connection.Phase.CONFIRM_SENT;
        c.frame(Frames.CONFIRM, ++order);
    }

    private void onConfirm(final Connection c, final long peerOrder, final long nowNs) throws BadFrame {
        if (c.phase != Connection.Phase.AWAITS_CONFIRM) {
            throw new BadFrame("CONFIRM out of place");
        }
        final Hello hello = c.remote;
        final Link existing = links.of(hello.member());
        if (existing != null) {
            if (existing.mesh == hello.mesh() && isLeftover(existing, peerOrder)) {
                mesh.refusals().refuse(c, Refusal.DUPLICATE, "");
                return;
            }
            links.drop(existing, existing.mesh == hello.mesh() ? "the peer made a new link" : "the node was restarted");
        }
        if (links.isFull()) {
            mesh.refusals().refuse(c, Refusal.FULL, mesh.config().peersMax() + " peers");
            return;
        }
        mesh.learn(hello, c, nowNs);
        final Link link = links.make(c, hello.link(), nowNs);
        link.peerOrder = peerOrder;
        mesh.channels().opened(c);
        c.frame(Frames.ESTABLISHED, ++order);
    }

    private boolean isLeftover(final Link existing, final long peerOrder) {
        final boolean crossing = existing.initiator && existing.peerOrder < 0;
        return crossing ? self.compareTo(existing.peer) < 0 : peerOrder < existing.peerOrder;
    }

    private void onEstablished(final Connection c, final long peerOrder, final long nowNs) throws BadFrame {
        if (c.phase == Connection.Phase.OPEN && c.trafficClass == TrafficClass.BULK && c.initiator) {
            return;
        }
        if (c.phase == Connection.Phase.CONFIRM_SENT) {
            c.link.peerOrder = peerOrder;
            mesh.channels().opened(c);
            mesh.channels().dialBulk(c.link);
        } else if (c.phase == Connection.Phase.HELLO_SENT && c.trafficClass == TrafficClass.BULK) {
            mesh.channels().opened(c);
            links.onUp(c.link, nowNs);
        } else {
            throw new BadFrame("ESTABLISHED out of place");
        }
    }

    /**
     * A packet came on a link that is not up here. The peer has both connections open, else it would not send: its
     * ESTABLISHED is still under way on the other one.
     * False if that cannot be.
     */
    boolean peerIsUp(final Link link, final long nowNs) {
        if (!link.initiator || link.bulk == null || link.control.phase != Connection.Phase.OPEN) {
            return false;
        }
        mesh.channels().opened(link.bulk);
        links.onUp(link, nowNs);
        return true;
    }

    private void onBulkHello(final Connection c, final Hello hello, final long nowNs) {
        final Link link = links.of(hello.member());
        if (link == null || link.initiator || link.nonce != hello.link() || link.bulk != null || link.mesh != hello.mesh()) {
            mesh.refusals().refuse(c, Refusal.NO_LINK, "");
            return;
        }
        c.trafficClass = TrafficClass.BULK;
        c.link = link;
        link.bulk = c;
        mesh.channels().opened(c);
        c.frame(Frames.ESTABLISHED, ++order);
        links.onUp(link, nowNs);
    }

    private void onRefused(final Connection c, final ByteBuf body, final long nowNs) throws BadFrame {
        Hello.need(body, 2);
        final Refusal refusal = Refusal.of(body.readUnsignedShortLE());
        final String detail = Hello.readText(body);
        Hello.end(body);
        mesh.refusals().onRefused(c, refusal, detail, nowNs);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.AddressEntry;
import io.carillon.group.transport.BadFrame;
import io.carillon.group.transport.Hello;
import io.carillon.group.transport.Refusal;
import io.carillon.group.transport.RingKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.crypto.Mac;

/**
 * Makes UDP links: INIT, the answer to which is a COOKIE as long as it has none, then ACCEPT; the first datagram that
 * opens under the new keys completes it at the acceptor. Nothing is kept and nothing longer than the question is sent
 * before the cookie came back, and all of it carries a code under the cluster's key.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
final class UdpHandshake {
    private static final int MAGIC = 0x554c5243;
    private static final int TAG_LENGTH = 16;
    private static final long REPEAT_NS = 100_000_000L;
    private static final byte[] NOTHING = {};
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A link that this node wants. */
    private static final class Attempt {
        private final AddressEntry entry;
        private final InetSocketAddress address;
        private final UdpIntroduction own;
        private final long deadlineNs;
        private byte[] cookie = new byte[Cookies.LENGTH];
        private long repeatNs;

        Attempt(final AddressEntry entry, final InetSocketAddress address, final UdpIntroduction own, final long deadlineNs) {
            this.entry = entry;
            this.address = address;
            this.own = own;
            this.deadlineNs = deadlineNs;
        }
    }

    /** A link that somebody else wants, and the answer it got. */
    private static final class Half {
        private final UdpLink link;
        private final byte[] accept;

        Half(final UdpLink link, final byte[] accept) {
            this.link = link;
            this.accept = accept;
        }
    }

    private final UdpMesh mesh;
    private final UdpLinks links;
    private final RingKey key;
    private final Mac mac;
    private final Cookies cookies;
    private final byte[] multicastSalt = random();
    private final int multicastIndex = RANDOM.nextInt();
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Half> halves = new ArrayList<>();
    private final Set<InetSocketAddress> asked = new HashSet<>();

    UdpHandshake(final UdpMesh mesh, final UdpLinks links, final RingKey key) {
        this.mesh = mesh;
        this.links = links;
        this.key = key;
        final byte[] purpose = "carillon udp 1 handshake".getBytes(StandardCharsets.UTF_8);
        mac = Cookies.mac(key == null ? purpose : key.derive(NOTHING, purpose, 32));
        cookies = new Cookies(mesh.nowNs());
    }

    static byte[] random() {
        final byte[] salt = new byte[UdpIntroduction.SALT_LENGTH];
        RANDOM.nextBytes(salt);
        return salt;
    }

    /** What this node says of itself on a new link. */
    UdpIntroduction introduction() {
        return new UdpIntroduction(mesh.freeIndex(RANDOM), random(), multicastIndex, multicastSalt, mesh.hello());
    }

    int multicastIndex() {
        return multicastIndex;
    }

    /** Links that others want and have not completed. */
    int halfOpen() {
        return halves.size() + asked.size();
    }

    // ---- wanted by this node

    void begin(final AddressEntry entry, final InetSocketAddress address, final long nowNs) {
        final Attempt attempt = new Attempt(entry, address, introduction(), nowNs + mesh.config().handshakeNs());
        attempts.add(attempt);
        sendInit(attempt, nowNs);
    }

    private void sendInit(final Attempt attempt, final long nowNs) {
        attempt.repeatNs = nowNs + REPEAT_NS;
        final ByteBuf body = Unpooled.buffer(512);
        body.writeIntLE(Datagrams.INIT).writeIntLE(MAGIC).writeBytes(attempt.cookie);
        attempt.own.encode(body);
        send(body, NOTHING, attempt.address);
    }

    private Attempt attempt(final ByteBuf in) throws BadFrame {
        Hello.need(in, Integer.BYTES);
        final int index = in.readIntLE();
        for (final Attempt attempt : attempts) {
            if (attempt.own.index() == index) {
                return attempt;
            }
        }
        return null;
    }

    /** When {@link #onTimer} has something to do, or {@code Long.MAX_VALUE}. */
    long deadlineNs() {
        long next = Long.MAX_VALUE;
        for (final Attempt attempt : attempts) {
            next = Math.min(next, attempt.repeatNs);
        }
        for (final Half half : halves) {
            next = Math.min(next, half.link.madeNs + mesh.config().handshakeNs());
        }
        return next;
    }

    void onTimer(final long nowNs) {
        for (final Attempt attempt : List.copyOf(attempts)) {
            if (nowNs - attempt.deadlineNs >= 0) {
                fail(attempt, "no answer");
            } else if (nowNs - attempt.repeatNs >= 0) {
                sendInit(attempt, nowNs);
            }
        }
        for (final Half half : List.copyOf(halves)) {
            if (half.link.state != UdpLink.State.BEING_MADE) {
                halves.remove(half);
            } else if (nowNs - half.link.madeNs >= mesh.config().handshakeNs()) {
                halves.remove(half);
                mesh.refusals().refuse(Refusal.TOO_SLOW, half.link.address, null);
                links.forget(half.link);
            }
        }
    }

    private void fail(final Attempt attempt, final String why) {
        attempts.remove(attempt);
        mesh.book().onFailed(attempt.entry, why, mesh.nowNs());
    }

    void stop() {
        for (final Attempt attempt : List.copyOf(attempts)) {
            fail(attempt, "stopped");
        }
        halves.forEach(half -> links.forget(half.link));
        halves.clear();
    }

    // ---- datagrams

    void onDatagram(final int kind, final ByteBuf in, final InetSocketAddress from, final long nowNs) throws BadFrame {
        switch (kind) {
            case Datagrams.INIT -> onInit(in, from, nowNs);
            case Datagrams.COOKIE -> onCookie(in, from, nowNs);
            case Datagrams.ACCEPT -> onAccept(in, from, nowNs);
            default -> onRefused(in, from);
        }
    }

    private void onInit(final ByteBuf in, final InetSocketAddress from, final long nowNs) throws BadFrame {
        Hello.need(in, Integer.BYTES);
        if (in.getIntLE(in.readerIndex()) != MAGIC) {
            throw new BadFrame("no magic number");
        }
        if (!isSealed(in, NOTHING)) {
            mesh.refusals().onForged(from);
            return;
        }
        in.skipBytes(Integer.BYTES);
        Hello.need(in, Cookies.LENGTH);
        final byte[] cookie = new byte[Cookies.LENGTH];
        in.readBytes(cookie);
        final UdpIntroduction peer = UdpIntroduction.decode(in);
        if (!cookies.isGood(cookie, from, nowNs)) {
            send(Unpooled.buffer(64).writeIntLE(Datagrams.COOKIE).writeIntLE(peer.index()).writeBytes(cookies.of(from, nowNs)), peer.salt(),
                from);
            return;
        }
        final Refusal objection = mesh.identity().objection(peer.hello());
        if (objection != null) {
            mesh.refusals().refuse(objection, from, peer.hello());
            sendRefusal(objection, peer, from);
            return;
        }
        for (final Half half : halves) {
            if (Arrays.equals(half.link.remote.salt(), peer.salt())) {
                mesh.socket().send(half.accept, half.accept.length, from);
                return;
            }
        }
        if (halfOpen() >= mesh.config().unauthenticatedMax()) {
            mesh.refusals().refuse(Refusal.TOO_MANY, from, null);
        } else if (asked.add(from)) {
            loopAsk(peer, from);
        }
    }

    private void loopAsk(final UdpIntroduction peer, final InetSocketAddress from) {
        mesh.admission().ask(from.getAddress().getHostAddress(), admitted -> {
            if (!asked.remove(from) || mesh.isMute()) {
                return;
            }
            if (admitted) {
                accept(peer, from);
            } else {
                mesh.refusals().refuse(Refusal.NOT_ALLOWED, from, null);
            }
        });
        if (asked.contains(from)) {
            // Who gets no answer asks again, and then so does this node.
            mesh.later(() -> asked.remove(from), mesh.config().handshakeNs());
        }
    }

    private void accept(final UdpIntroduction peer, final InetSocketAddress from) {
        final UdpIntroduction own = introduction();
        final UdpLink link = new UdpLink(mesh, from, peer, own.index(), false, UdpKeys.of(key, peer, own, false), mesh.nowNs());
        final ByteBuf body = Unpooled.buffer(512).writeIntLE(Datagrams.ACCEPT).writeIntLE(peer.index());
        own.encode(body);
        final byte[] accept = sealed(body, peer.salt());
        halves.add(new Half(link, accept));
        links.add(link);
        mesh.socket().send(accept, accept.length, from);
    }

    /** The try that {@code from} answers with what it sealed; null for none. What follows its number is to be read. */
    private Attempt answered(final ByteBuf in, final InetSocketAddress from) throws BadFrame {
        final int start = in.readerIndex();
        final Attempt attempt = attempt(in);
        in.readerIndex(start);
        if (attempt == null || !attempt.address.equals(from)) {
            return null;
        }
        if (!isSealed(in, attempt.own.salt())) {
            mesh.refusals().onForged(from);
            return null;
        }
        in.skipBytes(Integer.BYTES);
        return attempt;
    }

    private void onCookie(final ByteBuf in, final InetSocketAddress from, final long nowNs) throws BadFrame {
        final Attempt attempt = answered(in, from);
        if (attempt == null) {
            return;
        }
        Hello.need(in, Cookies.LENGTH);
        in.readBytes(attempt.cookie);
        sendInit(attempt, nowNs);
    }

    private void onAccept(final ByteBuf in, final InetSocketAddress from, final long nowNs) throws BadFrame {
        final Attempt attempt = answered(in, from);
        if (attempt == null) {
            return;
        }
        final UdpIntroduction peer = UdpIntroduction.decode(in);
        final Refusal objection = mesh.identity().objection(peer.hello());
        if (objection != null) {
            mesh.refusals().refuse(objection, from, peer.hello());
            fail(attempt, "refused");
            return;
        }
        attempts.remove(attempt);
        mesh.book().onAnswered(attempt.entry, peer.hello().member(), nowNs);
        final UdpLink link = new UdpLink(mesh, from, peer, attempt.own.index(), true, UdpKeys.of(key, attempt.own, peer, true), nowNs);
        links.add(link);
        links.establish(link, nowNs);
    }

    private void sendRefusal(final Refusal refusal, final UdpIntroduction peer, final InetSocketAddress to) {
        final ByteBuf body = Unpooled.buffer(64).writeIntLE(Datagrams.REFUSED).writeIntLE(peer.index()).writeShortLE(refusal.code());
        send(body, peer.salt(), to);
    }

    private void onRefused(final ByteBuf in, final InetSocketAddress from) throws BadFrame {
        final int start = in.readerIndex();
        final Attempt attempt = attempt(in);
        in.readerIndex(start);
        if (attempt == null || !attempt.address.equals(from) || !isSealed(in, attempt.own.salt())) {
            return;
        }
        in.skipBytes(Integer.BYTES);
        Hello.need(in, 2);
        final Refusal refusal = Refusal.of(in.readUnsignedShortLE());
        if (refusal == Refusal.SELF) {
            attempt.entry.foundSelf();
        }
        mesh.refusals().onRefused(refusal, from);
        fail(attempt, "refused");
    }

    // ---- codes

    private void send(final ByteBuf body, final byte[] context, final InetSocketAddress to) {
        final byte[] bytes = sealed(body, context);
        mesh.socket().send(bytes, bytes.length, to);
    }

    private byte[] sealed(final ByteBuf body, final byte[] context) {
        final int length = body.readableBytes();
        final byte[] bytes = new byte[length + TAG_LENGTH];
        body.readBytes(bytes, 0, length);
        mac.update(bytes, 0, length);
        System.arraycopy(mac.doFinal(context), 0, bytes, length, TAG_LENGTH);
        return bytes;
    }

    /** Checks the code of a whole datagram whose kind was read, and cuts it off. */
    private boolean isSealed(final ByteBuf in, final byte[] context) throws BadFrame {
        Hello.need(in, TAG_LENGTH);
        final int end = in.writerIndex() - TAG_LENGTH;
        final byte[] tag = new byte[TAG_LENGTH];
        in.getBytes(end, tag);
        final byte[] bytes = new byte[Integer.BYTES + end - in.readerIndex()];
        in.getBytes(in.readerIndex() - Integer.BYTES, bytes);
        mac.update(bytes);
        in.writerIndex(end);
        return MessageDigest.isEqual(Arrays.copyOf(mac.doFinal(context), TAG_LENGTH), tag);
    }
}

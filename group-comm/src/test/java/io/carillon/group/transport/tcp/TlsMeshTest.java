// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.ring.TrafficClass;
import io.carillon.group.transport.ChannelSecurity;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import io.carillon.group.transport.tls.TestAuthority;
import io.carillon.group.transport.tls.TlsException;
import io.carillon.group.transport.tls.TlsSecurity;
import io.carillon.group.transport.tls.TlsSettings;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Links over TLS: who is let in, who is not and is told why, and what changes while they are up. The time limit only ends what hangs. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TlsMeshTest {
    @TempDir
    private Path directory;
    private TestAuthority authority;

    @BeforeEach
    void found() throws Exception {
        authority = new TestAuthority(directory, "authority");
    }

    @Test
    void bothEnginesTalkToEachOtherWithKeysOfBothKinds() throws Exception {
        final TlsSettings curve = authority.node("a");
        final TlsSettings rsa = authority.write("b", authority.issue(TestAuthority.certificate("b").rsa2048()), authority.pem());
        for (final ChannelSecurity listening : List.of(TlsSecurity.of(curve), TestAuthority.byJdk(rsa))) {
            for (final ChannelSecurity connecting : List.of(TlsSecurity.of(rsa), TestAuthority.byJdk(curve))) {
                try (MeshNode a = node(1, listening).start(); MeshNode b = node(2, connecting).start(a)) {
                    a.await("up 2");
                    b.await("up 1");
                    exchange(a, b);
                    exchange(b, a);
                    assertTrue(a.on(a.mesh::describe).getFirst().contains("up, TLSv1.3 TLS_AES_128_GCM_SHA256"), a::describe);
                }
            }
        }
        try (MeshNode a = node(1, TlsSecurity.of(rsa)).start(); MeshNode b = node(2, TlsSecurity.of(curve)).start(a)) {
            a.await("up 2");
            exchange(a, b);
        }
    }

    @Test
    void manyPacketsOfAllSizesArriveInOrder() throws Exception {
        final TlsSecurity security = TlsSecurity.of(authority.node("a"));
        try (MeshNode a = node(1, security).start(); MeshNode b = node(2, security).start(a)) {
            a.await("up 2");
            b.await("up 1");
            final int[] lengths = {101, 16_000, 17_000, 32_768, 200_000, 1_000_000};
            final UnsafeBuffer packet = new UnsafeBuffer(new byte[1_000_000]);
            for (int round = 0; round < 20; round++) {
                for (final int length : lengths) {
                    a.on(() -> {
                        a.mesh.send(a.handleById[2], packet, 0, length, TrafficClass.BULK);
                        return null;
                    });
                    assertEquals("packet of " + length, b.next());
                }
            }
        }
    }

    @Test
    void certificatesOfAnotherAuthorityAreRefusedOnBothSides() throws Exception {
        final TlsSecurity strange = TlsSecurity.of(new TestAuthority(directory, "other").node("x"));
        try (MeshNode a = node(1, TlsSecurity.of(authority.node("a"))).start();
            MeshNode b = node(2, TlsSecurity.of(authority.node("b"))).start(a);
            MeshNode x = node(3, strange).start(a, b)) {
            a.await("up 2");
            x.until(() -> x.mesh.refusedCount() >= 4);
            a.until(() -> a.mesh.refusedCount() >= 2);
            assertTrue(x.describe().contains("is not signed by an authority in socket.ssl_ca"), x::describe);
            assertTrue(a.describe().contains("has no certificate that counts here"), a::describe);
            assertEquals(0, x.on(x.mesh::peerCount));
            exchange(a, b);
        }
    }

    /** It trusts whom it reaches, so only the other side has something against it. */
    @Test
    void whoIsRefusedForItsCertificateIsToldSo() throws Exception {
        final X509Bundle expired = authority.issue(TestAuthority.expired("late"));
        final X509Bundle foreign = new TestAuthority(directory, "other").issue(TestAuthority.certificate("foreign"));
        try (MeshNode a = node(1, TlsSecurity.of(authority.node("a"))).start()) {
            for (final X509Bundle bundle : List.of(expired, foreign)) {
                for (final SslProvider provider : List.of(SslProvider.JDK, SslProvider.OPENSSL)) {
                    try (MeshNode b = node(2, new Credulous(bundle, provider)).start(a)) {
                        b.until(() -> b.mesh.refusedCount() >= 2);
                        assertTrue(b.describe().contains("has no certificate that counts here"), b::describe);
                        assertTrue(b.describe().contains("refused: in its eyes this node has no certificate"), b::describe);
                    }
                }
            }
            assertEquals(0, a.on(a.mesh::peerCount));
            assertTrue(a.on(a.mesh::refusedCount) >= 8);
        }
    }

    @Test
    void whoseCertificateExpiredIsNotConnectedTo() throws Exception {
        final X509Bundle expired = authority.issue(TestAuthority.expired("late"));
        try (MeshNode b = node(2, new Credulous(expired, SslProvider.OPENSSL)).start();
            MeshNode a = node(1, TlsSecurity.of(authority.node("a"))).start(b)) {
            a.until(() -> a.mesh.refusedCount() >= 2);
            assertTrue(a.describe().contains("the certificate 'CN=late' expired at"), a::describe);
            b.until(() -> b.mesh.refusedCount() >= 2);
            assertTrue(b.describe().contains("has no certificate that counts here"), b::describe);
        }
    }

    @Test
    void whoShowsNoCertificateIsRefused() throws Exception {
        try (MeshNode a = node(1, TlsSecurity.of(authority.node("a"))).start();
            MeshNode b = node(2, new Credulous(null, SslProvider.OPENSSL)).start(a)) {
            b.until(() -> b.mesh.refusedCount() >= 2);
            assertEquals(0, a.on(a.mesh::peerCount));
            assertTrue(a.describe().contains("failed in the TLS handshake"), a::describe);
        }
    }

    @Test
    void aNodeInTheClearAndOneThatEncryptsSayWhatDiffers() throws Exception {
        for (final boolean clearListens : new boolean[] {true, false}) {
            final TlsSecurity security = TlsSecurity.of(authority.node("a"));
            try (MeshNode first = node(1, clearListens ? ChannelSecurity.NONE : security).start();
                MeshNode second = node(2, clearListens ? security : ChannelSecurity.NONE).start(first)) {
                final MeshNode clear = clearListens ? first : second;
                final MeshNode encrypted = clearListens ? second : first;
                encrypted.until(() -> encrypted.mesh.refusedCount() >= 2);
                clear.until(() -> clear.mesh.refusedCount() >= 2);
                assertTrue(encrypted.describe().contains("does not encrypt its connections, and this node does"), encrypted::describe);
                assertTrue(clear.describe().contains(clearListens ? "encrypts its connections, and this node does not"
                    : "does not encrypt its connections, and this node does"), clear::describe);
                assertEquals(0, first.on(first.mesh::peerCount));
            }
        }
    }

    /** The way from a cluster in the clear to an encrypted one, a node at a time. */
    @Test
    void dynamicNodesLinkBothKindsAndPreferTls() throws Exception {
        final TlsSettings settings = authority.node("a");
        try (MeshNode a = node(1, TlsSecurity.of(TestAuthority.dynamic(settings))).start();
            MeshNode clear = node(2, ChannelSecurity.NONE).start();
            MeshNode strict = node(3, TlsSecurity.of(settings)).start(a);
            MeshNode b = node(4, TlsSecurity.of(TestAuthority.dynamic(settings))).start(a, clear)) {
            a.until(() -> a.mesh.peerCount() == 3);
            b.until(() -> b.mesh.peerCount() == 3);
            clear.until(() -> clear.mesh.peerCount() == 2);
            exchange(a, clear);
            exchange(clear, b);
            exchange(strict, a);
            assertTrue(line(a, 2).contains("up, not encrypted"), a::describe);
            assertTrue(line(a, 3).contains("up, TLSv1.3"), a::describe);
            assertTrue(line(b, 1).contains("up, TLSv1.3"), b::describe);
            assertTrue(line(clear, 1).contains("up, round trip") || line(clear, 1).contains("up; "), clear::describe);
        }
    }

    @Test
    void aNodeThatComesBackEncryptingIsLinkedByTls() throws Exception {
        final TlsSettings settings = authority.node("a");
        try (MeshNode a = node(1, TlsSecurity.of(TestAuthority.dynamic(settings)))) {
            final int port;
            try (MeshNode clear = node(2, ChannelSecurity.NONE).start()) {
                port = clear.port();
                a.start(clear);
                a.await("up 2");
                assertTrue(line(a, 2).contains("not encrypted"), a::describe);
            }
            a.await("down 2");
            final TransportConfig samePort = TransportConfig.defaults().withListen(new PeerAddress("127.0.0.1", port));
            try (MeshNode again = new MeshNode(2, "c", samePort)) {
                again.mesh.security(TlsSecurity.of(settings));
                again.start();
                a.await("up 2");
                assertTrue(line(a, 2).contains("TLSv1.3"), a::describe);
            }
        }
    }

    @Test
    void cipherSuitesAreThoseAskedFor() throws Exception {
        final TlsSettings settings = authority.node("a");
        final TlsSettings strong = TestAuthority.ciphers(settings, "AES256-SHA:TLS_AES_256_GCM_SHA384");
        assertEquals(List.of("AES256-SHA"), strong.ciphersWithoutEffect());
        try (MeshNode a = node(1, TlsSecurity.of(settings)).start();
            MeshNode b = node(2, TlsSecurity.of(strong)).start(a);
            MeshNode c = node(3, TlsSecurity.of(TestAuthority.ciphers(settings, "TLS_AES_128_GCM_SHA256"))).start(a, b)) {
            a.until(() -> a.mesh.peerCount() == 2);
            assertTrue(line(a, 2).contains("TLS_AES_256_GCM_SHA384"), a::describe);
            assertTrue(line(a, 3).contains("TLS_AES_128_GCM_SHA256"), a::describe);
            c.until(() -> c.mesh.refusedCount() >= 2);
            assertEquals(1, c.on(c.mesh::peerCount));
        }
    }

    @Test
    void reloadedCertificatesServeNewLinksAndLeaveTheOldOnesAlone() throws Exception {
        final TestAuthority next = new TestAuthority(directory, "next");
        final String both = authority.pem() + next.pem();
        final TlsSettings settingsA = authority.write("a", authority.issue(TestAuthority.certificate("a")), both);
        final TlsSettings settingsB = authority.write("b", authority.issue(TestAuthority.certificate("b")), both);
        final TlsSecurity securityA = TlsSecurity.of(settingsA);
        try (MeshNode a = node(1, securityA).start(); MeshNode b = node(2, TlsSecurity.of(settingsB)).start(a)) {
            a.await("up 2");
            b.await("up 1");
            Files.writeString(Path.of(settingsA.key()), "no key");
            final TlsException refused = assertThrows(TlsException.class, () -> reload(a, securityA));
            assertTrue(refused.getMessage().contains("socket.ssl_key = '" + settingsA.key() + "'"), refused.getMessage());
            try (MeshNode c = node(3, TlsSecurity.of(authority.node("c"))).start(a)) {
                c.await("up 1"); // by the old certificate
                a.await("up 3");
                authority.write("a", next.issue(TestAuthority.certificate("a2")), both);
                for (int i = 0; i < 50; i++) {
                    reload(a, securityA);
                    exchange(a, b);
                    exchange(c, a);
                }
            }
            a.await("down 3");
            // Only the new authority is known to it, so it is the new certificate that it sees.
            final TlsSettings settingsD = next.node("d");
            try (MeshNode d = node(4, TlsSecurity.of(settingsD)).start(a)) {
                d.await("up 1");
                exchange(d, a, "up 4");
            }
            a.await("down 4");
            assertTrue(a.events.isEmpty(), () -> "unexpected: " + a.events);
            assertTrue(b.events.stream().noneMatch(event -> event.equals("down 1")), () -> "unexpected: " + b.events);
            exchange(a, b);
        }
    }

    private static void reload(final MeshNode node, final TlsSecurity security) throws Exception {
        try {
            node.on(() -> {
                security.reload();
                return null;
            });
        } catch (final java.util.concurrent.ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static MeshNode node(final int number, final ChannelSecurity security) {
        final MeshNode node = new MeshNode(number, "c", MeshNode.loopback());
        node.mesh.security(security);
        return node;
    }

    /** Both ways of a link carry packets; {@code before} are events that come first. */
    private static void exchange(final MeshNode from, final MeshNode to, final String... before) throws Exception {
        for (final String event : before) {
            to.await(event);
        }
        for (final TrafficClass trafficClass : TrafficClass.values()) {
            from.send(to, "hello by " + trafficClass, trafficClass);
            to.await("packet hello by " + trafficClass);
        }
    }

    private static String line(final MeshNode node, final int peer) throws Exception {
        return node.on(node.mesh::describe).stream().filter(line -> line.startsWith("link: node" + peer + " ")).findFirst().orElse("");
    }

    /** Takes any certificate, and shows one that others should not take, or none. */
    private static final class Credulous implements ChannelSecurity {
        private final SslContext listening;
        private final SslContext connecting;

        Credulous(final X509Bundle bundle, final SslProvider provider) throws SSLException {
            final SslContextBuilder client = SslContextBuilder.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE)
                .sslProvider(provider).protocols("TLSv1.3").endpointIdentificationAlgorithm(null);
            if (bundle == null) {
                listening = null;
            } else {
                client.keyManager(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath());
                listening = SslContextBuilder.forServer(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath())
                    .trustManager(InsecureTrustManagerFactory.INSTANCE).clientAuth(ClientAuth.OPTIONAL).sslProvider(provider)
                    .protocols("TLSv1.3").build();
            }
            connecting = client.build();
        }

        @Override
        public SslHandler newHandler(final ByteBufAllocator allocator, final boolean initiator) {
            return (initiator ? connecting : listening).newHandler(allocator);
        }

        @Override
        public boolean takesClear() {
            return false;
        }

        @Override
        public String objection(final SSLSession session) {
            return null;
        }
    }
}

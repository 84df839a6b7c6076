// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tls;

import io.carillon.group.transport.ChannelSecurity;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS 1.3 with certificates on both sides. BoringSSL does it where its library loads, and the JDK elsewhere, which a sidecar's compiler
 * makes slow (docs/transport.md). Certificates are checked on a thread of their own, since that takes milliseconds.
 *
 * <p><b>Threading:</b> the loop's thread.
 */
public final class TlsSecurity implements ChannelSecurity {
    private static final Logger LOG = LoggerFactory.getLogger(TlsSecurity.class);
    private static final String PROTOCOL = "TLSv1.3";
    /** BoringSSL takes no list of suites: it prefers this one, and never agrees on another where both sides have it. */
    private static final String PREFERRED = TlsSettings.SUITES.getFirst();
    /** How long closing waits for a peer that reads nothing. */
    private static final long CLOSE_MS = 100;
    private static final Executor CHECKER = checker();

    private final TlsSettings settings;
    private final SslProvider provider;
    private SslContext listening;
    private SslContext connecting;

    private TlsSecurity(final TlsSettings settings, final SslProvider provider) {
        this.settings = settings;
        this.provider = provider;
    }

    /** Reads the files that {@code settings} names. */
    public static TlsSecurity of(final TlsSettings settings) throws TlsException {
        return of(settings, provider(settings));
    }

    static TlsSecurity of(final TlsSettings settings, final SslProvider provider) throws TlsException {
        final TlsSecurity security = new TlsSecurity(settings, provider);
        security.reload();
        return security;
    }

    /** What it was made of. */
    public TlsSettings settings() {
        return settings;
    }

    /** Reads the files again, for connections made from now on. Where they cannot be used, those read before stay in force. */
    public void reload() throws TlsException {
        final TlsCredentials credentials = TlsCredentials.read(settings);
        final OwnKey own = new OwnKey(credentials.key(), credentials.chain());
        final SslContext newListening = context(SslContextBuilder.forServer(own).clientAuth(ClientAuth.REQUIRE), credentials);
        // Galera looks at no name: an address is no proof, the authority's signature is.
        connecting = context(SslContextBuilder.forClient().keyManager(own).endpointIdentificationAlgorithm(null), credentials);
        listening = newListening;
        LOG.info("connections between nodes are encrypted: {} by {}, certificate {} of {}, valid until {}", PROTOCOL,
            provider == SslProvider.JDK ? "the JDK" : OpenSsl.versionString(), PeerTrust.name(credentials.chain()[0]),
            settings.certificate(), credentials.chain()[0].getNotAfter().toInstant());
    }

    @Override
    public SslHandler newHandler(final ByteBufAllocator allocator, final boolean initiator) {
        final SslHandler handler = (initiator ? connecting : listening).newHandler(allocator, CHECKER);
        handler.setHandshakeTimeoutMillis(0); // whoever owns the connection has a limit for all that precedes the link
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_MS);
        return handler;
    }

    @Override
    public boolean takesClear() {
        return settings.dynamic();
    }

    @Override
    public String objection(final SSLSession session) {
        return settings.suites().contains(session.getCipherSuite()) ? null
            : "cipher suite " + session.getCipherSuite() + " is not among those of socket.ssl_cipher: " + settings.suites();
    }

    private SslContext context(final SslContextBuilder builder, final TlsCredentials credentials) throws TlsException {
        final List<String> suites = provider == SslProvider.JDK ? settings.suites() : null;
        try {
            return builder.trustManager(credentials.trust()).sslProvider(provider).protocols(PROTOCOL).ciphers(suites).build();
        } catch (final SSLException | RuntimeException e) {
            throw new TlsException("socket.ssl_cert = '" + settings.certificate() + "' and socket.ssl_key = '" + settings.key()
                + "' cannot be used for " + PROTOCOL + ": " + e.getMessage(), e);
        }
    }

    private static SslProvider provider(final TlsSettings settings) {
        if ("jdk".equals(System.getProperty("carillon.tls"))) {
            return SslProvider.JDK;
        }
        if (!OpenSsl.isAvailable()) {
            LOG.warn("BoringSSL cannot be loaded ({}): the JDK encrypts, which costs many times the processor time",
                OpenSsl.unavailabilityCause().toString());
            return SslProvider.JDK;
        }
        if (!settings.suites().contains(PREFERRED)) {
            LOG.warn("socket.ssl_cipher = '{}' leaves out {}: the JDK encrypts, which costs many times the processor time",
                settings.ciphers(), PREFERRED);
            return SslProvider.JDK;
        }
        return SslProvider.OPENSSL; // its contexts go with the last one who uses them
    }

    private static Executor checker() {
        final ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            final Thread thread = new Thread(task, "carillon-tls");
            thread.setDaemon(true);
            return thread;
        });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.transport.tls.TlsSettings;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Blocking sockets of a test that show a certificate which the nodes take. */
public final class TlsClient {
    private final SSLContext context;

    public TlsClient(final TlsSettings settings) throws IOException {
        final JdkSslContext netty = (JdkSslContext) SslContextBuilder.forClient().sslProvider(SslProvider.JDK).protocols("TLSv1.3")
            .keyManager(new File(settings.certificate()), new File(settings.key())).trustManager(new File(settings.authorities())).build();
        context = netty.context();
    }

    /** A socket whose handshake is over on this side. */
    public Socket connect(final int port) throws IOException {
        return context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    }

    /** The first record of a handshake. */
    public byte[] clientHello() throws IOException {
        final SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(true);
        final ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }
}

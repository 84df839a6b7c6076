// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** A certificate authority of a test: it signs for nodes and writes what they need into a directory. */
public final class TestAuthority {
    private final Path directory;
    private final X509Bundle root;

    /** A new one, whose certificate is {@code NAME.ca.pem}. */
    public TestAuthority(final Path directory, final String name) throws Exception {
        this.directory = directory;
        root = new CertificateBuilder().subject("CN=" + name).ecp256().setIsCertificateAuthority(true).buildSelfSigned();
        Files.writeString(directory.resolve(name + ".ca.pem"), root.getCertificatePEM());
    }

    /** This authority's certificate. */
    public String pem() {
        return root.getCertificatePEM();
    }

    /** Signs with it. */
    public X509Bundle issue(final CertificateBuilder builder) throws Exception {
        return builder.buildIssuedBy(root);
    }

    /** Certificate and key of a node that trusts this authority. */
    public TlsSettings node(final String name) throws Exception {
        return write(name, issue(certificate(name)), pem());
    }

    /** What most nodes' certificates say. */
    public static CertificateBuilder certificate(final String name) {
        return new CertificateBuilder().subject("CN=" + name).ecp256();
    }

    /** One that was valid until an hour ago. */
    public static CertificateBuilder expired(final String name) {
        final Instant now = Instant.now();
        return certificate(name).notBefore(now.minus(Duration.ofDays(2))).notAfter(now.minus(Duration.ofHours(1)));
    }

    /** Writes {@code NAME.cert.pem}, {@code NAME.key.pem} and {@code NAME.ca.pem}. */
    public TlsSettings write(final String name, final X509Bundle node, final String authorities) throws IOException {
        final Path cert = Files.writeString(directory.resolve(name + ".cert.pem"), node.getCertificatePathPEM());
        final Path key = Files.writeString(directory.resolve(name + ".key.pem"), node.getPrivateKeyPEM());
        final Path ca = Files.writeString(directory.resolve(name + ".ca.pem"), authorities);
        return new TlsSettings(cert.toString(), key.toString(), ca.toString(), "", "", false);
    }

    /** The same, with {@code socket.dynamic}. */
    public static TlsSettings dynamic(final TlsSettings s) {
        return new TlsSettings(s.certificate(), s.key(), s.authorities(), s.passwordFile(), s.ciphers(), true);
    }

    /** The same, with {@code socket.ssl_cipher}. */
    public static TlsSettings ciphers(final TlsSettings s, final String ciphers) {
        return new TlsSettings(s.certificate(), s.key(), s.authorities(), s.passwordFile(), ciphers, s.dynamic());
    }

    /** With the JDK's engine, which otherwise is the one for where BoringSSL is not. */
    public static TlsSecurity byJdk(final TlsSettings settings) throws TlsException {
        return TlsSecurity.of(settings, io.netty.handler.ssl.SslProvider.JDK);
    }
}

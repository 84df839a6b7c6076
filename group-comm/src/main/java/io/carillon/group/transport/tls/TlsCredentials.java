// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@link TlsSettings} names, read and found to be usable: the key is the certificate's, and that is valid now. Whether an authority of
 * this node signed it is worth a warning only: the others may have other authorities.
 */
record TlsCredentials(PrivateKey key, X509Certificate[] chain, PeerTrust trust) {
    private static final Logger LOG = LoggerFactory.getLogger(TlsCredentials.class);
    private static final String CERTIFICATE = "socket.ssl_cert";
    private static final String KEY = "socket.ssl_key";
    private static final String AUTHORITIES = "socket.ssl_ca";
    private static final String PASSWORD = "socket.ssl_password_file";
    private static final String RENEW = "; have it signed anew, put it there, and start the node again, or, where it runs,"
        + " SET GLOBAL wsrep_provider_options='socket.ssl_reload=1'";

    /** Reads the files. The key's type decides what signing costs: an elliptic curve's is twenty times cheaper than RSA's. */
    static TlsCredentials read(final TlsSettings settings) throws TlsException {
        final PemFile certificateFile = PemFile.read(CERTIFICATE, settings.certificate());
        final PemFile keyFile = PemFile.read(KEY, settings.key());
        final PemFile authorityFile = settings.authorities().isEmpty() ? certificateFile
            : PemFile.read(AUTHORITIES, settings.authorities());
        final X509Certificate[] chain = certificates(certificateFile).toArray(new X509Certificate[0]);
        final PrivateKey key = PrivateKeyFile.read(keyFile, password(settings.passwordFile()));
        if (!belongTogether(key, chain[0])) {
            throw new TlsException(keyFile.name() + " is not the key of the certificate " + PeerTrust.name(chain[0]) + " in "
                + certificateFile.name() + ", or that is not the first one in its file; name a pair that belongs together");
        }
        final PeerTrust trust = new PeerTrust(certificates(authorityFile));
        checkOwn(certificateFile, chain[0]);
        try {
            trust.checkAuthority(chain);
        } catch (final CertificateException e) {
            // No warning: so it looks while an authority is replaced, and whoever refuses it, or is refused, says so as one.
            LOG.info("{}: {}. Nodes with the same authorities as in {} will refuse it", certificateFile.name(), e.getMessage(),
                authorityFile.name());
        }
        return new TlsCredentials(key, chain, trust);
    }

    private static void checkOwn(final PemFile certificateFile, final X509Certificate own) throws TlsException {
        for (final PeerTrust.Use use : PeerTrust.Use.values()) {
            try {
                PeerTrust.checkFit(own, use);
            } catch (final CertificateException e) {
                throw new TlsException(certificateFile.name() + ": " + e.getMessage() + ". Every node would refuse it" + RENEW, e);
            }
        }
    }

    private static List<X509Certificate> certificates(final PemFile file) throws TlsException {
        final List<X509Certificate> certificates = new ArrayList<>();
        for (final PemFile.Block block : file.blocks()) {
            if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
                try {
                    certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(block.bytes())));
                } catch (final CertificateException e) {
                    throw new TlsException(file.name() + ": certificate " + (certificates.size() + 1) + " in it is damaged", e);
                }
            }
        }
        if (certificates.isEmpty()) {
            throw new TlsException(file.name() + " holds no certificate in PEM form ('-----BEGIN CERTIFICATE-----')");
        }
        return certificates;
    }

    private static String password(final String path) throws TlsException {
        if (path.isEmpty()) {
            return "";
        }
        final String text = new String(PemFile.bytes(PASSWORD, path), StandardCharsets.UTF_8);
        return text.lines().findFirst().orElse("");
    }

    private static boolean belongTogether(final PrivateKey key, final X509Certificate certificate) throws TlsException {
        final String algorithm = "SHA256with" + (key.getAlgorithm().equals("EC") ? "ECDSA" : key.getAlgorithm());
        try {
            final byte[] anything = certificate.getEncoded();
            final Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(anything);
            final byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(anything);
            return signature.verify(signed);
        } catch (final java.security.InvalidKeyException | java.security.SignatureException e) {
            return false; // of different kinds, or of different curves
        } catch (final GeneralSecurityException e) {
            throw new TlsException("keys of the kind " + key.getAlgorithm() + " cannot be used: " + e.getMessage());
        }
    }
}

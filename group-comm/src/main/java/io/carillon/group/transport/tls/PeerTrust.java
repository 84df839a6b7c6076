// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Whoever shows a certificate of one of the authorities belongs to the cluster, as with Galera: no name of a host is looked at, and
 * both sides are asked.
 *
 * <p><b>Threading:</b> immutable.
 */
final class PeerTrust extends X509ExtendedTrustManager {
    /** Uses of a certificate, as its "extended key usage" names them. */
    enum Use {
        CONNECTING("1.3.6.1.5.5.7.3.2", "clientAuth"), LISTENING("1.3.6.1.5.5.7.3.1", "serverAuth");

        private final String id;
        private final String text;

        Use(final String id, final String text) {
            this.id = id;
            this.text = text;
        }
    }

    private static final String ANY_USE = "2.5.29.37.0";
    private static final int PATH_MAX = 8;
    private static final int NAME_MAX = 200;

    private final Set<TrustAnchor> anchors = new HashSet<>();

    PeerTrust(final List<X509Certificate> authorities) {
        authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
    }

    /** Subject of a certificate, fit for a line of the log whoever made it. */
    static String name(final X509Certificate certificate) {
        final String text = certificate.getSubjectX500Principal().getName().replaceAll("\\p{Cntrl}", "?");
        return "'" + (text.length() > NAME_MAX ? text.substring(0, NAME_MAX) + "..." : text) + "'";
    }

    /** Throws a {@link CertificateException} for people where {@code chain} does not make its owner a member. */
    void check(final X509Certificate[] chain, final Use use) throws CertificateException {
        if (chain == null || chain.length == 0) {
            throw new CertificateException("there is no certificate");
        }
        checkFit(chain[0], use);
        checkAuthority(chain);
    }

    /** Throws where a certificate is of no use now, whoever signed it. */
    static void checkFit(final X509Certificate own, final Use use) throws CertificateException {
        checkDates(own);
        final List<String> uses = own.getExtendedKeyUsage();
        if (uses != null && !uses.contains(use.id) && !uses.contains(ANY_USE)) {
            throw new OpenSslCertificateException("the certificate " + name(own) + " is not for this use: its extended key usage lacks "
                + use.text, CertificateVerifier.X509_V_ERR_INVALID_PURPOSE);
        }
    }

    /** Throws where no authority signed it, or one whose own time is over. */
    void checkAuthority(final X509Certificate[] chain) throws CertificateException {
        checkDates(anchor(chain));
    }

    private X509Certificate anchor(final X509Certificate[] chain) throws CertificateException {
        for (final TrustAnchor anchor : anchors) {
            if (anchor.getTrustedCert().equals(chain[0])) {
                return chain[0];
            }
        }
        try {
            final X509CertSelector target = new X509CertSelector();
            target.setCertificate(chain[0]);
            final PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(Arrays.asList(chain))));
            parameters.setRevocationEnabled(false);
            parameters.setMaxPathLength(PATH_MAX);
            final PKIXCertPathBuilderResult result = (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
            return result.getTrustAnchor().getTrustedCert();
        } catch (final InvalidAlgorithmParameterException | CertPathBuilderException e) {
            throw new OpenSslCertificateException("the certificate " + name(chain[0]) + " is not signed by an authority in socket.ssl_ca ("
                + e.getMessage() + ")", CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
        } catch (final GeneralSecurityException e) {
            throw new CertificateException("certificates cannot be checked: " + e, e);
        }
    }

    private static void checkDates(final X509Certificate certificate) throws CertificateException {
        try {
            certificate.checkValidity();
        } catch (final CertificateExpiredException e) {
            throw new CertificateExpiredException("the certificate " + name(certificate) + " expired at "
                + certificate.getNotAfter().toInstant());
        } catch (final CertificateNotYetValidException e) {
            throw new CertificateNotYetValidException("the certificate " + name(certificate) + " is valid from "
                + certificate.getNotBefore().toInstant() + " only; is a clock wrong?");
        }
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType) throws CertificateException {
        check(chain, Use.CONNECTING);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType) throws CertificateException {
        check(chain, Use.LISTENING);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType, final Socket socket) throws CertificateException {
        check(chain, Use.CONNECTING);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType, final Socket socket) throws CertificateException {
        check(chain, Use.LISTENING);
    }

    @Override
    public void checkClientTrusted(final X509Certificate[] chain, final String authType, final SSLEngine engine)
        throws CertificateException {
        check(chain, Use.CONNECTING);
    }

    @Override
    public void checkServerTrusted(final X509Certificate[] chain, final String authType, final SSLEngine engine)
        throws CertificateException {
        check(chain, Use.LISTENING);
    }

    /** None are named to peers: each has one certificate, and shows it whoever asks. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}

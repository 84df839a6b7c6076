// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tcp;

import io.carillon.group.transport.Refusal;
import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertificateException;
import java.util.Locale;
import javax.net.ssl.SSLException;

/**
 * What went wrong between two ends of TLS, in the words of either engine.
 *
 * @param refusal what the other side is in this node's eyes, or this node in the other's.
 * @param byPeer the other side ended it.
 * @param detail for people.
 */
record TlsFailure(Refusal refusal, boolean byPeer, String detail) {
    private static final int DEPTH_MAX = 10;

    /** Of what the pipeline threw; null where that has nothing to do with TLS. */
    static TlsFailure of(final Throwable thrown, final boolean initiator) {
        boolean tls = false;
        String said = "";
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < DEPTH_MAX; depth++, cause = cause.getCause()) {
            if (cause instanceof NotSslRecordException) {
                return new TlsFailure(initiator ? Refusal.CLEAR : Refusal.GARBAGE, false, "");
            }
            if (cause instanceof CertificateException) {
                return new TlsFailure(Refusal.CERTIFICATE, false, String.valueOf(cause.getMessage()));
            }
            if (cause instanceof SSLException) {
                tls = true;
                said = String.valueOf(cause.getMessage());
            }
        }
        return tls ? ofMessage(said) : null;
    }

    /** Alerts come as text only: {@code Received fatal alert: ...} of the JDK, {@code error:...:TLSV1_ALERT_...} of BoringSSL. */
    private static TlsFailure ofMessage(final String said) {
        final String lower = said.toLowerCase(Locale.ROOT);
        if (lower.contains("alert")) {
            final boolean certificate = lower.contains("certificate") || lower.contains("unknown_ca") || lower.contains("unknown ca");
            return new TlsFailure(certificate ? Refusal.CERTIFICATE : Refusal.TLS, true, said);
        }
        final boolean none = lower.contains("did_not_return_a_certificate") || lower.contains("empty client certificate")
            || lower.contains("peer not authenticated");
        return new TlsFailure(Refusal.TLS, false, none ? "it showed no certificate" : said);
    }
}

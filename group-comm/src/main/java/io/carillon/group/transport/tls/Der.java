// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** The little of ASN.1's DER that wrapping an old private key into PKCS#8 takes. */
final class Der {
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xa0;

    private Der() {
    }

    static byte[] sequence(final byte[]... parts) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (final byte[] part : parts) {
            all.writeBytes(part);
        }
        return value(SEQUENCE, all.toByteArray());
    }

    static byte[] octets(final byte[] bytes) {
        return value(OCTET_STRING, bytes);
    }

    /** The curve's name in a key of SEC 1 (RFC 5915). Throws {@link IndexOutOfBoundsException} where the key holds none. */
    static byte[] curveOf(final byte[] sec1) {
        int at = header(sec1, 0);
        while (tag(sec1, at) != PARAMETERS) {
            at = header(sec1, at) + length(sec1, at);
        }
        final int from = header(sec1, at);
        return Arrays.copyOfRange(sec1, from, from + length(sec1, at));
    }

    private static byte[] value(final int tag, final byte[] content) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            final int bytes = content.length < 0x100 ? 1 : content.length < 0x10000 ? 2 : 3;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(content.length >>> 8 * i);
            }
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static int tag(final byte[] der, final int at) {
        return der[at] & 0xff;
    }

    /** Where the content of the value at {@code at} begins. */
    private static int header(final byte[] der, final int at) {
        final int first = der[at + 1] & 0xff;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
    }

    private static int length(final byte[] der, final int at) {
        final int first = der[at + 1] & 0xff;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = length << 8 | der[at + 2 + i] & 0xff;
        }
        if (length < 0 || length > der.length) {
            throw new IndexOutOfBoundsException("length " + length);
        }
        return length;
    }
}

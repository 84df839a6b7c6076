// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.wire;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Every packet of the ring ends with the CRC32C of what is before. What TCP's own sum lets pass, or a proxy, or memory,
 * must not become an acknowledgement.
 *
 * <p><b>Threading:</b> one thread.
 */
public final class PacketChecksum {
    public static final int LENGTH = 4;
    private static final int CHUNK = 8 << 10;

    private final CRC32C crc = new CRC32C();
    private final byte[] chunk = new byte[CHUNK];

    /** Completes the packet of {@code length} bytes at the buffer's begin. Its length now. */
    public int seal(final MutableDirectBuffer buffer, final int length) {
        buffer.checkLimit(length + LENGTH);
        buffer.putInt(length, of(buffer, 0, length), LITTLE_ENDIAN);
        return length + LENGTH;
    }

    /** Length of the packet without its checksum; negative if it is not as it was sent. */
    public int open(final DirectBuffer buffer, final int offset, final int length) {
        final int body = length - LENGTH;
        return body >= 0 && buffer.getInt(offset + body, LITTLE_ENDIAN) == of(buffer, offset, body) ? body : -1;
    }

    private int of(final DirectBuffer buffer, final int offset, final int length) {
        crc.reset();
        if (buffer.byteArray() != null) {
            crc.update(buffer.byteArray(), buffer.wrapAdjustment() + offset, length);
        } else {
            for (int at = 0; at < length; at += CHUNK) {
                final int part = Math.min(CHUNK, length - at);
                buffer.getBytes(offset + at, chunk, 0, part);
                crc.update(chunk, 0, part);
            }
        }
        return (int) crc.getValue();
    }
}

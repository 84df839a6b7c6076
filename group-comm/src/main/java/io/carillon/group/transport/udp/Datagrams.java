// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import io.carillon.group.transport.Frames;

/**
 * Datagrams of UDP links (docs/transport.md): a header of 16 bytes in the clear, then frames, encrypted where there is a
 * key, then a tag. A frame is u16 length of its body, u8 kind, u8 0, body. Little-endian.
 */
final class Datagrams {
    /** First byte: what the datagram is. */
    static final int INIT = 1;
    static final int COOKIE = 2;
    static final int ACCEPT = 3;
    static final int REFUSED = 4;
    static final int DATA = 16;
    static final int MULTICAST = 17;

    static final int HEADER_LENGTH = 16;
    /** u32: index of the receiver's link, or the sender's multicast index. */
    static final int INDEX_OFFSET = 4;
    /** u64: number of the datagram. */
    static final int NUMBER_OFFSET = 8;

    static final int FRAME_HEADER_LENGTH = 4;
    /** Kinds of frames that TCP has not; {@link Frames} has the others. */
    static final int FRAGMENT = 16;
    static final int FRAGMENTS_RECEIVED = 17;
    static final int PROBE = 18;
    static final int PROBE_ANSWER = 19;
    static final int CLOSE = 20;
    static final int MULTICAST_PING = 21;
    static final int MULTICAST_PONG = 22;

    /** Of a fragment: u64 sequence, u32 message, u32 length of the message, u32 offset, u8 kind of the message, 3 bytes 0. */
    static final int FRAGMENT_HEADER_LENGTH = 24;

    private Datagrams() {
    }
}

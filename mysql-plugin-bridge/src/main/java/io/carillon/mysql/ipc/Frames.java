// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

/** Constants of the frames between provider and sidecar. The tables are in docs/ipc.md; a test compares both. */
public final class Frames {
    /** Version of the protocol that HELLO names. */
    public static final int PROTOCOL = 2;

    /** Bytes of the frame header. */
    public static final int HEADER_LENGTH = 16;
    /** Largest frame, header included, bytes. */
    public static final int FRAME_LENGTH_MAX = 1 << 20;
    /** Largest part of a write set in one frame, bytes. */
    public static final int PART_LENGTH_MAX = 256 << 10;
    /** Feed bytes that a provider may have unconsumed. */
    public static final long FEED_CREDIT = 32L << 20;

    /** Header: u32 length of the whole frame. */
    public static final int LENGTH_OFFSET = 0;
    /** Header: u16 type. */
    public static final int TYPE_OFFSET = 4;
    /** Header: u16 flags. */
    public static final int FLAGS_OFFSET = 6;
    /** Header: u64 call number. */
    public static final int ID_OFFSET = 8;

    public static final int HELLO = 1;
    public static final int WELCOME = 2;
    public static final int CONNECT = 3;
    public static final int DISCONNECT = 4;
    public static final int RESULT = 5;
    public static final int LOG = 6;
    public static final int OPTION_SET = 7;
    public static final int STATUS = 8;
    public static final int STATUS_REPLY = 9;
    public static final int PROGRESS = 10;
    public static final int PEER = 11;
    public static final int PEER_ANSWER = 12;
    public static final int STATUS_RESET = 13;

    public static final int CERTIFY = 20;
    public static final int WS_FRAGMENT = 21;
    public static final int FRAGMENT_DONE = 22;
    public static final int REJECTED = 23;
    public static final int POST = 24;
    public static final int WITHDRAW = 25;
    public static final int REVOKE = 26;

    public static final int VERDICT = 40;
    public static final int WRITE_SET = 41;
    public static final int WRITE_SET_PART = 42;
    public static final int VIEW = 43;
    public static final int STATE_REQUEST = 44;
    public static final int DONATE = 45;
    public static final int SYNCED = 46;
    public static final int STATE = 47;
    public static final int FINAL = 48;
    public static final int INCONSISTENT = 49;
    public static final int SKIP = 50;
    public static final int AHEAD = 51;
    public static final int AHEAD_DROPPED = 52;

    public static final int SYNC_POINT = 60;
    public static final int SST_REQUEST = 61;
    public static final int SST_RECEIVED = 62;
    public static final int SST_SENT = 63;
    public static final int DESYNC = 64;
    public static final int VOTE = 65;
    public static final int PAUSE = 66;
    public static final int ISOLATE = 67;

    /** HELLO flag: the server was asked for its request, and waits for a snapshot. */
    public static final int HELLO_AWAITS_SNAPSHOT = 1;
    /** HELLO flag: the server was asked for a snapshot, and no sidecar has confirmed that it heard of its end. */
    public static final int HELLO_GIVES_SNAPSHOT = 2;
    /** CONNECT flag: the connection broke, and the server takes itself for a member still. */
    public static final int CONNECT_AGAIN = 1;
    /** WRITE_SET flag: its data came before it, as AHEAD. */
    public static final int WRITE_SET_AHEAD = 1;
    /** VIEW flag: {@code connected_cb} is called with it first. */
    public static final int VIEW_CONNECTED = 1;
    /** VIEW flag: {@code view_cb} is not called. */
    public static final int VIEW_NOT_CHANGED = 2;
    /** VIEW flag: takes no place in the order. */
    public static final int VIEW_SYNTHETIC = 4;

    /** Capabilities told with every view: those of Galera 4, bits of the wsrep API. */
    public static final int CAPABILITIES = 0x2d17f;

    private Frames() {
    }
}

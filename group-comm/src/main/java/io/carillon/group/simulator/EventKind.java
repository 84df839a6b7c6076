// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

/** Codes of the events of a run, and what their two numbers mean. */
final class EventKind {
    /** A packet arrives; attachment. */
    static final int PACKET = 0;
    /** The core's deadline; a = life of the node. */
    static final int TIMER = 1;
    /** A persisted state is durable; a = life, b = ticket. */
    static final int PERSISTED = 2;
    /** An fsync of the log is done; a = life, b = index. */
    static final int SYNCED = 3;
    /** End of a batch; a = life. */
    static final int BATCH_END = 4;
    /** A side hears of its new session; a = peer, b = session. */
    static final int LINK_UP = 5;
    /** A side hears that its session broke; a = peer, b = session. */
    static final int LINK_DOWN = 6;
    /** A pair without session tries again; a = peer. */
    static final int CONNECT = 7;
    /** The application of a node acts. */
    static final int WORKLOAD = 8;
    /** The fault plan acts; a = class of fault. */
    static final int FAULT = 9;
    /** The process starts (again). */
    static final int START = 10;
    /** A paused process goes on; a = number of the pause. */
    static final int RESUME = 11;
    /** A blocked or clogged link is free again; a = peer, b = number of the block. */
    static final int UNBLOCK = 12;
    /** Nothing; a moment to stop at. */
    static final int MARK = 13;
    /** The processor of a node has done with a packet; a = life. */
    static final int PROCESSOR_FREE = 14;
    /** A task for the process; a = life, attachment. */
    static final int TASK = 15;
    /** The disk has time for a task; a = life, attachment. */
    static final int DEVICE = 16;
    /** A task for another process on the node's machine; attachment. */
    static final int OUTSIDE = 17;
    /** Names for traces. */
    private static final String[] NAMES = {"packet", "timer", "persisted", "synced", "batch-end", "link-up", "link-down",
        "connect", "workload", "fault",
        "start", "resume", "unblock", "mark", "processor-free", "task", "device", "outside"};

    private EventKind() {
    }

    static String name(final int kind) {
        return NAMES[kind];
    }
}

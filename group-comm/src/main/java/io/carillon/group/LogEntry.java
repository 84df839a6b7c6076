// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group;

import org.agrona.concurrent.UnsafeBuffer;

/** One entry of the ordered log as a reusable view on the log's memory; valid until the log is called again. */
public final class LogEntry {
    public long index;
    public long seqno;
    public long epoch;
    public long originMsb;
    public long originLsb;
    public long originSeq;
    public EntryKind kind;

    /** Wraps exactly the payload. */
    public final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
}

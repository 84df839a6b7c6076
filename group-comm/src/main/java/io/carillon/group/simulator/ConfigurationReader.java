// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import io.carillon.group.LogEntry;
import io.carillon.group.ring.Configuration;
import io.carillon.group.ring.RingView;

/** Reads the content of VIEW and CONFIG entries. */
final class ConfigurationReader {
    private ConfigurationReader() {
    }

    static RingView read(final StoredEntry stored) {
        final LogEntry entry = new LogEntry();
        entry.index = stored.index();
        entry.seqno = stored.seqno();
        entry.epoch = stored.epoch();
        entry.kind = stored.kind();
        entry.payload.wrap(stored.payload());
        return Configuration.viewOf(entry);
    }
}

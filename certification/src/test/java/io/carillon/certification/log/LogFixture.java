// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.log;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A node's directory for a log, locked. */
abstract class LogFixture {
    static final int SEGMENT_LENGTH = 64 << 10;

    @TempDir
    Path path;

    final OwnerQueue owner = new OwnerQueue();
    NodeDirectory directory;

    @BeforeEach
    void lock() {
        directory = NodeDirectory.open(path);
    }

    @AfterEach
    void unlock() {
        directory.close();
    }

    final WriteSetLog open(final Durability durability) {
        return WriteSetLog.open(directory, new LogConfig(durability, SEGMENT_LENGTH, 0, 0), owner);
    }
}

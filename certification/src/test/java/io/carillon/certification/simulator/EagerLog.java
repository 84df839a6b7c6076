// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.DurableRingLog;
import java.util.function.LongConsumer;

/** A log that says it has durably whatever it has. */
final class EagerLog extends LogBehind implements DurableRingLog {
    private final DurableRingLog log;
    private LongConsumer listener = index -> { };

    EagerLog(final DurableRingLog log) {
        super(log);
        this.log = log;
    }

    @Override
    public void flush() {
        log.flush();
        listener.accept(log.endIndex());
    }

    @Override
    public long loggedIndex() {
        return log.endIndex();
    }

    @Override
    public void onLogged(final LongConsumer newListener) {
        listener = newListener;
    }
}

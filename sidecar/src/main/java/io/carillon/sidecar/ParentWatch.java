// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import io.carillon.group.transport.EngineLoop;

/** Notices that the process that started this one is gone, also before it connected. */
final class ParentWatch {
    private static final long PERIOD_NS = 200_000_000L;

    private final EngineLoop loop;
    private final long parent;
    private final Runnable gone;

    ParentWatch(final EngineLoop loop, final long parent, final Runnable gone) {
        this.loop = loop;
        this.parent = parent;
        this.gone = gone;
    }

    /** Looks now, and then again and again. A process whose parent ends gets another one. */
    void look() {
        if (ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(-1L) == parent) {
            loop.schedule(this::look, PERIOD_NS);
        } else {
            gone.run();
        }
    }
}

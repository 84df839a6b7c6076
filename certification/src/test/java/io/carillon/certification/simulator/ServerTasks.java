// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.simulator;

import io.carillon.group.simulator.NodeProcess;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a server does later. Beside a sidecar it takes place among that one's inputs; a server that is alone goes on by
 * itself, and has its say when there is a sidecar again.
 */
final class ServerTasks {
    private final NodeProcess process;
    private final Set<Task> pending = new LinkedHashSet<>();
    private boolean isConnected = true;
    private boolean isEnded;

    /** Something that happens once, unless the server ends before. */
    private final class Task implements Runnable {
        private final long dueNs;
        private final Runnable what;

        Task(final long dueNs, final Runnable what) {
            this.dueNs = dueNs;
            this.what = what;
        }

        @Override
        public void run() {
            if (!isEnded && pending.remove(this)) {
                what.run();
            }
        }

        /** It is due, and no sidecar's input brought it. */
        void runAlone() {
            if (isConnected && process.isRunning()) {
                process.later(0, this);
            } else {
                run();
            }
        }
    }

    ServerTasks(final NodeProcess process) {
        this.process = process;
    }

    /** Runs {@code what}, {@code delayNs} from now. */
    void later(final long delayNs, final Runnable what) {
        final Task task = new Task(process.local() + delayNs, what);
        pending.add(task);
        if (isConnected) {
            process.later(delayNs, task);
        } else {
            process.outside(delayNs, task::runAlone);
        }
    }

    /** The sidecar died. */
    void alone() {
        isConnected = false;
        for (final Task task : List.copyOf(pending)) {
            process.outside(Math.max(0, task.dueNs - process.local()), task::runAlone);
        }
    }

    /** There is a sidecar again. */
    void connected() {
        isConnected = true;
    }

    /** The server is dead. */
    void end() {
        isEnded = true;
        pending.clear();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;

/** Writes one line per subject and ten seconds, and says how many were left out: what others send must not fill this node's log. */
public final class LimitedLog {
    private static final long PERIOD_NS = 10_000_000_000L;
    private static final int SUBJECTS_MAX = 256;

    private final Logger log;
    private final Map<String, Subject> subjects = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(final Map.Entry<String, Subject> eldest) {
            return size() > SUBJECTS_MAX;
        }
    };

    public LimitedLog(final Logger log) {
        this.log = log;
    }

    /** Writes {@code line} unless {@code subject} had one lately. */
    public void say(final long nowNs, final boolean warning, final String subject, final Supplier<String> line) {
        Subject s = subjects.get(subject);
        if (s == null) {
            s = new Subject();
            s.nextNs = nowNs;
            subjects.put(subject, s);
        }
        if (nowNs - s.nextNs < 0) {
            s.leftOut++;
            return;
        }
        final String text = s.leftOut == 0 ? line.get() : line.get() + " (" + s.leftOut + " like it left out)";
        s.nextNs = nowNs + PERIOD_NS;
        s.leftOut = 0;
        if (warning) {
            log.warn(text);
        } else {
            log.info(text);
        }
    }

    private static final class Subject {
        private long nextNs;
        private long leftOut;
    }
}

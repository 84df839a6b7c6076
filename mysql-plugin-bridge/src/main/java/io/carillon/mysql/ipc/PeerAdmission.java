// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.group.transport.Admission;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Asks the server whether somebody may connect. A server that is gone, or does not answer in time, is taken at its last
 * word: whom it admitted last time is admitted. So a server that hangs keeps no member out, and lets nobody new in.
 *
 * <p><b>Threading:</b> the engine's thread.
 */
public final class PeerAdmission implements Admission {
    private static final long PATIENCE_NS = 500_000_000L;
    private static final int OPEN_MAX = 256;
    private static final int ADMITTED_MAX = 1024;

    /** Runs something later on the engine's thread. */
    @FunctionalInterface
    public interface Timer {
        Future<?> schedule(Runnable task, long delayNs);
    }

    private record Question(String ip, Consumer<Boolean> answer, Future<?> patience) {
    }

    private final Timer timer;
    private final SequencedMap<Long, Question> open = new LinkedHashMap<>();
    private final Set<String> admitted = Collections.newSetFromMap(new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(final Map.Entry<String, Boolean> eldest) {
            return size() > ADMITTED_MAX;
        }
    });
    private SessionHost.AllowList server;
    private long number;

    public PeerAdmission(final Timer timer) {
        this.timer = timer;
    }

    /** A server's session begins. */
    public void attach(final SessionHost.AllowList allowList) {
        server = allowList;
    }

    /** It is over. */
    public void detach() {
        server = null;
        final List<Question> unanswered = new ArrayList<>(open.values());
        open.clear();
        for (final Question question : unanswered) {
            question.patience.cancel(false);
            answerByMemory(question.ip, question.answer);
        }
    }

    @Override
    public void ask(final String ip, final Consumer<Boolean> answer) {
        if (server == null) {
            answerByMemory(ip, answer);
            return;
        }
        if (open.size() == OPEN_MAX) {
            giveUpEldest();
        }
        number++;
        open.put(number, new Question(ip, answer, timer.schedule(() -> answerByMemory(ip, answer), PATIENCE_NS)));
        server.ask(number, ip);
    }

    /** Some questions have no answer, as when the server left the group meanwhile: they must not keep later ones from being asked. */
    private void giveUpEldest() {
        final Question eldest = open.pollFirstEntry().getValue();
        if (eldest.patience.cancel(false)) {
            answerByMemory(eldest.ip, eldest.answer);
        }
    }

    /** The server's answer to the question {@code asked}. */
    public void answered(final long asked, final boolean isAdmitted) {
        final Question question = open.remove(asked);
        if (question == null) {
            return;
        }
        question.patience.cancel(false);
        if (isAdmitted) {
            admitted.add(question.ip);
        } else {
            admitted.remove(question.ip);
        }
        question.answer.accept(isAdmitted);
    }

    /** Only the first answer to a question counts. */
    private void answerByMemory(final String ip, final Consumer<Boolean> answer) {
        if (admitted.contains(ip)) {
            answer.accept(true);
        }
    }
}

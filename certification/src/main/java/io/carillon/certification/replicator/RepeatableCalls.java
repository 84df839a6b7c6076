// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.WsrepStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.collections.LongHashSet;

/**
 * Calls of the present session that its provider makes again when its connection breaks before their answer: each is
 * acted upon once. Numbers are unique within a session.
 */
final class RepeatableCalls {
    /** Number of the connect with which a provider comes back; nobody waits for its answer. */
    static final long AGAIN = -1;

    /** More than can have been answered and not read: such calls are made by few threads, each waiting for its own. */
    private static final int ANSWERS_MAX = 1024;

    private record Answer(WsrepStatus status, String text) {
    }

    private final LongHashSet open = new LongHashSet();
    private final Map<Long, Answer> answers = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(final Map.Entry<Long, Answer> eldest) {
            return size() > ANSWERS_MAX;
        }
    };

    /** Tells whether {@code call} was made before; its answer is given again, or comes when it is due. If not, it is open now. */
    boolean isRepeated(final long call, final ReplicatedApplication application) {
        return call > 0 && (isAnswered(call, application) || !open.add(call));
    }

    /** Tells whether {@code call} was answered before, and gives the answer again. */
    boolean isAnswered(final long call, final ReplicatedApplication application) {
        final Answer answer = answers.get(call);
        if (answer != null) {
            application.onResult(call, answer.status, 0, answer.text);
        }
        return answer != null;
    }

    /** {@code call} has its answer, whether or not there is anybody now to hear it. */
    void answered(final long call, final WsrepStatus status, final String text) {
        if (call > 0) {
            open.remove(call);
            answers.put(call, new Answer(status, text));
        }
    }

    /** Another session begins, or what was done is undone by leaving. */
    void clear() {
        open.clear();
        answers.clear();
    }
}

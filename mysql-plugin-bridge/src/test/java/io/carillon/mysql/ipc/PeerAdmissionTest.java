// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whom the server admits, and what is done when it does not say. */
final class PeerAdmissionTest {
    private final List<PromiseTask> patience = new ArrayList<>();
    private final PeerAdmission admission = new PeerAdmission(this::schedule);
    private final List<String> questions = new ArrayList<>();
    private final List<String> answers = new ArrayList<>();

    /** Something to be done later, unless it is cancelled. */
    private record PromiseTask(Runnable task, Promise<Void> promise) {
        void run() {
            if (promise.setUncancellable()) {
                task.run();
            }
        }
    }

    private Future<Void> schedule(final Runnable task, final long delayNs) {
        final Promise<Void> promise = ImmediateEventExecutor.INSTANCE.newPromise();
        patience.add(new PromiseTask(task, promise));
        return promise;
    }

    private void connect(final String ip) {
        admission.ask(ip, admitted -> answers.add(ip + " " + admitted));
    }

    private void serve() {
        admission.attach((number, ip) -> questions.add(number + " " + ip));
    }

    @Test
    void theServersWordIsPassedOn() {
        serve();
        connect("a");
        connect("b");
        assertEquals(List.of("1 a", "2 b"), questions);
        admission.answered(2, false);
        admission.answered(1, true);
        admission.answered(1, false);
        admission.answered(9, true);
        assertEquals(List.of("b false", "a true"), answers);
        assertTrue(patience.stream().allMatch(waiting -> waiting.promise.isCancelled()), "nothing is kept of a question that is answered");
    }

    @Test
    void aServerThatHangsIsTakenAtItsLastWord() {
        serve();
        connect("a");
        admission.answered(1, true);
        connect("b");
        admission.answered(2, false);
        answers.clear();
        patience.clear();
        connect("a");
        connect("b");
        assertEquals(List.of(), answers);
        patience.forEach(PromiseTask::run);
        assertEquals(List.of("a true"), answers);
        // It goes on: its word counts from now on.
        admission.answered(3, false);
        answers.clear();
        patience.clear();
        connect("a");
        patience.forEach(PromiseTask::run);
        assertEquals(List.of(), answers);
    }

    /** A server that leaves drops what it was asked, and is asked again when it is back. */
    @Test
    void questionsWithoutAnswerDoNotKeepOthersFromBeingAsked() {
        serve();
        connect("known");
        admission.answered(1, true);
        answers.clear();
        connect("known");
        for (int i = 0; i < 1000; i++) {
            connect("stranger");
        }
        assertEquals(List.of("known true"), answers);
        connect("new");
        assertEquals("1003 new", questions.getLast());
        admission.answered(1003, true);
        assertEquals(List.of("known true", "new true"), answers);
    }

    @Test
    void withoutAServerOnlyWhoIsKnownIsAdmitted() {
        connect("a");
        assertEquals(List.of(), answers);
        serve();
        connect("a");
        admission.answered(1, true);
        connect("a");
        connect("b");
        admission.detach();
        connect("a");
        connect("b");
        assertEquals(List.of("a true", "a true", "a true"), answers);
        serve();
        connect("b");
        assertEquals("4 b", questions.getLast());
    }
}

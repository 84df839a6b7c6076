// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.ReplicatedApplication;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OpenCallsTest {
    private final OpenCalls calls = new OpenCalls();
    private final List<String> rejected = new ArrayList<>();
    private final ReplicatedApplication application = (ReplicatedApplication) Proxy.newProxyInstance(
        ReplicatedApplication.class.getClassLoader(), new Class<?>[] {ReplicatedApplication.class}, (proxy, method, arguments) -> {
            rejected.add(method.getName() + " " + arguments[0] + " " + arguments[1]);
            return null;
        });

    @Test
    void onlyWhatAnEarlierSidecarLeftUnorderedIsRejectedAndOnce() {
        calls.inherit(1);
        calls.inherit(2);
        calls.add(3);
        assertTrue(calls.take(1), "its entry was in the log");
        calls.delivered(100, application);
        assertEquals(List.of(), rejected, "before it is known how far to look");
        calls.inheritedUntil(7);
        calls.delivered(6, application);
        assertEquals(List.of(), rejected);
        calls.delivered(7, application);
        assertEquals(List.of("onRejected 2 " + RejectReason.NOT_PRIMARY), rejected);
        assertFalse(calls.take(2));
        assertTrue(calls.take(3), "made to this sidecar, under way");
        calls.inherit(4);
        calls.clear();
        calls.inheritedUntil(7);
        calls.delivered(8, application);
        assertEquals(1, rejected.size());
    }
    @Test
    void whatAnEarlierSidecarLeftDoesNotRunOutOfPatience() {
        calls.inherit(1);
        calls.add(2);
        calls.addPatient(3);
        calls.rejectImpatient(RejectReason.FATE_UNKNOWN, "cut off", application);
        assertEquals(List.of("onRejected 2 " + RejectReason.FATE_UNKNOWN), rejected);
        calls.inheritedUntil(7);
        calls.delivered(7, application);
        assertEquals("onRejected 1 " + RejectReason.NOT_PRIMARY, rejected.getLast());
        calls.inherit(4);
        calls.rejectAll(RejectReason.FATE_UNKNOWN, "left", application);
        assertEquals(4, rejected.size(), "3 and 4 when the node leaves");
        assertTrue(calls.isEmpty());
    }
}

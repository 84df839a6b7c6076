// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/** A loop with a mesh of any kind that writes down what it is told: "up 2", "down 2", and packets as they are. */
public abstract class MeshRecord implements MeshListener, Closeable {
    public final EngineLoop loop;
    public final MemberId id;
    public final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final Map<Long, Integer> handles = new HashMap<>();
    private boolean closed;

    public MeshRecord(final int number) {
        id = new MemberId(0, number);
        loop = EngineLoop.start("node" + number);
    }

    public abstract Mesh mesh();

    public int handle(final int member) {
        return handles.get((long) member);
    }

    public <T> T on(final Callable<T> callable) throws Exception {
        return new LoopProbe(loop).on(callable);
    }

    public String next() throws Exception {
        final String event = events.poll(LoopProbe.HANG_S, TimeUnit.SECONDS);
        assertNotNull(event, () -> "no event came; " + describe());
        return event;
    }

    public void until(final Callable<Boolean> condition) throws Exception {
        assertTrue(new LoopProbe(loop).until(condition), this::describe);
    }

    public String describe() {
        try {
            return String.join("\n", on(mesh()::describe));
        } catch (final Exception e) {
            return e.toString();
        }
    }

    @Override
    public void onPeerUp(final long nowNs, final int peer, final MemberId member) {
        handles.put(member.lsb(), peer);
        events.add("up " + member.lsb());
    }

    @Override
    public void onPeerDown(final long nowNs, final int peer) {
        handles.entrySet().stream().filter(e -> e.getValue() == peer).map(Map.Entry::getKey).toList().forEach(member -> {
            handles.remove(member);
            events.add("down " + member);
        });
    }

    @Override
    public void onPacket(final long nowNs, final int peer, final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        events.add(new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public void onListenFailed(final String what) {
        events.add("failed " + what);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            loop.execute(mesh()::stop);
            loop.close();
        }
    }
}

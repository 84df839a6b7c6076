// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.EntryKind;
import io.carillon.group.GroupListener;
import io.carillon.group.LogEntry;
import io.carillon.group.RingStateStore;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.RingResult;
import io.carillon.group.ring.RingState;
import io.carillon.group.ring.RingView;
import io.carillon.group.transport.EngineLoop;
import io.carillon.group.transport.LoopProbe;
import io.carillon.group.transport.TransportConfig;
import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/** A group member on a loop of its own that offers what it is told to and writes down what is delivered. */
public final class TestNode implements GroupListener, RingStateStore, Closeable {
    public final String name;
    final EngineLoop loop;
    final FlushedLog log;
    public final GroupNode node;
    final LinkedBlockingQueue<String> events = new LinkedBlockingQueue<>();
    /** Payloads of write sets in the order of delivery. Loop's thread. */
    public final List<String> delivered = new ArrayList<>();
    private final ArrayDeque<byte[]> toOffer = new ArrayDeque<>();
    private final LogEntry entry = new LogEntry();
    private boolean refused;
    private long deliveredIndex;
    private RingState kept;
    private long promotedView;

    public TestNode(final String name, final TransportConfig config) {
        this(name, config, new FlushedLog(), null);
    }

    /** A member that goes on with what an earlier life left. */
    public TestNode(final String name, final TransportConfig config, final FlushedLog log, final RingState kept) {
        this.name = name;
        this.log = log;
        this.kept = kept;
        loop = EngineLoop.start(name);
        node = new GroupNode(loop, patient(name), config, log, this, what -> events.add("failed " + what));
        node.listener(this);
    }

    /** Nobody is suspected for being slow: a test's machine may be, and only closed sockets are meant here. */
    private static RingConfig patient(final String name) {
        final RingConfig c = RingConfig.defaults(name);
        final long patience = 300_000_000_000L;
        return new RingConfig(name, c.weight(), c.keepaliveNs(), c.memberKeepaliveNs(), patience, patience, c.joinNs(),
            c.installNs(), patience,
            c.entryLengthMax(), c.offeredBytesMax(), c.heldBytesMax(), c.pullBytes(), c.tokenPassAfter(),
                c.certificationWindow(), c.stableAll());
    }

    RingState kept() {
        return kept;
    }

    public TestNode join(final boolean found, final TestNode... seeds) throws Exception {
        final List<String> addresses = new ArrayList<>();
        for (final TestNode seed : seeds) {
            addresses.add("127.0.0.1:" + seed.port());
        }
        on(() -> {
            node.join("group", addresses, found, -1, name.getBytes(StandardCharsets.UTF_8));
            return null;
        });
        port();
        return this;
    }

    int port() throws Exception {
        until(() -> node.port() != 0);
        return on(node::port);
    }

    public <T> T on(final Callable<T> callable) throws Exception {
        return new LoopProbe(loop).on(callable);
    }

    public void until(final Callable<Boolean> condition) throws Exception {
        assertTrue(new LoopProbe(loop).until(condition), () -> describe());
    }

    public String describe() {
        try {
            return name + ": delivered " + on(delivered::size) + ", to offer " + on(toOffer::size) + ", view "
                + on(node::view) + ", events " + events
                + "\n" + String.join("\n", on(node::describe)) + "\n";
        } catch (final Exception e) {
            return e.toString();
        }
    }

    void await(final String wanted) throws Exception {
        String event;
        do {
            event = events.poll(LoopProbe.HANG_S, TimeUnit.SECONDS);
            assertNotNull(event, name + " waits for '" + wanted + "' " + describe());
        } while (!event.equals(wanted));
    }

    /** Waits for a primary view of so many voters, this one among them. */
    public void awaitVoters(final int count) throws Exception {
        until(() -> node.view() != null && node.view().primary() && node.view().members().size() == count
            && node.view().members().stream().allMatch(m -> m.weight() > 0)
            && node.view().members().stream().anyMatch(m -> m.id().equals(node.self())));
    }

    /** Offers {@code count} write sets as fast as the group takes them. */
    public void offer(final String prefix, final int count, final int length) {
        loop.execute(() -> {
            for (int i = 0; i < count; i++) {
                final StringBuilder text = new StringBuilder(prefix).append('-').append(i);
                while (text.length() < length) {
                    text.append('.');
                }
                toOffer.add(text.toString().getBytes(StandardCharsets.UTF_8));
            }
            offerMore();
        });
    }

    /** Whether the group had no room for the last offer. Loop's thread. */
    boolean waitsForRoom() {
        return refused && !toOffer.isEmpty();
    }

    private void offerMore() {
        while (!toOffer.isEmpty()) {
            final byte[] payload = toOffer.peek();
            final long result = node.offer(EntryKind.WRITE_SET, new UnsafeBuffer(payload), 0, payload.length);
            refused = result < 0;
            if (refused) {
                if (result != RingResult.BACK_PRESSURED && result != RingResult.VIEW_CHANGING) {
                    events.add("not taken " + result);
                    toOffer.clear();
                }
                return;
            }
            toOffer.poll();
        }
    }

    @Override
    public void onOrdered(final long index) {
        if (index > log.endIndex()) {
            events.add("ordered beyond the log: " + index);
        }
    }

    @Override
    public void onStable(final long index) {
        if (deliveredIndex < log.baseIndex()) {
            deliveredIndex = log.baseIndex();
        }
        while (deliveredIndex < index) {
            if (!log.read(++deliveredIndex, entry)) {
                events.add("stable entry is not held: " + deliveredIndex);
                return;
            }
            if (entry.kind == EntryKind.WRITE_SET) {
                delivered.add(entry.payload.getStringWithoutLengthUtf8(0, entry.payload.capacity()));
            }
        }
        final RingView view = node.view();
        if (view != null && view.primary() && view.index() != promotedView) {
            promotedView = view.index();
            node.promote();
        }
        offerMore();
    }

    @Override
    public void onNotPrimary(final RingView view) {
        events.add("not primary");
    }

    @Override
    public void onRejected(final long originSeq, final long reason) {
        events.add("rejected " + originSeq + " " + reason);
    }

    @Override
    public void onBarrier(final long barrier, final long index) {
        events.add(index >= 0 ? "barrier " + barrier : "no barrier " + barrier);
    }

    @Override
    public void onHistoryDiffers(final String what) {
        delivered.clear();
        deliveredIndex = 0;
        events.add("history differs");
    }

    @Override
    public void onLeft() {
        events.add("left");
    }

    @Override
    public void onBatchEnd() {
        offerMore();
    }

    @Override
    public RingState load() {
        return kept;
    }

    @Override
    public void persist(final RingState state, final Runnable done) {
        // Not before this returns: the node must stand that.
        loop.execute(() -> {
            kept = state;
            done.run();
        });
    }

    @Override
    public void close() {
        end();
    }

    /** As a crash: nobody is told. */
    void end() {
        if (!loop.eventLoop().isShuttingDown()) {
            loop.execute(node::abandon);
            loop.close();
        }
    }
}

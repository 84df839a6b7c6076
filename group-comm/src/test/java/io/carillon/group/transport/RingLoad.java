// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import io.carillon.group.EntryKind;
import io.carillon.group.GroupListener;
import io.carillon.group.LogEntry;
import io.carillon.group.RingStateStore;
import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.RingState;
import io.carillon.group.ring.RingView;
import io.carillon.group.ring.TokenRotation;
import io.carillon.group.transport.tls.TlsException;
import io.carillon.group.transport.tls.TlsSecurity;
import io.carillon.group.transport.tls.TlsSettings;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One member that keeps a number of entries under way, and once a second prints ordered entries, the CPU time of its
 * process and of its loop per entry, entries per pass and the time from
 * offer to stable. Arguments: name, port, ports of the others (comma-separated, empty for the founder), entries under
 * way (0: only listens), bytes, seconds.
 */
public final class RingLoad implements GroupListener, RingStateStore {
    private static final com.sun.management.OperatingSystemMXBean OS =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final long SECOND = 1_000_000_000L;
    private static final int TRACKED = 1 << 16;

    private final EngineLoop loop;
    private final GroupNode node;
    private final ArenaLog log = new ArenaLog();
    private final LogEntry entry = new LogEntry();
    private final UnsafeBuffer payload;
    private final long[] offeredNs = new long[TRACKED];
    private final int underWayMax;
    private int underWay;
    private long index;
    private long promotedView;
    private long entries;
    private long own;
    private long latencyNs;
    private long passes;
    private long lastPrintNs;
    private long lastCpuNs;
    private long lastLoopNs;
    private int seconds;
    private RingState kept;

    private RingLoad(final String[] args) {
        loop = EngineLoop.start(args[0]);
        underWayMax = Integer.parseInt(args[3]);
        payload = new UnsafeBuffer(new byte[Integer.parseInt(args[4])]);
        seconds = Integer.parseInt(args[5]);
        final TransportConfig transport = TransportConfig.defaults().withListen(new PeerAddress("127.0.0.1", Integer.parseInt(args[1])));
        node = new GroupNode(loop, settings(args[0]), transport, log, this, what -> {
            System.err.println(what);
            System.exit(1);
        });
        node.listener(this);
        node.security(security());
        final List<String> seeds = new ArrayList<>();
        for (final String port : args[2].split(",")) {
            if (!port.isBlank()) {
                seeds.add("127.0.0.1:" + port);
            }
        }
        final LoopTimer[] timer = new LoopTimer[1];
        loop.execute(() -> {
            node.join("load", seeds, seeds.isEmpty(), -1, new byte[0]);
            timer[0] = loop.timer(() -> {
                print();
                timer[0].deadline(loop.nowNs() + SECOND);
            });
            timer[0].deadline(loop.nowNs() + SECOND);
        });
    }

    /** {@code -Dcarillon.load.tls=DIRECTORY} with cert.pem, key.pem and ca.pem encrypts; {@code -Dcarillon.tls=jdk} by the JDK. */
    private static ChannelSecurity security() {
        final String directory = System.getProperty("carillon.load.tls");
        if (directory == null) {
            return ChannelSecurity.NONE;
        }
        try {
            return TlsSecurity.of(new TlsSettings(directory + "/cert.pem", directory + "/key.pem", directory + "/ca.pem", "", "", false));
        } catch (final TlsException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static RingConfig settings(final String name) {
        final RingConfig c = RingConfig.defaults(name);
        return new RingConfig(name, c.weight(), c.keepaliveNs(), c.memberKeepaliveNs(), c.suspectNs(), c.quickSuspectNs(),
            c.joinNs(), c.installNs(),
            c.pauseNs(), c.entryLengthMax(), c.offeredBytesMax(), c.heldBytesMax(), c.pullBytes(),
            Integer.getInteger("carillon.load.tokenPassAfter", c.tokenPassAfter()), c.certificationWindow(), c.stableAll(), rotation());
    }

    private static TokenRotation rotation() {
        final TokenRotation d = TokenRotation.rotating();
        return "rotate".equals(System.getProperty("carillon.load.token")) ? new TokenRotation(true, d.window(),
            Integer.getInteger("carillon.load.personal", d.personal()), Integer.getInteger("carillon.load.accelerated", d.accelerated()),
            d.holdNs()) : TokenRotation.PARKED;
    }

    public static void main(final String[] args) {
        new RingLoad(args);
    }

    private void print() {
        final long nowNs = loop.nowNs();
        final long cpuNs = OS.getProcessCpuTime();
        final long loopNs = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        if (entries > 0) {
            System.out.printf("%s %,9d entries/s, %.2f us CPU an entry (loop %.2f), %.1f entries a pass, own %,d with %d us to stable%n",
                Thread.currentThread().getName(), entries * SECOND / (nowNs - lastPrintNs), (cpuNs - lastCpuNs) / 1000.0 / entries,
                (loopNs - lastLoopNs) / 1000.0 / entries, (double) entries / passes, own, own == 0 ? 0 : latencyNs / own / 1000);
        } else {
            System.out.printf("%s idle, CPU %.2f %% of a core, %d passes%n", Thread.currentThread().getName(),
                100.0 * (cpuNs - lastCpuNs) / (nowNs - lastPrintNs), passes);
        }
        entries = 0;
        own = 0;
        latencyNs = 0;
        passes = 0;
        lastPrintNs = nowNs;
        lastCpuNs = cpuNs;
        lastLoopNs = loopNs;
        if (--seconds <= 0) {
            node.describe().forEach(System.out::println);
            node.abandon();
            loop.close();
        }
    }

    private void offerMore() {
        while (underWay < underWayMax && node.view() != null && node.view().members().size() >= 3) {
            final long seq = node.offer(EntryKind.WRITE_SET, payload, 0, payload.capacity());
            if (seq < 0) {
                return;
            }
            offeredNs[(int) seq & TRACKED - 1] = loop.nowNs();
            underWay++;
        }
    }

    @Override
    public void onOrdered(final long to) {
        // Only what is stable is counted.
    }

    @Override
    public void onStable(final long to) {
        final long nowNs = loop.nowNs();
        while (index < to && log.read(++index, entry)) {
            if (entry.kind == EntryKind.WRITE_SET) {
                entries++;
                if (entry.originMsb == node.self().msb() && entry.originLsb == node.self().lsb()) {
                    underWay--;
                    own++;
                    latencyNs += nowNs - offeredNs[(int) entry.originSeq & TRACKED - 1];
                }
            }
        }
        final RingView view = node.view();
        if (view != null && view.primary() && view.index() != promotedView) {
            promotedView = view.index();
            node.promote();
        }
    }

    @Override
    public void onNotPrimary(final RingView view) {
        System.out.println("not primary: " + view.reason());
    }

    @Override
    public void onRejected(final long originSeq, final long reason) {
        underWay--;
    }

    @Override
    public void onBarrier(final long barrier, final long at) {
        throw new IllegalStateException("no barrier was asked for");
    }

    @Override
    public void onHistoryDiffers(final String what) {
        System.out.println(what);
    }

    @Override
    public void onLeft() {
        System.out.println("left");
    }

    @Override
    public void onBatchEnd() {
        passes++;
        offerMore();
    }

    @Override
    public RingState load() {
        return kept;
    }

    @Override
    public void persist(final RingState state, final Runnable done) {
        kept = state;
        done.run();
    }
}

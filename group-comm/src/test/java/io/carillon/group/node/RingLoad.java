// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import io.carillon.group.ring.RingConfig;
import io.carillon.group.ring.TokenRotation;
import io.carillon.group.transport.ChannelSecurity;
import io.carillon.group.transport.LoopTimer;
import io.carillon.group.transport.PeerAddress;
import io.carillon.group.transport.TransportConfig;
import io.carillon.group.transport.tls.TlsException;
import io.carillon.group.transport.tls.TlsSecurity;
import io.carillon.group.transport.tls.TlsSettings;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * One member that keeps a number of entries under way, and once a second prints ordered entries, the CPU time of its
 * process and of its loop per entry, entries per pass and the time from
 * offer to stable. Arguments: name, port, ports of the others (comma-separated, empty for the founder), entries under
 * way (0: only listens), bytes, seconds.
 */
public final class RingLoad extends LoadMember {
    private static final com.sun.management.OperatingSystemMXBean OS =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final long SECOND = 1_000_000_000L;
    private static final int TRACKED = 1 << 16;

    private final long[] offeredNs = new long[TRACKED];
    private final int underWayMax;
    private long entries;
    private long own;
    private long latencyNs;
    private long passes;
    private long lastPrintNs;
    private long lastCpuNs;
    private long lastLoopNs;
    private int seconds;

    private RingLoad(final String[] args) {
        super(settings(args[0]), TransportConfig.defaults().withListen(new PeerAddress("127.0.0.1", Integer.parseInt(args[1]))),
            Integer.parseInt(args[4]));
        underWayMax = Integer.parseInt(args[3]);
        seconds = Integer.parseInt(args[5]);
        node.security(security());
        final List<String> seeds = new ArrayList<>();
        for (final String port : args[2].split(",")) {
            if (!port.isBlank()) {
                seeds.add("127.0.0.1:" + port);
            }
        }
        final LoopTimer[] timer = new LoopTimer[1];
        join(seeds, seeds.isEmpty(), () -> {
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

    @Override
    void fails(final String what) {
        System.err.println(what);
        System.exit(1);
    }

    @Override
    void offerMore() {
        while (underWay < underWayMax && node.view() != null && node.view().members().size() >= 3) {
            final long seq = offer();
            if (seq < 0) {
                return;
            }
            offeredNs[(int) seq & TRACKED - 1] = System.nanoTime();
        }
    }

    @Override
    void delivered(final long nowNs, final boolean isOwn, final long originSeq) {
        entries++;
        if (isOwn) {
            own++;
            latencyNs += nowNs - offeredNs[(int) originSeq & TRACKED - 1];
        }
    }

    @Override
    public void onBatchEnd() {
        passes++;
        offerMore();
    }
}

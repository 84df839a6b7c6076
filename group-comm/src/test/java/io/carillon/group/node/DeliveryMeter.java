// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * What one member of a measured group prints at its end, whatever the group is made with: {@code bench/ring} reads it.
 *
 * <p><b>Threading:</b> none; the caller's calls do not overlap.
 */
public final class DeliveryMeter {
    private static final long SECOND = 1_000_000_000L;
    /** Between the last member's arrival and the first message, and between the end of the measured time and a member's own end. */
    private static final long APART_NS = 2 * SECOND;
    private static final com.sun.management.OperatingSystemMXBean OS =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final long warmNs;
    private final long measuredNs;
    private final long[] latencies = new long[1 << 20];
    private int own;
    private long delivered;
    private long sendNs = Long.MAX_VALUE;
    private long fromNs = Long.MAX_VALUE;
    private long untilNs = Long.MAX_VALUE;
    private long cpuNs = -1;
    private long usedNs;

    /** Measures for {@code measuredSeconds}, {@code warmSeconds} after {@link #begin}. */
    public DeliveryMeter(final int warmSeconds, final int measuredSeconds) {
        warmNs = warmSeconds * SECOND;
        measuredNs = measuredSeconds * SECOND;
    }

    /** All members are there. */
    public void begin(final long nowNs) {
        if (fromNs == Long.MAX_VALUE) {
            sendNs = nowNs + APART_NS;
            fromNs = sendNs + warmNs;
            untilNs = fromNs + measuredNs;
        }
    }

    /** Tells whether {@link #begin} was called. */
    public boolean hasBegun() {
        return sendNs != Long.MAX_VALUE;
    }

    /** Tells whether all members have had the time to see one another, so that messages may be sent. */
    public boolean maySend(final long nowNs) {
        return nowNs >= sendNs;
    }

    /** A message came, in its order. */
    public void delivered(final long nowNs) {
        if (nowNs >= fromNs && nowNs < untilNs) {
            if (cpuNs < 0) {
                cpuNs = OS.getProcessCpuTime();
            }
            delivered++;
        } else if (nowNs >= untilNs && usedNs == 0 && cpuNs >= 0) {
            usedNs = OS.getProcessCpuTime() - cpuNs;
        }
    }

    /** One that this member sent at {@code sentNs} came back. */
    public void own(final long nowNs, final long sentNs) {
        if (nowNs >= fromNs && nowNs < untilNs && own < latencies.length) {
            latencies[own++] = nowNs - sentNs;
        }
    }

    /** Tells whether all is measured here; other members may still need this one. */
    public boolean isMeasured(final long nowNs) {
        return nowNs >= untilNs;
    }

    /** Tells whether the time is over, for every member; the others' clocks began a little later. */
    public boolean isOver(final long nowNs) {
        return untilNs != Long.MAX_VALUE && nowNs >= untilNs + APART_NS;
    }

    /** One line: messages a second, processor time of each in ns, then, of the own ones, how many, and latencies in ns. */
    public String result() {
        Arrays.sort(latencies, 0, own);
        return "RESULT " + delivered * SECOND / measuredNs + " " + (delivered == 0 ? 0 : usedNs / delivered) + " " + own + " "
            + quantile(50) + " " + quantile(99);
    }

    private long quantile(final int percent) {
        return own == 0 ? 0 : latencies[(int) ((long) (own - 1) * percent / 100)];
    }
}

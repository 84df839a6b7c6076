// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A way that carries so much and no more, with time in the test's hand. */
class PathMtuTest {
    private static final long STEP_NS = 200_000_000L;
    private long nowNs = 5;
    private int carried;
    private int probes;

    /** So many looks; what the way carries is answered. */
    private void pass(final PathMtu mtu, final int looks) {
        for (int i = 0; i < looks; i++) {
            nowNs += STEP_NS;
            final int probe = mtu.due(nowNs);
            if (probe != 0) {
                probes++;
                if (probe <= carried) {
                    mtu.onAnswered(probe, nowNs);
                }
            }
        }
    }

    @Test
    void theLargestSizeThatArrivesIsFound() {
        for (final int ip : new int[] {1280, 1400, 1499, 1500, 8999, 9000, 20_000}) {
            carried = ip - 28;
            final PathMtu mtu = new PathMtu(false, nowNs);
            assertEquals(PathMtu.FLOOR, mtu.size());
            pass(mtu, 40);
            assertTrue(mtu.size() <= carried && mtu.size() >= Math.min(carried, PathMtu.CEILING) - 5000, ip + ": " + mtu.size());
            assertEquals(0, mtu.blackHoles());
        }
    }

    @Test
    void aWayThatCarriesOnlyTheFloorIsNotBothered() {
        carried = PathMtu.FLOOR;
        final PathMtu mtu = new PathMtu(false, nowNs);
        pass(mtu, 20);
        assertEquals(PathMtu.FLOOR, mtu.size());
        assertEquals(3, probes);
        pass(mtu, 250);
        assertEquals(3, probes);
        pass(mtu, 100);
        assertTrue(probes > 3 && probes <= 6, probes + " probes");
    }

    @Test
    void headersOfIpv6AreCounted() {
        carried = 1500 - 48;
        final PathMtu mtu = new PathMtu(true, nowNs);
        pass(mtu, 40);
        assertEquals(1452, mtu.size());
        carried = 1451;
        pass(mtu, 12);
        assertTrue(mtu.size() < 1452, mtu.size() + " bytes");
    }

    @Test
    void aSizeThatArrivesNoMoreIsLeftAndFoundAgain() {
        carried = 9000;
        final PathMtu mtu = new PathMtu(false, nowNs);
        pass(mtu, 40);
        assertEquals(PathMtu.CEILING, mtu.size());
        carried = 1300;
        pass(mtu, 12);
        assertEquals(1, mtu.blackHoles());
        assertTrue(mtu.size() <= 1300);
        pass(mtu, 40);
        assertEquals(1280 - 28, mtu.size());
        carried = 9000;
        pass(mtu, 400);
        assertEquals(PathMtu.CEILING, mtu.size());
        assertEquals(1, mtu.blackHoles());
    }

    @Test
    void lostProbesNowAndThenChangeNothing() {
        carried = 1472;
        final PathMtu mtu = new PathMtu(false, nowNs);
        pass(mtu, 40);
        for (int i = 0; i < 50; i++) {
            carried = 0;
            pass(mtu, 2);
            carried = 1472;
            pass(mtu, 10);
            assertEquals(1472, mtu.size());
        }
    }

    @Test
    void whatTheInterfaceRefusesIsNotTriedThrice() {
        final PathMtu mtu = new PathMtu(false, nowNs);
        final int probe = mtu.due(nowNs);
        assertTrue(probe > PathMtu.FLOOR);
        mtu.onTooLarge(probe, nowNs);
        assertEquals(PathMtu.FLOOR, mtu.size());
        nowNs += STEP_NS;
        assertEquals(0, mtu.due(nowNs));
    }
}

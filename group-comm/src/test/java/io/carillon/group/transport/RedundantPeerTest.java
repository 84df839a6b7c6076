// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.group.MemberId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The choice among links, with time in the test's hand: one look each 40 ms. */
class RedundantPeerTest {
    private static final long MS = 1_000_000L;
    private static final LinkConfig CONFIG = LinkConfig.of(List.of(), LinkMode.PASSIVE);

    private final FakeNetwork[] networks = {new FakeNetwork(), new FakeNetwork(), new FakeNetwork()};
    private final RedundantPeer peer = new RedundantPeer(new MemberId(0, 1), 7, 0, CONFIG, networks);
    private final List<String> told = new ArrayList<>();
    private long nowNs = 1_000_000 * MS;

    /** Time goes by while the named networks answer. */
    private void pass(final long ms, final int... answering) {
        for (long i = 0; i < ms; i += 40) {
            nowNs += 40 * MS;
            for (final int network : answering) {
                networks[network].answeredNs = nowNs - MS;
            }
            peer.look(nowNs, (p, network, silent, lagNs) -> told.add((silent ? "silent " : "answers ") + network));
        }
    }

    private void up(final int... which) {
        for (final int network : which) {
            networks[network].answeredNs = nowNs;
            peer.onUp(network, 40 + network, nowNs);
        }
    }

    @Test
    void theFirstNetworkThatAnswersIsUsed() {
        up(2);
        assertEquals(2, peer.current);
        up(0);
        assertEquals(2, peer.current);
        pass(960, 0, 2);
        assertEquals(2, peer.current);
        pass(80, 0, 2);
        assertEquals(0, peer.current);
        assertEquals(0, peer.failovers);
    }

    @Test
    void aSilentLinkIsLeftWithinTwoHundredMilliseconds() {
        up(0, 1);
        pass(2000, 0, 1);
        assertEquals(0, peer.current);
        pass(200, 1);
        assertEquals(1, peer.current);
        assertEquals(1, peer.failovers);
        assertEquals(List.of("silent 0"), told);
        assertTrue(peer.paths[0].isUp());
        pass(400, 0, 1);
        assertEquals(1, peer.current);
        pass(1000, 0, 1);
        assertEquals(0, peer.current);
        assertEquals(List.of("silent 0", "answers 0"), told);
        assertEquals(1, peer.failovers);
    }

    @Test
    void aPauseOfThePeerAccusesNoLink() {
        up(0, 1);
        pass(2000, 0, 1);
        pass(3000);
        assertEquals(List.of(), told);
        // The answers to what was asked meanwhile come one link after the other.
        nowNs += 40 * MS;
        networks[1].answeredNs = nowNs - MS;
        peer.look(nowNs, (p, network, silent, lagNs) -> told.add("silent " + network));
        pass(2000, 0, 1);
        assertEquals(List.of(), told);
        assertEquals(0, peer.current);
    }

    @Test
    void aSlowerNetworkIsNotSilent() {
        up(0, 1);
        networks[0].roundTripNs = 150 * MS;
        for (int i = 0; i < 100; i++) {
            nowNs += 40 * MS;
            networks[0].answeredNs = nowNs - 190 * MS;
            networks[1].answeredNs = nowNs - MS;
            peer.look(nowNs, (p, network, silent, lagNs) -> told.add("silent " + network));
        }
        assertEquals(List.of(), told);
        assertEquals(0, peer.current);
    }

    @Test
    void aLinkSilentForLongIsMadeAnew() {
        up(0, 1);
        pass(2000, 0, 1);
        pass(3000, 1);
        assertEquals(0, networks[0].dropped);
        pass(280, 1);
        assertEquals(1, networks[0].dropped);
    }

    @Test
    void brokenLinksAreReplacedAtOnceAndTheLastOneEndsIt() {
        up(0, 1, 2);
        peer.onDown(0, nowNs);
        assertEquals(1, peer.current);
        peer.onDown(2, nowNs);
        assertEquals(1, peer.current);
        assertTrue(peer.isUp());
        peer.onDown(1, nowNs);
        assertFalse(peer.isUp());
        assertEquals(1, peer.failovers);
    }

    @Test
    void aLinkThatComesBackOnlyForMomentsIsNotReturnedTo() {
        up(0, 1);
        pass(2000, 0, 1);
        for (int i = 0; i < 20; i++) {
            pass(400, 1);
            pass(400, 0, 1);
            assertEquals(1, peer.current);
        }
        assertEquals(1, peer.failovers);
    }

    @Test
    void whenNoneAnswersTheOneInUseStays() {
        up(0, 1);
        pass(2000, 0, 1);
        pass(400, 1);
        assertEquals(1, peer.current);
        peer.onDown(1, nowNs);
        assertEquals(0, peer.current);
        pass(1000);
        assertEquals(0, peer.current);
    }

    private final class FakeNetwork extends UnusedMesh {
        long answeredNs;
        long roundTripNs = MS;
        int dropped;

        @Override
        public long life(final int handle) {
            return 7;
        }

        @Override
        public long answeredNs(final int handle) {
            return answeredNs;
        }

        @Override
        public long roundTripNs(final int handle) {
            return roundTripNs;
        }

        @Override
        public void drop(final int handle, final String why) {
            dropped++;
            peer.onDown(handle - 40, nowNs);
        }
    }
}

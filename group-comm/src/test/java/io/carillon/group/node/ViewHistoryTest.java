// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.carillon.group.MemberId;
import io.carillon.group.RingReport;
import io.carillon.group.ring.GatherReason;
import io.carillon.group.ring.RingMember;
import io.carillon.group.ring.RingView;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which views are kept, and what is said of them. */
final class ViewHistoryTest {
    private static final long MS = 1_000_000;
    private final ViewHistory history = new ViewHistory();

    private static RingMember member(final int number, final int weight) {
        return new RingMember(new MemberId(number, number), "n" + number, weight, new byte[0]);
    }

    private static RingView view(final long epoch, final boolean primary, final RingMember... members) {
        return new RingView(new UUID(1, 1), epoch, primary ? epoch * 10 : 0, primary ? epoch * 8 : -1, primary ? epoch : -1, primary,
            "because", List.of(members));
    }

    @Test
    void whoCameAndLeftAndHowLongItTookAreKept() {
        history.gathers(10 * MS, GatherReason.STARTED);
        history.gathers(12 * MS, GatherReason.PEER_GATHERS);
        history.add(30 * MS, 1000, view(1, true, member(1, 1), member(2, 1)));
        history.add(40 * MS, 1010, view(1, true, member(1, 1), member(2, 1), member(3, 0)));
        history.gathers(100 * MS, GatherReason.HOLDER_SILENT);
        history.add(105 * MS, 1100, view(2, false, member(3, 0)));
        final List<RingReport.View> views = history.all();
        assertEquals(3, views.size());
        assertEquals(new RingReport.View(1000, true, 1, 8, 1, "because", List.of("started", "peer gathers"), 20, List.of(
            new RingReport.Voter("n1", member(1, 1).id().toString(), 1), new RingReport.Voter("n2", member(2, 1).id().toString(), 1)),
            List.of("n1", "n2"), List.of()), views.get(0));
        assertEquals(-1, views.get(1).tookMs());
        assertEquals(List.of("n3"), views.get(1).came());
        assertEquals(List.of("token holder silent"), views.get(2).gathers());
        assertEquals(List.of("n1", "n2"), views.get(2).left());
        assertEquals(5, views.get(2).tookMs());
    }

    @Test
    void aViewIsALineForTheLog() {
        history.gathers(10 * MS, GatherReason.STARTED);
        history.add(30 * MS, 1000, view(1, true, member(1, 1), member(2, 3), member(3, 0)));
        assertEquals("Primary view 1, epoch 1: n1, n2 (weight 3), n3 (no vote); new: n1, n2, n3; because: because; this node: started",
            history.latest());
        history.gathers(100 * MS, GatherReason.HOLDER_SILENT);
        history.add(105 * MS, 1100, view(2, false, member(3, 0)));
        assertEquals("Not primary, epoch 2: n3 (no vote); gone: n1, n2; because: because; this node: token holder silent",
            history.latest());
    }

    @Test
    void aConfigurationThatOnlyRepeatsItselfIsNoView() {
        history.add(1, 1, view(1, true, member(1, 1), member(2, 0)));
        history.add(2, 2, view(1, true, member(1, 1), member(2, 0)));
        assertEquals(1, history.all().size());
        history.add(3, 3, view(1, true, member(1, 1), member(2, 1)));
        assertEquals(2, history.all().size());
        assertEquals(1, history.all().getLast().members().get(1).weight());
        history.gathers(4, GatherReason.PEER_SILENT);
        history.add(5, 5, view(2, true, member(1, 1), member(2, 1)));
        assertEquals(3, history.all().size());
    }

    @Test
    void theLastHundredAreKept() {
        for (int epoch = 1; epoch <= 250; epoch++) {
            for (int gathering = 0; gathering < 50; gathering++) {
                history.gathers(epoch, GatherReason.PEER_SILENT);
            }
            history.add(epoch, epoch, view(epoch, true, member(1, 1)));
        }
        assertEquals(100, history.all().size());
        assertEquals(151, history.all().getFirst().epoch());
        assertEquals(8, history.all().getLast().gathers().size());
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.certification.VerdictWindow;
import io.carillon.certification.log.NodeDirectory;
import io.carillon.certification.log.VerdictFile;
import io.carillon.group.EntryKind;
import io.carillon.wsrep.NodeState;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verdicts that a node kept for its next start: the log reaches back exactly as far as they need. */
class KeptVerdictsTest {
    @TempDir
    private Path dir;

    private final ToyCluster cluster = new ToyCluster();
    private NodeDirectory directory;
    private VerdictFile file;

    private ToyServer a;

    private void open() {
        directory = NodeDirectory.open(dir);
        file = VerdictFile.open(directory);
        a.replicator.verdictFile(file);
    }

    private long kept() {
        final VerdictWindow window = new VerdictWindow(ToyCluster.WINDOW);
        return file.load(window) ? window.position() : -1;
    }

    private void write(final int count) {
        for (int nth = 0; nth < count; nth++) {
            a.write("key " + nth, "value");
            cluster.settle();
        }
    }

    /** The only node's sidecar dies, and the next one enters. */
    private void replaceSidecar() {
        final FakeGroup before = a.group;
        cluster.killSidecar(a);
        file.close();
        directory.close();
        before.log.purge(a.purgeable);
        ToyCluster.sidecar(a, cluster, cluster.restarted(before));
        open();
        a.reattach();
        cluster.settle();
    }

    /** Its index is behind the verdicts for a while, here because its server takes nothing: this log serves nobody without them. */
    @Test
    void whoDiesWhileItBeginsAnewCanBeginOnceMore() {
        a = cluster.seed();
        open();
        write(5 * ToyCluster.WINDOW);
        a.tick(2_000_000_000L);
        final long kept = kept();
        assertTrue(kept > 4 * ToyCluster.WINDOW, "kept up to " + kept);
        a.full = true;
        replaceSidecar();
        a.tick(2_000_000_000L);
        assertEquals(kept, kept());
        a.full = false;
        final long begun = a.position.seqno();
        replaceSidecar();
        assertEquals(NodeState.SYNCED, a.state);
        write(ToyCluster.WINDOW);
        assertTrue(kept() > kept && a.position.seqno() > begun + ToyCluster.WINDOW, "kept up to " + kept());
    }

    private static void append(final FakeGroup group, final int count, final long epoch) {
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[8]);
        for (int nth = 0; nth < count; nth++) {
            final long index = group.log.endIndex() + 1;
            group.log.append(index, group.log.endSeqno() + 1, epoch, 7, 1, index, EntryKind.WRITE_SET, payload, 0, payload.capacity());
        }
    }

    /** As after a loss of power with durability {@code os}, when the group began anew without what its logs had lost. */
    @Test
    void verdictsOfAnotherHistoryAreNotTaken() {
        final FakeGroup group = cluster.newGroup("a");
        final Node node = new Node(ToyCluster.CONFIG, ToyCluster.FIRST_SYNCED, () -> 0, (tag, reason) -> { });
        node.group = group;
        final KnownVerdicts known = new KnownVerdicts(node, new Feed(node, cluster::read, () -> { }).delivery());
        group.log.reset(10, 10, 3);
        append(group, 5 * ToyCluster.WINDOW, 3);
        final VerdictWindow window = new VerdictWindow(ToyCluster.WINDOW);
        window.reset(group.log.endSeqno() - 3);
        for (long seqno = window.first(); seqno <= group.log.endSeqno(); seqno++) {
            window.add(seqno, false);
        }
        directory = NodeDirectory.open(dir);
        file = VerdictFile.open(directory);
        file.store(window, group.log.endEpoch());
        known.file(file);
        assertTrue(known.suffice(window.position()));
        group.log.truncateAfter(group.log.endIndex() - 2);
        assertFalse(known.suffice(window.position() - 2), "the log ends before them");
        append(group, 2, 3);
        assertTrue(known.suffice(window.position()), "the same entries came back");
        group.log.truncateAfter(group.log.endIndex() - 2);
        append(group, 2, 4);
        assertFalse(known.suffice(window.position()), "other ones came");
        file.close();
        directory.close();
    }
}

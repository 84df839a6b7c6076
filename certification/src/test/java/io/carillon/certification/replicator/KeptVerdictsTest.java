// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.carillon.certification.VerdictWindow;
import io.carillon.certification.log.NodeDirectory;
import io.carillon.certification.log.VerdictFile;
import io.carillon.wsrep.NodeState;
import java.nio.file.Path;
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
}

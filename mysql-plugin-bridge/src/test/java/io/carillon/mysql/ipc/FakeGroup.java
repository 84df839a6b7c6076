// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.Member;
import io.carillon.wsrep.Seqno;
import io.carillon.wsrep.View;
import io.carillon.wsrep.WriteSetFlags;
import io.carillon.wsrep.WriteSetLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A group without a network: one list is the order, every {@link FakeNode} delivers from it. Certification knows EXCLUSIVE and UPDATE keys only.
 *
 * <p><b>Threading:</b> one event loop serves all nodes.
 */
public final class FakeGroup {
    /** What took a seqno. */
    sealed interface Entry {
    }

    /** A configuration. */
    record Configuration(List<Member> members, long number) implements Entry {
    }

    /** A write set: header and sections. */
    record WriteSet(FakeNode node, UUID origin, long call, byte[] bytes, long conflict, long dependsOn) implements Entry {
    }

    public final UUID uuid = UUID.randomUUID();
    final List<Entry> entries = new ArrayList<>();
    final List<FakeNode> connected = new ArrayList<>();
    private final Map<Long, Long> lastWriter = new HashMap<>();
    private long views;

    public long seqno() {
        return entries.size();
    }

    Entry at(final long seqno) {
        return entries.get((int) seqno - 1);
    }

    void join(final FakeNode node) {
        connected.add(node);
        changed();
    }

    void leave(final FakeNode node) {
        connected.remove(node);
        if (!connected.isEmpty()) {
            changed();
        }
    }

    private void changed() {
        final List<Member> members = connected.stream().map(FakeNode::member).sorted(Comparator.comparing(Member::id)).toList();
        entries.add(new Configuration(members, ++views));
        pump();
    }

    View view(final Configuration configuration, final long seqno, final UUID own) {
        int index = -1;
        for (int i = 0; i < configuration.members().size(); i++) {
            if (configuration.members().get(i).id().equals(own)) {
                index = i;
            }
        }
        return new View(new Gtid(uuid, seqno), configuration.number(), View.Status.PRIMARY, index, 4, configuration.members());
    }

    /** Orders and certifies. */
    void order(final FakeNode node, final UUID origin, final long call, final byte[] writeSet) {
        final UnsafeBuffer header = new UnsafeBuffer(writeSet);
        final int flags = header.getInt(WriteSetLayout.FLAGS_OFFSET);
        final long lastSeen = header.getLong(WriteSetLayout.LAST_SEEN_OFFSET);
        final boolean isolated = (flags & WriteSetFlags.ISOLATION) != 0;
        final long seqno = seqno() + 1;
        long conflict = Seqno.UNDEFINED;
        for (int i = 0; i < header.getInt(WriteSetLayout.KEY_COUNT_OFFSET); i++) {
            final int at = WriteSetLayout.HEADER_LENGTH + i * WriteSetLayout.KEY_LENGTH;
            final long writer = lastWriter.getOrDefault(header.getLong(at), Seqno.UNDEFINED);
            if (writer > lastSeen && !isolated) {
                conflict = Math.max(conflict, writer);
            }
        }
        if (conflict == Seqno.UNDEFINED) {
            for (int i = 0; i < header.getInt(WriteSetLayout.KEY_COUNT_OFFSET); i++) {
                final int at = WriteSetLayout.HEADER_LENGTH + i * WriteSetLayout.KEY_LENGTH;
                if ((header.getInt(at + Long.BYTES) & 3) >= 2) {
                    lastWriter.put(header.getLong(at), seqno);
                }
            }
        }
        entries.add(new WriteSet(node, origin, call, writeSet, conflict, seqno - 1));
        pump();
    }

    void pump() {
        for (final FakeNode node : List.copyOf(connected)) {
            node.deliver();
        }
    }
}

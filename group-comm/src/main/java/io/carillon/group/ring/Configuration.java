// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.ring;

import io.carillon.group.Check;
import io.carillon.group.LogEntry;
import io.carillon.group.MemberId;
import io.carillon.group.wire.ConfigurationCodec;
import java.util.List;
import java.util.UUID;

/**
 * Content of a VIEW or CONFIG entry, with the place of that entry in the log.
 *
 * @param epoch of the entry.
 * @param index of the entry.
 * @param group UUID of the history.
 * @param number count of primary views up to this one.
 * @param foundedEpoch epoch in which the group was last founded, by an operator's word and not by a majority.
 * @param reason why it changed.
 * @param members sorted by id.
 * @param previous electorates of which each must hold the entry by majority, beside this one, before it is stable.
 * @param marks the highest originSeq ordered of each origin before this entry.
 */
public record Configuration(long epoch, long index, UUID group, long number, long foundedEpoch, String reason,
    List<RingMember> members, List<Electorate> previous, List<OriginMark> marks) {
    /** Highest originSeq ordered of one origin. */
    public record OriginMark(MemberId origin, long originSeq) {
    }

    public Configuration {
        members = List.copyOf(members);
        previous = List.copyOf(previous);
        marks = List.copyOf(marks);
    }

    /** The view that the VIEW or CONFIG entry {@code entry} brings, for the layer above. */
    public static RingView viewOf(final LogEntry entry) {
        Check.that(entry.kind.isConfiguration(), "a view is read from a VIEW or CONFIG entry only");
        final Configuration configuration =
            ConfigurationCodec.decode(entry.epoch, entry.index, entry.payload, 0, entry.payload.capacity());
        Check.that(configuration != null, "configuration entry cannot be decoded", entry.index, entry.epoch);
        return configuration.view(entry.seqno);
    }

    /** The view that it brings; its entry has the seqno {@code seqno}. */
    public RingView view(final long seqno) {
        return new RingView(group, epoch, index, seqno, number, true, reason, members);
    }

    Electorate electorate() {
        return Electorate.of(epoch, index, members);
    }

    RingMember member(final MemberId id) {
        for (final RingMember member : members) {
            if (member.id().equals(id)) {
                return member;
            }
        }
        return null;
    }

    int weightOf(final MemberId id) {
        final RingMember member = member(id);
        return member == null ? 0 : member.weight();
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.group.MemberId;
import io.carillon.group.ring.Configuration;
import io.carillon.group.ring.Configuration.OriginMark;
import io.carillon.group.ring.Electorate;
import io.carillon.group.ring.RingMember;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.agrona.DirectBuffer;

/** Payload of VIEW and CONFIG entries. */
public final class ConfigurationCodec {
    private static final int MEMBERS_MAX = 255;
    private static final int INFO_MAX = 4096;
    private static final int NAME_MAX = 256;

    private ConfigurationCodec() {
    }

    /** The payload of the entry. */
    public static byte[] encode(final Configuration configuration) {
        return message(configuration).toByteArray();
    }

    /** The configuration, or null when the bytes are not one. */
    public static Configuration decode(final long epoch, final long index, final DirectBuffer buffer, final int offset,
        final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        try {
            return of(epoch, index, RingMessages.Configuration.parseFrom(bytes));
        } catch (final InvalidProtocolBufferException | IllegalArgumentException malformed) {
            return null;
        }
    }

    static RingMessages.Configuration message(final Configuration configuration) {
        final RingMessages.Configuration.Builder builder = RingMessages.Configuration.newBuilder()
            .setGroup(message(configuration.group()))
            .setNumber(configuration.number())
            .setFoundedEpoch(configuration.foundedEpoch())
            .setReason(configuration.reason());
        configuration.members().forEach(member -> builder.addMembers(message(member)));
        configuration.previous().forEach(electorate -> builder.addPrevious(message(electorate)));
        for (final OriginMark mark : configuration.marks()) {
            builder.addMarks(RingMessages.Mark.newBuilder().setOrigin(message(mark.origin())).setOriginSeq(mark.originSeq()));
        }
        return builder.build();
    }

    static Configuration of(final long epoch, final long index, final RingMessages.Configuration message) {
        require(message.getMembersCount() <= MEMBERS_MAX && message.getPreviousCount() <= MEMBERS_MAX);
        final List<RingMember> members = new ArrayList<>(message.getMembersCount());
        MemberId last = MemberId.NONE;
        for (final RingMessages.Member member : message.getMembersList()) {
            final RingMember decoded = of(member);
            require(last.compareTo(decoded.id()) < 0);
            last = decoded.id();
            members.add(decoded);
        }
        final List<Electorate> previous = new ArrayList<>(message.getPreviousCount());
        message.getPreviousList().forEach(electorate -> previous.add(of(electorate)));
        final List<OriginMark> marks = new ArrayList<>(message.getMarksCount());
        message.getMarksList().forEach(mark -> marks.add(new OriginMark(of(mark.getOrigin()), mark.getOriginSeq())));
        return new Configuration(epoch, index, uuid(message.getGroup()), message.getNumber(), message.getFoundedEpoch(),
            message.getReason(), members, previous, marks);
    }

    static RingMessages.Member message(final RingMember member) {
        return RingMessages.Member.newBuilder().setId(message(member.id())).setName(member.name())
            .setWeight(member.weight()).setInfo(ByteString.copyFrom(member.info())).build();
    }

    static RingMember of(final RingMessages.Member member) {
        require(member.getInfo().size() <= INFO_MAX && member.getName().length() <= NAME_MAX);
        require(member.getWeight() >= 0 && member.getWeight() <= 255);
        return new RingMember(of(member.getId()), member.getName(), member.getWeight(), member.getInfo().toByteArray());
    }

    static RingMessages.Electorate message(final Electorate electorate) {
        final RingMessages.Electorate.Builder builder = RingMessages.Electorate.newBuilder()
            .setEpoch(electorate.epoch()).setIndex(electorate.index());
        for (final Electorate.Vote vote : electorate.votes()) {
            builder.addVotes(RingMessages.Vote.newBuilder()
                .setId(message(vote.id())).setWeight(vote.weight()).setName(vote.name()));
        }
        return builder.build();
    }

    static Electorate of(final RingMessages.Electorate message) {
        require(message.getVotesCount() <= MEMBERS_MAX);
        final List<Electorate.Vote> votes = new ArrayList<>(message.getVotesCount());
        for (final RingMessages.Vote vote : message.getVotesList()) {
            require(vote.getWeight() > 0 && vote.getWeight() <= 255);
            votes.add(new Electorate.Vote(of(vote.getId()), vote.getWeight(), vote.getName()));
        }
        return new Electorate(message.getEpoch(), message.getIndex(), votes);
    }

    static RingMessages.Id message(final MemberId id) {
        return RingMessages.Id.newBuilder().setMsb(id.msb()).setLsb(id.lsb()).build();
    }

    static MemberId of(final RingMessages.Id id) {
        return new MemberId(id.getMsb(), id.getLsb());
    }

    static RingMessages.Id message(final UUID id) {
        return RingMessages.Id.newBuilder().setMsb(id.getMostSignificantBits()).setLsb(id.getLeastSignificantBits()).build();
    }

    static UUID uuid(final RingMessages.Id id) {
        return new UUID(id.getMsb(), id.getLsb());
    }

    static void require(final boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException("out of bounds");
        }
    }
}

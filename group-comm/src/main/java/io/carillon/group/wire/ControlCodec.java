// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.carillon.group.MemberId;
import io.carillon.group.ring.Configuration;
import io.carillon.group.ring.ControlMessage;
import io.carillon.group.ring.Electorate;
import io.carillon.group.ring.EpochTable;
import io.carillon.group.ring.GatherReason;
import io.carillon.group.ring.Overrides;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Control messages as packets: type, version, protobuf. */
public final class ControlCodec {
    private static final int BODY_OFFSET = 2;
    private static final int IDS_MAX = 255;

    private ControlCodec() {
    }

    /** Encodes into {@code buffer}, which grows. The length. */
    public static int encode(final ControlMessage message, final MutableDirectBuffer buffer) {
        final int type = switch (message) {
            case ControlMessage.Join _ -> PacketType.JOIN;
            case ControlMessage.Commit _ -> PacketType.COMMIT;
            case ControlMessage.State _ -> PacketType.STATE;
            case ControlMessage.Install _ -> PacketType.INSTALL;
        };
        final byte[] body = body(message).toByteArray();
        buffer.checkLimit(BODY_OFFSET + body.length);
        buffer.putByte(0, (byte) type);
        buffer.putByte(1, (byte) PacketType.VERSION);
        buffer.putBytes(BODY_OFFSET, body);
        return BODY_OFFSET + body.length;
    }

    /** The message of a packet whose type is a control message's, or null when it is malformed. */
    public static ControlMessage decode(final DirectBuffer buffer, final int offset, final int length) {
        if (length < BODY_OFFSET || buffer.getByte(offset + 1) != PacketType.VERSION) {
            return null;
        }
        final byte[] body = new byte[length - BODY_OFFSET];
        buffer.getBytes(offset + BODY_OFFSET, body);
        try {
            return switch (buffer.getByte(offset)) {
                case PacketType.JOIN -> join(RingMessages.Join.parseFrom(body));
                case PacketType.COMMIT -> commit(RingMessages.Commit.parseFrom(body));
                case PacketType.STATE -> state(RingMessages.State.parseFrom(body));
                case PacketType.INSTALL -> install(RingMessages.Install.parseFrom(body));
                default -> null;
            };
        } catch (final InvalidProtocolBufferException | IllegalArgumentException malformed) {
            return null;
        }
    }

    private static MessageLite body(final ControlMessage message) {
        return switch (message) {
            case ControlMessage.Join join -> {
                final RingMessages.Join.Builder builder = RingMessages.Join.newBuilder()
                    .setPromisedEpoch(join.promisedEpoch()).setRingEpoch(join.ringEpoch()).setGathering(join.gathering())
                    .setPrimary(join.primary()).setGroup(ConfigurationCodec.message(join.group())).setWeight(join.weight())
                    .setReason(join.reason().ordinal()).setOverrides(join.overrides().bits())
                    .setStableKnown(join.stableKnown());
                join.heardBy().forEach(id -> builder.addHeardBy(ConfigurationCodec.message(id)));
                join.electorates().forEach(electorate -> builder.addElectorates(ConfigurationCodec.message(electorate)));
                join.reach().forEach(id -> builder.addReach(ConfigurationCodec.message(id)));
                join.choice().forEach(id -> builder.addChoice(ConfigurationCodec.message(id)));
                yield builder.build();
            }
            case ControlMessage.Commit commit -> {
                final RingMessages.Commit.Builder builder = RingMessages.Commit.newBuilder().setEpoch(commit.epoch());
                commit.members().forEach(id -> builder.addMembers(ConfigurationCodec.message(id)));
                yield builder.build();
            }
            case ControlMessage.State state -> {
                final RingMessages.State.Builder builder = RingMessages.State.newBuilder().setEpoch(state.epoch())
                    .setMember(ConfigurationCodec.message(state.member())).setLogEnd(state.logEnd())
                    .setEndSeqno(state.endSeqno()).setStableIndex(state.stableIndex()).setStableKnown(state.stableKnown())
                    .setOverrides(state.overrides().bits()).setRotates(state.rotates());
                state.table().runs().forEach(run -> builder.addRuns(message(run)));
                for (final Configuration configuration : state.configurations()) {
                    builder.addConfigurations(RingMessages.LoggedConfiguration.newBuilder().setEpoch(configuration.epoch())
                        .setIndex(configuration.index()).setConfiguration(ConfigurationCodec.message(configuration)));
                }
                yield builder.build();
            }
            case ControlMessage.Install install -> {
                final RingMessages.Install.Builder builder = RingMessages.Install.newBuilder().setEpoch(install.epoch())
                    .setPrimary(install.primary()).setWinner(ConfigurationCodec.message(install.winner()))
                    .setWinnerEnd(install.winnerEnd()).setWinnerSeqno(install.winnerSeqno())
                    .setView(ConfigurationCodec.message(install.view())).setRotates(install.rotates());
                install.table().runs().forEach(run -> builder.addRuns(message(run)));
                yield builder.build();
            }
        };
    }

    private static ControlMessage join(final RingMessages.Join join) {
        ConfigurationCodec.require(join.getElectoratesCount() <= IDS_MAX);
        final List<Electorate> electorates = new ArrayList<>(join.getElectoratesCount());
        join.getElectoratesList().forEach(electorate -> electorates.add(ConfigurationCodec.of(electorate)));
        return new ControlMessage.Join(join.getPromisedEpoch(), join.getRingEpoch(), join.getGathering(), join.getPrimary(),
            ConfigurationCodec.uuid(join.getGroup()), Math.min(Math.max(join.getWeight(), 0), 255), ids(join.getReachList()),
            ids(join.getHeardByList()), ids(join.getChoiceList()), GatherReason.values()[reason(join.getReason())],
            Overrides.of(join.getOverrides()), join.getStableKnown() && !electorates.isEmpty(), List.copyOf(electorates));
    }

    private static int reason(final int code) {
        ConfigurationCodec.require(code >= 0 && code < GatherReason.values().length);
        return code;
    }

    private static ControlMessage commit(final RingMessages.Commit commit) {
        return new ControlMessage.Commit(commit.getEpoch(), ids(commit.getMembersList()));
    }

    private static ControlMessage state(final RingMessages.State state) {
        final List<Configuration> configurations = new ArrayList<>();
        ConfigurationCodec.require(state.getConfigurationsCount() <= IDS_MAX);
        for (final RingMessages.LoggedConfiguration logged : state.getConfigurationsList()) {
            configurations.add(ConfigurationCodec.of(logged.getEpoch(), logged.getIndex(), logged.getConfiguration()));
        }
        return new ControlMessage.State(state.getEpoch(), ConfigurationCodec.of(state.getMember()), state.getLogEnd(),
            state.getEndSeqno(), state.getStableIndex(), table(state.getRunsList()),
            state.getStableKnown() && !configurations.isEmpty(), configurations, Overrides.of(state.getOverrides()), state.getRotates());
    }

    private static ControlMessage install(final RingMessages.Install install) {
        return new ControlMessage.Install(install.getEpoch(), install.getPrimary(), ConfigurationCodec.of(install.getWinner()),
            install.getWinnerEnd(), install.getWinnerSeqno(), table(install.getRunsList()),
            ConfigurationCodec.of(install.getEpoch(), install.getWinnerEnd() + 1, install.getView()), install.getRotates());
    }

    private static EpochTable table(final List<RingMessages.EpochRun> messages) {
        ConfigurationCodec.require(messages.size() <= EpochTable.RUNS_MAX);
        final List<EpochTable.Run> runs = new ArrayList<>(messages.size());
        for (final RingMessages.EpochRun run : messages) {
            runs.add(new EpochTable.Run(run.getEpoch(), run.getFirst(), run.getLast()));
        }
        return new EpochTable(runs);
    }

    private static RingMessages.EpochRun message(final EpochTable.Run run) {
        return RingMessages.EpochRun.newBuilder().setEpoch(run.epoch()).setFirst(run.first()).setLast(run.last()).build();
    }

    private static List<MemberId> ids(final List<RingMessages.Id> messages) {
        ConfigurationCodec.require(messages.size() <= IDS_MAX);
        final List<MemberId> ids = new ArrayList<>(messages.size());
        MemberId last = MemberId.NONE;
        for (final RingMessages.Id message : messages) {
            final MemberId id = ConfigurationCodec.of(message);
            ConfigurationCodec.require(last.compareTo(id) < 0);
            last = id;
            ids.add(id);
        }
        return ids;
    }
}

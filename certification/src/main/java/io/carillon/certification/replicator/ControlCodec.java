// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.MemberId;
import io.carillon.wsrep.NodeState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;

/** Flat encoding of {@link Control}: version, type, fields. Reused; one thread. */
final class ControlCodec {
    /** Longest donor list, bytes. */
    static final int DONORS_MAX = 4096;
    /** Longest request of a server, bytes. */
    static final int REQUEST_MAX = 64 << 10;

    private static final int MEMBERS_MAX = 255;
    private static final int VERSION = 1;
    private static final int WINDOW_MAX = 64 << 10;

    private static final int STATE_REQUEST = 1;
    /** 2 was another form of it. */
    private static final int JOINED = 15;
    private static final int SYNCED = 3;
    private static final int DESYNC = 4;
    private static final int VOTE = 5;
    private static final int POSITION = 6;
    private static final int STATE_IS = 7;
    private static final int WITHDRAW = 8;
    private static final int VERDICTS_REQUEST = 9;
    private static final int VERDICTS = 10;
    private static final int FLOW = 11;
    private static final int VOTE_RESULT = 12;
    /** 13 was another form of it. */
    private static final int GIVES = 14;

    private final FlatWriter out = new FlatWriter();
    private final FlatReader in = new FlatReader();

    /** Encodes {@code control}; the bytes are valid until the next call. */
    FlatWriter encode(final Control control) {
        out.reset().u8(VERSION);
        return switch (control) {
            case Control.StateRequest c ->
                members(out.u8(STATE_REQUEST).uuid(c.stateUuid()).i64(c.position()).str(c.donors()), c.failed()).bytes(c.request());
            case Control.Joined c -> member(out.u8(JOINED).i32(c.code()), c.joiner()).uuid(c.session());
            case Control.Synced c -> out.u8(SYNCED);
            case Control.Desync c -> out.u8(DESYNC).u8(c.on() ? 1 : 0);
            case Control.Vote c -> out.u8(VOTE).i64(c.seqno()).i64(c.hash());
            case Control.Position c -> out.u8(POSITION).i64(c.released());
            case Control.StateIs c -> out.u8(STATE_IS).u8(c.state().code()).i32(c.desyncCount());
            case Control.Withdraw c -> out.u8(WITHDRAW).i64(c.call());
            case Control.VerdictsRequest c -> out.u8(VERDICTS_REQUEST);
            case Control.Verdicts c -> present(member(out.u8(VERDICTS), c.joiner()).bytes(c.window()), c.present());
            case Control.Flow c -> out.u8(FLOW).i32(c.queueLength()).i32(c.leaseMs());
            case Control.Gives c -> member(out.u8(GIVES), c.joiner()).uuid(c.session()).i32(c.outcome());
            case Control.VoteResult c -> out.u8(VOTE_RESULT).i64(c.seqno()).i64(c.result());
        };
    }

    /**
     * Decodes. Null when the bytes are none, or of a version that this member does not speak: it has no effect on any
     * member that does not.
     */
    Control decode(final DirectBuffer buffer, final int offset, final int length) {
        try {
            in.wrap(buffer, offset, length);
            if (in.u8() != VERSION) {
                return null;
            }
            final Control control = read(in.u8());
            in.end();
            return control;
        } catch (final FlatReader.Malformed e) {
            return null;
        }
    }

    private Control read(final int type) {
        return switch (type) {
            case STATE_REQUEST -> new Control.StateRequest(in.uuid(), in.i64(), in.str(DONORS_MAX), members(), in.bytes(REQUEST_MAX));
            case JOINED -> new Control.Joined(in.i32(), member(), in.uuid());
            case SYNCED -> new Control.Synced();
            case DESYNC -> new Control.Desync(in.u8() != 0);
            case VOTE -> new Control.Vote(in.i64(), in.i64());
            case POSITION -> new Control.Position(in.i64());
            case STATE_IS -> new Control.StateIs(state(), in.i32());
            case WITHDRAW -> new Control.Withdraw(in.i64());
            case VERDICTS_REQUEST -> new Control.VerdictsRequest();
            case VERDICTS -> new Control.Verdicts(member(), in.bytes(WINDOW_MAX), present());
            case FLOW -> new Control.Flow(in.i32(), in.i32());
            case GIVES -> new Control.Gives(member(), in.uuid(), in.i32());
            case VOTE_RESULT -> new Control.VoteResult(in.i64(), in.i64());
            default -> throw new FlatReader.Malformed("control type " + type);
        };
    }

    private static FlatWriter member(final FlatWriter out, final MemberId id) {
        return out.i64(id.msb()).i64(id.lsb());
    }

    private NodeState state() {
        final int code = in.u8();
        if (code > NodeState.ERROR.code()) {
            throw new FlatReader.Malformed("node state " + code);
        }
        return NodeState.of(code);
    }

    private static FlatWriter members(final FlatWriter out, final List<MemberId> ids) {
        out.i32(ids.size());
        ids.forEach(id -> member(out, id));
        return out;
    }

    private List<MemberId> members() {
        final int count = memberCount();
        final List<MemberId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(member());
        }
        return ids;
    }

    private int memberCount() {
        final int count = in.i32();
        if (count < 0 || count > MEMBERS_MAX) {
            throw new FlatReader.Malformed(count + " members");
        }
        return count;
    }

    private static FlatWriter present(final FlatWriter out, final Map<MemberId, Long> present) {
        out.i32(present.size());
        present.forEach((id, since) -> member(out, id).i64(since));
        return out;
    }

    private Map<MemberId, Long> present() {
        final int count = memberCount();
        final Map<MemberId, Long> present = new HashMap<>();
        for (int i = 0; i < count; i++) {
            present.put(member(), in.i64());
        }
        return present;
    }

    private MemberId member() {
        return new MemberId(in.i64(), in.i64());
    }
}

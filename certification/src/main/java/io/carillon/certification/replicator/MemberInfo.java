// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.certification.replicator;

import io.carillon.group.ring.RingMember;
import io.carillon.wsrep.NodeState;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a member says about itself in the view that it takes part in.
 *
 * @param session member id that its server knows.
 * @param name node name.
 * @param incoming address for clients.
 * @param state its own last known state; decides nothing until the view's entry is delivered.
 * @param desyncCount how many desync calls and donations are open.
 * @param segment {@code gmcast.segment}.
 * @param released every seqno up to it is committed there, -1 none.
 * @param writeRate write sets of its server that were ordered a second, lately.
 * @param asOf index of the order up to which it had heard when it said so.
 */
public record MemberInfo(UUID session, String name, String incoming, NodeState state, int desyncCount, int segment, long released,
    int writeRate, long asOf) {
    private static final int VERSION = 2;
    private static final int NAME_MAX = 256;
    private static final int INCOMING_MAX = 1024;

    /** The bytes that ride in a view. */
    public byte[] encode() {
        return new FlatWriter().u8(VERSION).uuid(session).str(name).str(incoming).u8(state.code()).i32(desyncCount).u8(segment)
            .i64(released).i32(writeRate).i64(asOf).copy();
    }

    /** Reads a member's bytes; a member that says nothing readable counts as one without a server. */
    public static MemberInfo of(final RingMember member) {
        try {
            final FlatReader in = new FlatReader().wrap(new UnsafeBuffer(member.info()), 0, member.info().length);
            if (in.u8() != VERSION) {
                return unknown(member);
            }
            final UUID session = in.uuid();
            final String name = in.str(NAME_MAX);
            final String incoming = in.str(INCOMING_MAX);
            final int state = in.u8();
            final int desyncCount = in.i32();
            final int segment = in.u8();
            final long released = in.i64();
            final int writeRate = in.i32();
            final long asOf = in.i64();
            in.end();
            final boolean known = state <= NodeState.ERROR.code() && desyncCount >= 0 && writeRate >= 0;
            return known
                ? new MemberInfo(session, name, incoming, NodeState.of(state), desyncCount, segment, released, writeRate, asOf)
                : unknown(member);
        } catch (final FlatReader.Malformed e) {
            return unknown(member);
        }
    }

    private static MemberInfo unknown(final RingMember member) {
        return new MemberInfo(new UUID(member.id().msb(), member.id().lsb()), member.name(), "", NodeState.UNDEFINED, 0, 0, -1, 0, 0);
    }
}

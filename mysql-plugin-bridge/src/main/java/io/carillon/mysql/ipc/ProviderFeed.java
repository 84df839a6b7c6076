// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.Member;
import io.carillon.wsrep.NodeState;
import io.carillon.wsrep.RejectReason;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.View;
import io.carillon.wsrep.WsrepStatus;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;

/**
 * A server behind its provider, as the engine sees it: every event becomes a frame.
 *
 * <p><b>Threading:</b> the engine's thread.
 */
final class ProviderFeed implements ReplicatedApplication {
    private static final int FRAGMENTS_OPEN_MAX = 4;

    private final FrameWriter out;
    private final Long2LongHashMap openFragments = new Long2LongHashMap(0);
    private long fed;
    private long consumed;
    private long unfinished;

    ProviderFeed(final FrameWriter out) {
        this.out = out;
    }

    /** The provider consumed {@code bytes} of the feed in all. */
    void consumed(final long bytes) throws FrameFormatException {
        if (bytes < consumed || bytes > fed) {
            throw new FrameFormatException("PROGRESS: " + bytes + " feed bytes consumed, of " + fed + " sent and " + consumed
                + " reported before");
        }
        consumed = bytes;
    }

    /** A fragment of {@code call} came. */
    void fragmentOpened(final long call) throws FrameFormatException {
        final long open = openFragments.get(call) + 1;
        if (open > FRAGMENTS_OPEN_MAX) {
            throw new FrameFormatException("WS_FRAGMENT: call " + Long.toUnsignedString(call) + " has more than " + FRAGMENTS_OPEN_MAX
                + " fragments without FRAGMENT_DONE");
        }
        openFragments.put(call, open);
    }

    /** No more fragments of {@code call} count. */
    void fragmentsForgotten(final long call) {
        if (!openFragments.isEmpty()) {
            openFragments.remove(call);
        }
    }

    long fedBytes() {
        return fed;
    }

    long consumedBytes() {
        return consumed;
    }

    @Override
    public boolean isFeedFull() {
        // What a server that stands still does not read must wait in the log: here every pass would keep a buffer of its
        // own for it. And the provider counts a write set as consumed when it has all of it, so what was begun must be
        // finished: then only the socket holds us back.
        return !out.isWritable() || unfinished == 0 && fed - consumed >= Frames.FEED_CREDIT;
    }

    @Override
    public void onVerdict(final long call, final long seqno, final long dependsOn, final boolean commit, final long conflict) {
        fragmentsForgotten(call);
        fed += out.begin(Frames.VERDICT, 0, call).i64(seqno).i64(dependsOn).i32(commit ? 0 : 1).i64(conflict).end();
    }

    @Override
    public void onWriteSet(final long seqno, final long dependsOn, final int flags, final boolean certified, final UUID origin,
        final long trxId, final long connectionId, final long dataLength, final DirectBuffer data, final int offset, final int length) {
        final int first = Math.min(length, Frames.PART_LENGTH_MAX);
        unfinished = dataLength - first;
        fed += out.begin(Frames.WRITE_SET, 0, 0).i64(seqno).i64(dependsOn).i32(flags).i32(certified ? 1 : 0).uuid(origin).i64(trxId)
            .i64(connectionId).i64(dataLength).raw(data, offset, first).end();
        onWriteSetPart(data, offset + first, length - first);
    }

    @Override
    public void onWriteSetPart(final DirectBuffer data, final int offset, final int length) {
        for (int done = 0; done < length;) {
            final int part = Math.min(length - done, Frames.PART_LENGTH_MAX);
            fed += out.begin(Frames.WRITE_SET_PART, 0, 0).raw(data, offset + done, part).end();
            done += part;
            unfinished -= part;
        }
    }

    @Override
    public boolean takesDataAhead() {
        return true;
    }

    @Override
    public void onDataAhead(final long stream, final DirectBuffer bytes, final int offset, final int length) {
        for (int done = 0; done < length;) {
            final int part = Math.min(length - done, Frames.PART_LENGTH_MAX);
            fed += out.begin(Frames.AHEAD, 0, stream).raw(bytes, offset + done, part).end();
            done += part;
        }
    }

    @Override
    public void onDataDropped(final long stream) {
        fed += out.begin(Frames.AHEAD_DROPPED, 0, stream).end();
    }

    @Override
    public void onWriteSetAhead(final long seqno, final long dependsOn, final int flags, final UUID origin, final long trxId,
        final long connectionId, final long dataLength, final long stream, final long dataPosition) {
        fed += out.begin(Frames.WRITE_SET, Frames.WRITE_SET_AHEAD, 0).i64(seqno).i64(dependsOn).i32(flags).i32(1).uuid(origin).i64(trxId)
            .i64(connectionId).i64(dataLength).i64(stream).i64(dataPosition).end();
    }

    @Override
    public void onSkip(final long seqno) {
        fed += out.begin(Frames.SKIP, 0, 0).i64(seqno).end();
    }

    @Override
    public void onView(final View view, final ViewUse use) {
        if (view.status() == View.Status.DISCONNECTED) {
            return; // FINAL, which follows, means this view
        }
        final int flags = switch (use) {
            case CHANGE -> 0;
            case CONNECTED -> Frames.VIEW_CONNECTED;
            case CONNECTED_ONLY -> Frames.VIEW_CONNECTED | Frames.VIEW_NOT_CHANGED;
            case SYNTHETIC -> Frames.VIEW_SYNTHETIC;
        };
        out.begin(Frames.VIEW, flags, 0).i64(view.stateId().seqno()).uuid(view.stateId().uuid()).i64(view.number())
            .i32(view.status().ordinal()).i32(Frames.CAPABILITIES).i32(view.ownIndex()).i32(view.protocol()).i32(view.members().size());
        for (final Member member : view.members()) {
            out.uuid(member.id()).str(member.name()).str(member.incoming());
        }
        fed += out.end();
    }

    @Override
    public void onStateRequestNeeded() {
        fed += out.begin(Frames.STATE_REQUEST, 0, 0).end();
    }

    @Override
    public void onDonate(final Gtid position, final byte[] request, final boolean bypass) {
        fed += out.begin(Frames.DONATE, 0, 0).i64(position.seqno()).uuid(position.uuid()).u8(bypass ? 1 : 0).bytes(request).end();
    }

    @Override
    public void onSynced() {
        fed += out.begin(Frames.SYNCED, 0, 0).end();
    }

    @Override
    public void onState(final NodeState state, final String comment) {
        fed += out.begin(Frames.STATE, 0, 0).i32(state.code()).str(comment).end();
    }

    @Override
    public void onFragmentOrdered(final long call, final int number) {
        final long open = openFragments.get(call);
        if (open > 1) {
            openFragments.put(call, open - 1);
        } else {
            fragmentsForgotten(call);
        }
        out.begin(Frames.FRAGMENT_DONE, 0, call).i32(number).end();
    }

    @Override
    public void onRejected(final long call, final RejectReason reason, final String text) {
        fragmentsForgotten(call);
        out.begin(Frames.REJECTED, 0, call).i32(reason.status().code()).str(text).end();
    }

    @Override
    public void onSyncPoint(final long call, final long seqno) {
        if (seqno >= 0) {
            onResult(call, WsrepStatus.OK, seqno, "");
        } else {
            onResult(call, WsrepStatus.TRX_FAIL, seqno, "the group cannot say what is committed: this node is not in a primary view");
        }
    }

    @Override
    public void onResult(final long call, final WsrepStatus status, final long value, final String text) {
        out.begin(Frames.RESULT, 0, call).i32(status.code()).i64(value).str(text).end();
    }

    @Override
    public void onInconsistent(final String reason) {
        fed += out.begin(Frames.INCONSISTENT, 0, 0).str(reason).end();
    }

    @Override
    public void onFinal() {
        fed += out.begin(Frames.FINAL, 0, 0).end();
    }
}

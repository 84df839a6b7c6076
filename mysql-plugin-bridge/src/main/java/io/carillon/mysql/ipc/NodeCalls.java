// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.ReplicationEngine;
import java.util.UUID;

/**
 * A provider's frames that are about the node, not about one transaction: turned into calls.
 *
 * <p><b>Threading:</b> the engine's thread.
 */
final class NodeCalls {
    private final SessionHost.Attachment attachment;
    private final ReplicationEngine engine;
    private final FrameWriter out;

    /** Calls of the session attached so; {@code out} takes what is answered at once. */
    NodeCalls(final SessionHost.Attachment attachment, final FrameWriter out) {
        this.attachment = attachment;
        engine = attachment.engine();
        this.out = out;
    }

    /** Acts upon a whole frame. */
    void onFrame(final FrameReader frame, final int type) throws FrameFormatException {
        switch (type) {
            case Frames.CONNECT -> onConnect(frame);
            case Frames.DISCONNECT -> onDisconnect(frame);
            case Frames.OPTION_SET -> onOptionSet(frame);
            case Frames.STATUS -> onStatus(frame);
            case Frames.STATUS_RESET -> onStatusReset(frame);
            case Frames.SST_REQUEST -> onSstRequest(frame);
            case Frames.SST_RECEIVED, Frames.SST_SENT -> onSnapshotDone(frame, type);
            case Frames.DESYNC -> onDesync(frame);
            case Frames.VOTE -> onVote(frame);
            case Frames.PAUSE -> onPause(frame);
            case Frames.ISOLATE -> onIsolate(frame);
            case Frames.PEER_ANSWER -> onPeerAnswer(frame);
            default -> throw new FrameFormatException("a provider sends no frame of type " + type);
        }
    }

    private void onConnect(final FrameReader frame) throws FrameFormatException {
        final String clusterName = frame.str();
        final String url = frame.str();
        final String donor = frame.str();
        final boolean bootstrap = frame.u8() != 0;
        frame.end();
        if ((frame.flags() & Frames.CONNECT_AGAIN) != 0) {
            engine.reconnect(clusterName, url, donor);
            return;
        }
        engine.connect(frame.id(), clusterName, url, donor, bootstrap);
    }

    private void onDisconnect(final FrameReader frame) throws FrameFormatException {
        frame.end();
        engine.disconnect(frame.id());
    }

    private void onOptionSet(final FrameReader frame) throws FrameFormatException {
        final String text = frame.str();
        frame.end();
        engine.setOptions(frame.id(), text);
    }

    private void onStatus(final FrameReader frame) throws FrameFormatException {
        frame.end();
        final StatusReply reply = new StatusReply();
        attachment.status(reply);
        reply.write(out, frame.id());
    }

    private void onStatusReset(final FrameReader frame) throws FrameFormatException {
        frame.end();
        attachment.resetStatus();
    }

    private void onSstRequest(final FrameReader frame) throws FrameFormatException {
        final int status = frame.i32();
        final byte[] request = frame.bytes();
        final UUID uuid = frame.uuid();
        final Gtid position = new Gtid(uuid, frame.i64());
        frame.end();
        engine.stateRequest(status, request, position);
    }

    private void onSnapshotDone(final FrameReader frame, final int type) throws FrameFormatException {
        final UUID uuid = frame.uuid();
        final Gtid position = new Gtid(uuid, frame.i64());
        final int code = frame.i32();
        frame.end();
        if (type == Frames.SST_RECEIVED) {
            engine.snapshotReceived(frame.id(), position, code);
        } else {
            engine.snapshotSent(frame.id(), position, code);
        }
    }

    private void onDesync(final FrameReader frame) throws FrameFormatException {
        final boolean desync = frame.u8() != 0;
        frame.end();
        engine.desync(frame.id(), desync);
    }

    private void onVote(final FrameReader frame) throws FrameFormatException {
        final long seqno = frame.i64();
        final long hash = frame.i64();
        final String error = frame.str();
        frame.end();
        engine.vote(seqno, hash, error);
    }

    private void onPause(final FrameReader frame) throws FrameFormatException {
        final boolean pause = frame.u8() != 0;
        frame.end();
        attachment.pause(pause);
    }

    private void onIsolate(final FrameReader frame) throws FrameFormatException {
        final int mode = frame.i32();
        frame.end();
        attachment.isolate(mode);
    }

    private void onPeerAnswer(final FrameReader frame) throws FrameFormatException {
        final boolean admitted = frame.u8() != 0;
        frame.end();
        attachment.peerAnswered(frame.id(), admitted);
    }
}

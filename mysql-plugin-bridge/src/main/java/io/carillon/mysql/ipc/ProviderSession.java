// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.wsrep.ReplicationEngine;
import io.carillon.wsrep.WsrepStatus;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.util.function.UnaryOperator;

/**
 * One connection of a provider: turns its frames into calls of the engine, those about the node in {@link NodeCalls}.
 * {@link ProviderFeed} is the way back.
 *
 * <p><b>Threading:</b> the engine's thread.
 */
public final class ProviderSession {
    private static final int WRITE_SET_HEADER_LENGTH = 64;

    private final Channel channel;
    private final ProviderServer server;
    private final FrameWriter out;
    private final ProviderFeed feed;
    private Hello hello;
    private SessionHost.Attachment attachment;
    private ReplicationEngine engine;
    private NodeCalls calls;
    private long released;
    private int queueLength;
    private boolean ended;

    ProviderSession(final Channel channel, final ProviderServer server, final UnaryOperator<Runnable> atPassEnd) {
        this.channel = channel;
        this.server = server;
        this.out = new FrameWriter(channel, atPassEnd);
        this.feed = new ProviderFeed(out);
    }

    /** What the provider said of itself; null before HELLO. */
    public Hello hello() {
        return hello;
    }

    /** Every seqno up to it is committed in the server, as last reported. */
    public long released() {
        return released;
    }

    /** Write sets received and not yet applied, as last reported. */
    public int queueLength() {
        return queueLength;
    }

    /** Feed bytes sent and not yet consumed. */
    public long unconsumedBytes() {
        return feed.fedBytes() - feed.consumedBytes();
    }

    /** Sends a line for the server's log. */
    void log(final ServerLogLevel level, final String text) {
        if (!ended && attachment != null) {
            out.begin(Frames.LOG, 0, 0).i32(level.code()).str(text).end();
        }
    }

    /** The engine is not to be relied on any more: nothing but lines for the server's log goes out. */
    void mute() {
        out.logOnly();
    }

    /** Acts upon a whole frame. */
    void onFrame(final FrameReader frame) throws FrameFormatException {
        if (ended) {
            return;
        }
        final int type = frame.type();
        if ((attachment == null) != (type == Frames.HELLO)) {
            throw new FrameFormatException(type == Frames.HELLO ? "a second HELLO in one session"
                : "frame of type " + type + " before HELLO");
        }
        switch (type) {
            case Frames.HELLO -> onHello(frame);
            case Frames.CERTIFY -> onCertify(frame);
            case Frames.PROGRESS -> onProgress(frame);
            case Frames.WS_FRAGMENT -> onFragment(frame);
            case Frames.POST -> engine.certify(0, frame.buffer(), writeSetAt(frame), frame.remaining());
            case Frames.WITHDRAW -> onWithdraw(frame);
            case Frames.REVOKE -> onRevoke(frame);
            case Frames.SYNC_POINT -> onSyncPoint(frame);
            default -> calls.onFrame(frame, type);
        }
    }

    private void onHello(final FrameReader frame) throws FrameFormatException {
        hello = Hello.read(frame);
        released = hello.released();
        try {
            server.admit(this);
            attachment = server.host().attach(hello, feed, this::askPeer);
        } catch (final SessionRefusedException e) {
            refuse(e);
            return;
        }
        engine = attachment.engine();
        calls = new NodeCalls(attachment, out);
        welcome(WsrepStatus.OK, "", attachment.options(), attachment.version());
        server.began(this);
    }

    private void refuse(final SessionRefusedException refusal) {
        welcome(refusal.status(), refusal.getMessage(), "", "");
        ended = true;
        out.close();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        server.refused(this, refusal);
    }

    /** WELCOME comes before every event that attaching caused, so it does not go through {@link #out}. */
    private void welcome(final WsrepStatus status, final String message, final String options, final String version) {
        final FrameWriter first = new FrameWriter(channel, flush -> () -> { });
        first.begin(Frames.WELCOME, 0, 0).i32(status.code()).str(message).str(options).str(version).end();
        first.flush();
    }

    private void onCertify(final FrameReader frame) throws FrameFormatException {
        final long reported = frame.i64();
        if (reported != released) {
            released = reported;
            engine.progress(released, queueLength);
        }
        engine.certify(frame.id(), frame.buffer(), writeSetAt(frame), frame.remaining());
    }

    private static int writeSetAt(final FrameReader frame) throws FrameFormatException {
        if (frame.remaining() < WRITE_SET_HEADER_LENGTH) {
            throw new FrameFormatException("a write set of " + frame.remaining() + " bytes, its header has " + WRITE_SET_HEADER_LENGTH);
        }
        return frame.position();
    }

    private void onProgress(final FrameReader frame) throws FrameFormatException {
        final long reported = frame.i64();
        feed.consumed(frame.i64());
        queueLength = frame.i32();
        frame.end();
        if (queueLength < 0) {
            throw new FrameFormatException("PROGRESS: queue of " + queueLength);
        }
        released = reported;
        engine.progress(released, queueLength);
    }

    /** The socket takes more again. */
    void onWritable() {
        if (engine != null) {
            engine.progress(released, queueLength);
        }
    }

    private void onFragment(final FrameReader frame) throws FrameFormatException {
        final int number = frame.i32();
        frame.i32();
        final int length = frame.remaining();
        if (number < 0 || length == 0 || length > Frames.PART_LENGTH_MAX) {
            throw new FrameFormatException("WS_FRAGMENT: number " + number + " with " + length + " bytes");
        }
        feed.fragmentOpened(frame.id());
        engine.fragment(frame.id(), number, frame.buffer(), frame.position(), length);
    }

    private void onWithdraw(final FrameReader frame) throws FrameFormatException {
        frame.end();
        feed.fragmentsForgotten(frame.id());
        engine.withdraw(frame.id());
    }

    private void onRevoke(final FrameReader frame) throws FrameFormatException {
        frame.end();
        engine.revoke(frame.id());
    }

    private void onSyncPoint(final FrameReader frame) throws FrameFormatException {
        frame.end();
        engine.syncPoint(frame.id());
    }

    private void askPeer(final long number, final String ip) {
        out.begin(Frames.PEER, 0, number).str(ip).end();
    }

    /** Tells the server in its log why, and ends. */
    void endForError(final String reason) {
        if (!ended) {
            log(ServerLogLevel.ERROR, "the sidecar ends the session: " + reason);
            endAfterLastWords(reason);
        }
    }

    /** Ends behind what was said in this pass: lines for the server's log that tell why, for example. */
    void endAfterLastWords(final String reason) {
        if (!ended && attachment != null) {
            out.flush();
        }
        end(reason);
    }

    /** Ends without another word. */
    public void end(final String reason) {
        if (ended) {
            return;
        }
        ended = true;
        out.close();
        if (attachment != null) {
            attachment.detach();
        }
        channel.close();
        server.ended(this, reason);
    }
}

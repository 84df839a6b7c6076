// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.carillon.certification.replicator.StatusSink;
import io.carillon.wsrep.Gtid;
import io.carillon.wsrep.ReplicatedApplication;
import io.carillon.wsrep.ReplicationEngine;
import io.carillon.wsrep.WsrepStatus;
import org.agrona.DirectBuffer;

/** Counts the calls of a session and answers each with something. */
class CountingHost implements SessionHost, SessionHost.Attachment, ReplicationEngine, SessionListener {
    long calls;
    private ReplicatedApplication application;

    @Override
    public Attachment attach(final Hello hello, final ReplicatedApplication server, final AllowList peers) throws SessionRefusedException {
        if (hello.options().indexOf('\uFFFD') >= 0) {
            throw new SessionRefusedException(WsrepStatus.NODE_FAIL, "options: " + hello.options());
        }
        application = server;
        return this;
    }

    @Override
    public ReplicationEngine engine() {
        return this;
    }

    @Override
    public String options() {
        return "";
    }

    @Override
    public String version() {
        return "counting";
    }

    @Override
    public void status(final StatusSink into) {
        into.add("calls", calls);
    }

    @Override
    public void pause(final boolean on) {
        calls++;
    }

    @Override
    public void isolate(final int mode) {
        calls++;
    }

    @Override
    public void resetStatus() {
        calls++;
    }

    @Override
    public void peerAnswered(final long number, final boolean admitted) {
        calls++;
    }

    @Override
    public void detach() {
        application = null;
    }

    @Override
    public void connect(final long call, final String clusterName, final String url, final String donor, final boolean bootstrap) {
        answer(call);
    }

    @Override
    public void reconnect(final String clusterName, final String url, final String donor) {
        calls++;
    }

    @Override
    public void disconnect(final long call) {
        answer(call);
    }

    @Override
    public void certify(final long call, final DirectBuffer writeSet, final int offset, final int length) {
        calls++;
        application.onWriteSet(calls, calls - 1, 3, true, Gtid.UNDEFINED_UUID, 1, 1, length, writeSet, offset, length);
    }

    @Override
    public void fragment(final long call, final int number, final DirectBuffer bytes, final int offset, final int length) {
        calls++;
        application.onFragmentOrdered(call, number);
    }

    @Override
    public void withdraw(final long call) {
        calls++;
    }

    @Override
    public void revoke(final long call) {
        calls++;
    }

    @Override
    public void progress(final long released, final int queueLength) {
        calls++;
    }

    @Override
    public void syncPoint(final long call) {
        calls++;
        application.onSyncPoint(call, calls);
    }

    @Override
    public void stateRequest(final int code, final byte[] request, final Gtid position) {
        calls++;
    }

    @Override
    public void snapshotReceived(final long call, final Gtid position, final int code) {
        answer(call);
    }

    @Override
    public void snapshotSent(final long call, final Gtid position, final int code) {
        answer(call);
    }

    @Override
    public void desync(final long call, final boolean desync) {
        answer(call);
    }

    @Override
    public void vote(final long seqno, final long hash, final String error) {
        calls++;
    }

    @Override
    public void setOptions(final long call, final String text) {
        answer(call);
    }

    private void answer(final long call) {
        calls++;
        application.onResult(call, WsrepStatus.OK, 0, "");
    }

    @Override
    public void sessionBegan(final ProviderSession session) {
        calls++;
    }

    @Override
    public void sessionEnded(final ProviderSession session, final String reason) {
        calls++;
    }

    @Override
    public void sessionRefused(final Hello hello, final SessionRefusedException refusal) {
        calls++;
    }

    @Override
    public void connectionDropped(final String reason) {
        calls++;
    }

    @Override
    public void failed(final Throwable cause) {
        throw new IllegalStateException(cause);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.mysql.ipc;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** How an event loop of a kind serves Unix sockets: native epoll where it runs on that, NIO elsewhere. */
enum UnixSocketTransport {
    EPOLL(EpollIoHandle.class, EpollServerDomainSocketChannel.class) {
        @Override
        SocketAddress address(final Path path) {
            return new DomainSocketAddress(path.toString());
        }
    },
    NIO(NioIoHandle.class, NioServerDomainSocketChannel.class) {
        @Override
        SocketAddress address(final Path path) {
            return UnixDomainSocketAddress.of(path);
        }
    };

    private final Class<? extends IoHandle> handle;
    private final Class<? extends ServerChannel> serverChannel;

    UnixSocketTransport(final Class<? extends IoHandle> handle, final Class<? extends ServerChannel> serverChannel) {
        this.handle = handle;
        this.serverChannel = serverChannel;
    }

    /** The transport for {@code loop}. */
    static UnixSocketTransport of(final EventLoop loop) {
        for (final UnixSocketTransport transport : values()) {
            if (((io.netty.channel.IoEventLoop) loop).isCompatible(transport.handle)) {
                return transport;
            }
        }
        throw new IllegalArgumentException("no Unix sockets on " + loop.getClass().getName());
    }

    Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    abstract SocketAddress address(Path path);
}

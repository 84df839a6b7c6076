// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.sidecar;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.AppenderBase;
import io.carillon.mysql.ipc.ServerLogLevel;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Sends log lines to whoever takes them, which is the server's own log during a session, and to the standard error output otherwise. */
final class ServerLogAppender extends AppenderBase<ILoggingEvent> {
    private static final int FRAMES_MAX = 24;

    /** Takes lines, on any thread. */
    @FunctionalInterface
    interface Sink {
        /** False when the line could not be taken. */
        boolean log(ServerLogLevel level, String text);
    }

    private static final Sink STANDARD_ERROR = (level, text) -> {
        System.err.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + level + " " + text);
        return true;
    };

    private static volatile Sink sink = STANDARD_ERROR;

    /** Sets who takes lines; null for the standard error output. */
    static void sink(final Sink taker) {
        sink = taker == null ? STANDARD_ERROR : taker;
    }

    /** Writes a line to the standard error output. */
    static void toStandardError(final ServerLogLevel level, final String text) {
        STANDARD_ERROR.log(level, text);
    }

    @Override
    protected void append(final ILoggingEvent event) {
        final ServerLogLevel level = levelOf(event.getLevel());
        final String text = textOf(event);
        if (!sink.log(level, text)) {
            STANDARD_ERROR.log(level, text);
        }
    }

    private static ServerLogLevel levelOf(final Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> ServerLogLevel.ERROR;
            case Level.WARN_INT -> ServerLogLevel.WARN;
            case Level.INFO_INT -> ServerLogLevel.INFO;
            default -> ServerLogLevel.DEBUG;
        };
    }

    private static String textOf(final ILoggingEvent event) {
        if (event.getThrowableProxy() == null) {
            return event.getFormattedMessage();
        }
        final StringBuilder text = new StringBuilder(event.getFormattedMessage());
        for (IThrowableProxy cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
            text.append(": ").append(cause.getClassName()).append(": ").append(cause.getMessage());
            final StackTraceElementProxy[] frames = cause.getStackTraceElementProxyArray();
            for (int i = 0; i < Math.min(FRAMES_MAX, frames.length); i++) {
                text.append("\n    ").append(frames[i].getSTEAsString());
            }
        }
        return text.toString();
    }
}

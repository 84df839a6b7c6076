// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep.options;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Set;

/** Readers of the text forms of option values. Each throws {@link IllegalArgumentException} saying what was expected. */
final class OptionValue {
    private static final Set<String> TRUE = Set.of("1", "yes", "true", "on", "y");
    private static final Set<String> FALSE = Set.of("0", "no", "false", "off", "n");
    private static final String SUFFIXES = "KMGT";

    private OptionValue() {
    }

    static boolean bool(final String text) {
        final String lower = text.toLowerCase(Locale.ROOT);
        if (TRUE.contains(lower)) {
            return true;
        }
        if (FALSE.contains(lower)) {
            return false;
        }
        throw new IllegalArgumentException("yes or no");
    }

    /** A number with an optional binary suffix K, M, G or T, or 0x and hexadecimal digits. */
    static long integer(final String text) {
        try {
            if (text.startsWith("0x") || text.startsWith("0X")) {
                return Long.parseLong(text.substring(2), 16);
            }
            final int last = text.length() - 1;
            final int power = last > 0 ? SUFFIXES.indexOf(Character.toUpperCase(text.charAt(last))) + 1 : 0;
            final long number = Long.parseLong(power > 0 ? text.substring(0, last) : text);
            return Math.multiplyExact(number, 1L << (10 * power));
        } catch (final NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("a whole number, K, M, G or T may follow", e);
        }
    }

    static double real(final String text) {
        try {
            return Double.parseDouble(text);
        } catch (final NumberFormatException e) {
            throw new IllegalArgumentException("a number", e);
        }
    }

    /** Nanoseconds of an ISO-8601 duration ({@code PT3.5S}, {@code PT1M}, {@code P1D}), or of a plain number of seconds. */
    static long durationNs(final String text) {
        try {
            if (!text.isEmpty() && (Character.isDigit(text.charAt(0)) || text.charAt(0) == '.')) {
                return (long) (Double.parseDouble(text) * 1e9);
            }
            final Duration duration = Duration.parse(text);
            if (!duration.isNegative()) {
                return duration.toNanos();
            }
        } catch (final DateTimeParseException | NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("a duration such as PT3S, PT0.5S or PT1M", e);
        }
        throw new IllegalArgumentException("a duration that is not negative");
    }

    /** The one way to write a duration, as Galera has it: days are days ({@code P1D}), a minute is one ({@code PT1M}). */
    static String durationText(final long ns) {
        final Duration duration = Duration.ofNanos(ns);
        final long days = duration.toDays();
        final Duration rest = duration.minusDays(days);
        if (days == 0) {
            return duration.toString();
        }
        return "P" + days + "D" + (rest.isZero() ? "" : rest.toString().substring(1));
    }
}

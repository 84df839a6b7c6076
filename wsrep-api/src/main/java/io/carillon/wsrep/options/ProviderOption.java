// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.wsrep.options;

import java.util.Locale;

/**
 * One option: what it may be, and what it is when nobody says.
 *
 * @param name as in {@code wsrep_provider_options}.
 * @param type form of the value.
 * @param defaultText value unless set; null when there is none to list.
 * @param atConnect whether it is listed, unless set, only once the node has connected.
 * @param dynamic whether it may change while the node runs.
 * @param min least number, of the numeric types.
 * @param max greatest number, of the numeric types.
 */
record ProviderOption(String name, Type type, String defaultText, boolean atConnect, boolean dynamic, double min, double max) {
    /** Forms of values. */
    enum Type {
        TEXT, BOOL, INTEGER, REAL, DURATION, BOOL_OR_INTEGER, SIZE_OR_AUTO, KEY_FORMAT, DURABILITY, STABILITY, TOKEN, LINK_MODE, TRANSPORT
    }

    static ProviderOption fixed(final String name, final Type type, final String defaultText) {
        return new ProviderOption(name, type, defaultText, false, false, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    static ProviderOption dynamic(final String name, final Type type, final String defaultText) {
        return new ProviderOption(name, type, defaultText, false, true, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    ProviderOption within(final double least, final double greatest) {
        return new ProviderOption(name, type, defaultText, atConnect, dynamic, least, greatest);
    }

    ProviderOption listedAtConnect() {
        return new ProviderOption(name, type, defaultText, true, dynamic, min, max);
    }

    /** Throws {@link IllegalArgumentException} saying what was expected. */
    void check(final String text) {
        switch (type) {
            case TEXT -> { }
            case BOOL -> OptionValue.bool(text);
            case INTEGER -> range(OptionValue.integer(text));
            case REAL -> range(OptionValue.real(text));
            case DURATION -> OptionValue.durationNs(text);
            case BOOL_OR_INTEGER -> checkBoolOrInteger(text);
            case SIZE_OR_AUTO -> {
                if (!"auto".equals(text)) {
                    range(OptionValue.integer(text));
                }
            }
            case KEY_FORMAT -> oneOf(text.toUpperCase(Locale.ROOT), "FLAT8", "FLAT8A", "FLAT16", "FLAT16A");
            case DURABILITY -> oneOf(text, "memory", "os", "disk");
            case STABILITY -> oneOf(text, "majority", "all");
            case TOKEN -> oneOf(text, "park", "rotate");
            case TRANSPORT -> oneOf(text, "tcp", "udp");
            case LINK_MODE -> oneOf(text, "passive", "active");
        }
    }

    private void checkBoolOrInteger(final String text) {
        try {
            OptionValue.bool(text);
        } catch (final IllegalArgumentException notBool) {
            range(OptionValue.integer(text));
        }
    }

    private void range(final double number) {
        if (!(number >= min && number <= max)) {
            throw new IllegalArgumentException("a number from " + plain(min) + " to " + plain(max));
        }
    }

    private static String plain(final double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private static void oneOf(final String text, final String... choices) {
        for (final String choice : choices) {
            if (choice.equals(text)) {
                return;
            }
        }
        throw new IllegalArgumentException("one of " + String.join(", ", choices));
    }
}

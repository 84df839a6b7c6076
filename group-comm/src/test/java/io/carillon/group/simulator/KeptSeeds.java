// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Files of seeds that once showed something. */
public final class KeptSeeds {
    /** A seed, and what it showed. */
    public record Kept(long seed, String why) {
        static Kept of(final String line) {
            final int space = line.indexOf(' ');
            assertFalse(space < 0 || line.substring(space).isBlank(), () -> "what a seed showed is said: " + line);
            return new Kept(Long.parseLong(line.substring(0, space)), line.substring(space + 1));
        }
    }

    private KeptSeeds() {
    }

    /** Lines of {@code seed cause} in {@code resource}, which lies beside {@code owner}. */
    public static List<Kept> of(final Class<?> owner, final String resource) {
        return lines(owner, resource).stream().map(Kept::of).toList();
    }

    static List<String> lines(final Class<?> owner, final String resource) {
        try (InputStream in = owner.getResourceAsStream(resource)) {
            final List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
            assertFalse(lines.isEmpty(), () -> resource + " has seeds");
            return lines;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

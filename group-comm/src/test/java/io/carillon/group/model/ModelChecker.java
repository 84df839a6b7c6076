// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.model;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tlc2.TLC;

/** Runs TLC, in a process of its own since it keeps what it knows in static fields, over the model in {@code src/test/tla}. */
final class ModelChecker {
    private static final Pattern STATES = Pattern.compile("(\\d+) states generated, (\\d+) distinct states found, (\\d+) states left");
    private static final Pattern VIOLATED = Pattern.compile("Invariant (\\w+) is violated");
    private static final Path SOURCES = Path.of("src", "test", "tla");

    private final Path sources;
    private final Path directory;
    private final int workers;

    /**
     * What came of a model.
     *
     * @param violated the invariant that does not hold, or an empty string.
     * @param states distinct states found.
     * @param complete every reachable state was found.
     * @param text all that TLC said, a counterexample among it.
     */
    record Verdict(String violated, long states, boolean complete, String text) {
    }

    /** @param directory for what it writes; somebody else deletes it. */
    ModelChecker(final Path directory, final int workers) {
        this.directory = directory;
        this.workers = workers;
        this.sources = Files.isDirectory(SOURCES) ? SOURCES : Path.of("group-comm").resolve(SOURCES);
    }

    /** Throws {@link UncheckedIOException} if TLC cannot be run. */
    Verdict check(final RingModel model) throws InterruptedException {
        try {
            final Path place = Files.createTempDirectory(directory, "model");
            for (final String file : List.of("Ring.tla", "Models.tla")) {
                Files.copy(sources.resolve(file), place.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.writeString(place.resolve("Models.cfg"), model.configuration());
            final Path output = place.resolve("output");
            final Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseParallelGC", "-XX:TieredStopAtLevel=" + (workers == 1 ? 1 : 4), "-Xmx3g", "-cp", jar(), "tlc2.TLC",
                "-workers", String.valueOf(workers), "-metadir", place.resolve("states").toString(), "Models.tla")
                .directory(place.toFile()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
            try {
                process.waitFor();
            } finally {
                process.destroyForcibly();
            }
            return verdict(Files.readString(output, StandardCharsets.UTF_8));
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot run TLC in " + directory, e);
        }
    }

    private static String jar() {
        return new File(TLC.class.getProtectionDomain().getCodeSource().getLocation().getPath()).getPath();
    }

    private static Verdict verdict(final String text) {
        final Matcher states = STATES.matcher(text);
        long found = 0;
        while (states.find()) {
            found = Long.parseLong(states.group(2));
        }
        final Matcher violated = VIOLATED.matcher(text);
        return new Verdict(violated.find() ? violated.group(1) : "", found, text.contains("No error has been found"), text);
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.group.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs every script under {@code scripts/}: blocks of commands, {@code ----}, and what becomes visible. With {@code
 * -Dcarillon.golden.rewrite=true} the files are rewritten with what
 * the code does, to be read before they are committed.
 */
class GoldenScriptTest {
    private static final Path SCRIPTS = Path.of("src/test/resources/io/carillon/group/simulator/scripts");
    private static final String RULE = "----";

    @TestFactory
    List<DynamicTest> scripts() throws IOException {
        final List<Path> files;
        try (Stream<Path> list = Files.list(SCRIPTS)) {
            files = list.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
        }
        assertFalse(files.isEmpty(), "scripts in " + SCRIPTS.toAbsolutePath());
        return files.stream().map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> play(file))).toList();
    }

    private static void play(final Path file) throws IOException {
        final ScriptedGroup group = new ScriptedGroup();
        final List<String> actual = new ArrayList<>();
        final List<String> expected = Files.readAllLines(file);
        int at = 0;
        while (at < expected.size()) {
            final String line = expected.get(at++);
            actual.add(line);
            if (line.equals(RULE)) {
                actual.addAll(group.take());
                while (at < expected.size() && !expected.get(at).isBlank()) {
                    at++;
                }
            } else if (!line.isBlank() && !line.startsWith("#")) {
                run(group, line);
            }
        }
        if (Boolean.getBoolean("carillon.golden.rewrite")) {
            Files.write(file, actual);
        } else {
            assertEquals(String.join("\n", expected), String.join("\n", actual), file.toString());
        }
    }

    private static void run(final ScriptedGroup group, final String line) {
        try {
            group.run(line);
        } catch (final RuntimeException e) {
            throw new AssertionError("command: " + line + System.lineSeparator() + group.traces(), e);
        }
    }
}

// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.tidy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A hand-written source file of the repository; {@code path} is relative to the root, with slashes. */
record SourceFile(String path, String text, List<String> lines) {
    private static final Set<String> SUFFIXES = Set.of("java", "c", "h", "py", "sh", "proto", "list");
    private static final Set<String> NOT_OURS = Set.of("target", "dist", "dist.new", ".git", "results", "__pycache__");

    static List<SourceFile> all() {
        final List<SourceFile> files = new ArrayList<>();
        final Path root = root();
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(final Path directory, final BasicFileAttributes attributes) {
                    final boolean built = directory.endsWith("mysql-plugin-bridge/native/build");
                    return built || NOT_OURS.contains(directory.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) throws IOException {
                    if (attributes.isRegularFile() && isSource(file)) {
                        final String text = Files.readString(file);
                        files.add(new SourceFile(root.relativize(file).toString().replace('\\', '/'), text, text.lines().toList()));
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        files.sort(Comparator.comparing(SourceFile::path));
        return files;
    }

    /** Source by its suffix, or a script: an executable without one. */
    private static boolean isSource(final Path file) {
        final String name = file.getFileName().toString();
        final int dot = name.lastIndexOf('.');
        return dot >= 0 ? SUFFIXES.contains(name.substring(dot + 1)) : Files.isExecutable(file) || name.equals("Makefile");
    }

    /** Tests run in their module's directory; the root is the first one above that holds the licence. */
    private static Path root() {
        for (Path directory = Path.of("").toAbsolutePath(); directory != null; directory = directory.getParent()) {
            if (Files.exists(directory.resolve("LICENSE"))) {
                return directory;
            }
        }
        throw new IllegalStateException("no LICENSE above " + Path.of("").toAbsolutePath());
    }

    boolean isJava() {
        return path.endsWith(".java");
    }

    /** Line number and text of the lines that the predicate picks. */
    Stream<String> linesWhere(final Predicate<String> predicate) {
        return IntStream.range(0, lines.size()).filter(i -> predicate.test(lines.get(i)))
            .mapToObj(i -> "line " + (i + 1) + ": " + lines.get(i).strip());
    }

    /** Line number and text of each match. */
    Stream<String> matches(final Pattern pattern) {
        return pattern.matcher(text).results().map(match -> {
            final Matcher newlines = Pattern.compile("\n").matcher(text.substring(0, match.start()));
            return "line " + (newlines.results().count() + 1) + ": " + match.group().strip();
        });
    }
}

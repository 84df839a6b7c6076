// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: Apache-2.0

package io.carillon.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps the whole repository in the shape that docs/architecture.md, "House rules", states. */
class RepositoryTidyTest {
    private static final int LONGEST_LINE = 140;
    private static final int LONGEST_FILE = 400;

    /** Files that are still longer, and how long each may be: they are to be split, and may not grow. */
    private static final Map<String, Integer> LONG_FILES = Map.of();

    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
    private static final Pattern FOREIGN_PATH = Pattern.compile("(?<![\\w.])/(work|root|home)/|\\.\\./" + "shared\\b");
    private static final Pattern VAGUE_NAME = Pattern.compile(
        "(?im)^\\s*package\\s+[\\w.]*\\b(utils?|commons?|managers?|helpers?)\\b"
        + "|\\b(class|interface|record|enum)\\s+\\w*(Utils?|Common|Manager|Helper)\\b");
    private static final Pattern EMPTY_CATCH = Pattern.compile("catch\\s*\\([^)]*\\)\\s*\\{\\s*\\}");
    private static final Pattern SLEEP = Pattern.compile("Thread\\s*\\.\\s*sleep|TimeUnit\\s*\\.\\s*\\w+\\s*\\.\\s*sleep");
    private static final Pattern OWN_CLASS = Pattern.compile("\\bio\\.carillon(?:\\.[a-z]+)+\\.[A-Z]\\w*");
    private static final Pattern OWN_PACKAGE = Pattern.compile("\\bio\\.carillon\\.([a-z]+)\\b");

    /** Module, its package, and the packages that it may use: dependencies point one way. */
    private static final Map<String, Set<String>> MAY_USE = Map.of(
        "bench", Set.of("group"),
        "wsrep-api", Set.of("wsrep", "tidy"),
        "group-comm", Set.of("group", "wsrep"),
        "certification", Set.of("certification", "group", "wsrep"),
        "sst", Set.of("sst", "certification", "group", "wsrep"),
        "mysql-plugin-bridge", Set.of("mysql", "sst", "certification", "group", "wsrep"),
        "sidecar", Set.of("sidecar", "mysql", "sst", "certification", "group", "wsrep"));

    /** Packages of group-comm, and those of them that each may import: the ring knows no transport, a mesh of TCP none of UDP. */
    private static final Map<String, Set<String>> MAY_IMPORT = Map.of(
        "ring", Set.of("", "wire"),
        "wire", Set.of("", "ring"),
        "blackbox", Set.of("", "ring", "wire"),
        "transport", Set.of("", "ring", "wire"),
        "transport.tcp", Set.of("", "ring", "transport"),
        "transport.udp", Set.of("", "ring", "transport"),
        "transport.tls", Set.of("transport"));
    private static final String GROUP_SOURCES = "group-comm/src/main/java/io/carillon/group/";
    private static final Pattern GROUP_IMPORT = Pattern.compile("(?m)^import (?:static )?io\\.carillon\\.group((?:\\.[a-z]+)*)\\.[A-Z]");

    private static final List<SourceFile> SOURCES = SourceFile.all();

    @Test
    void findsTheSources() {
        assertTrue(SOURCES.size() > 100, "only " + SOURCES.size() + " files found: is the root of the repository right?");
        for (final String module : MAY_USE.keySet()) {
            assertTrue(SOURCES.stream().anyMatch(file -> file.isJava() && file.path().startsWith(module + "/")), "no Java in " + module);
        }
    }

    @Test
    void everyFileNamesOwnerAndLicence() {
        assertNone("header", SOURCES, file -> {
            final String licence = file.path().startsWith("mysql-plugin-bridge/native/") ? "GPL-2.0-or-later" : "Apache-2.0";
            final List<String> head = file.lines().subList(0, Math.min(6, file.lines().size()));
            return head.stream().anyMatch(line -> line.contains("Copyright 2026 The Carillon authors"))
                && head.stream().anyMatch(line -> line.contains("SPDX-License-Identifier: " + licence))
                ? Stream.empty() : Stream.of("no header for " + licence);
        });
    }

    @Test
    void linesFitTheScreen() {
        assertNone("long line", SOURCES, file -> file.linesWhere(line -> line.codePointCount(0, line.length()) > LONGEST_LINE));
    }

    @Test
    void filesHoldOneConcept() {
        assertNone("long file", SOURCES, file -> file.lines().size() > LONG_FILES.getOrDefault(file.path(), LONGEST_FILE)
            ? Stream.of(file.lines().size() + " lines") : Stream.empty());
        for (final String path : LONG_FILES.keySet()) {
            assertTrue(SOURCES.stream().noneMatch(file -> file.path().equals(path) && file.lines().size() <= LONGEST_FILE),
                path + " needs no exception");
        }
    }

    @Test
    void nothingIsLeftForLater() {
        assertNone("unfinished", SOURCES, file -> file.matches(UNFINISHED));
    }

    @Test
    void noPathOfSomebodysMachine() {
        assertNone("foreign path", SOURCES, file -> file.matches(FOREIGN_PATH));
    }

    @Test
    void namesSayWhatThingsAre() {
        assertNone("vague name", java(), file -> file.matches(VAGUE_NAME));
    }

    @Test
    void noExceptionIsSwallowed() {
        assertNone("empty catch", java(), file -> file.matches(EMPTY_CATCH));
    }

    @Test
    void testsDoNotSleep() {
        final List<SourceFile> tests = java().stream().filter(file -> file.path().contains("/src/test/")).toList();
        assertNone("sleep", tests, file -> file.path().endsWith("RepositoryTidyTest.java") ? Stream.empty() : file.matches(SLEEP));
    }

    @Test
    void modulesUseOnlyWhatIsBelowThem() {
        assertNone("dependency", java(), file -> {
            final Set<String> allowed = MAY_USE.get(file.path().substring(0, file.path().indexOf('/')));
            if (allowed == null) {
                return Stream.of("a module that this test does not know");
            }
            final Set<String> used = new TreeSet<>();
            final Matcher matcher = OWN_PACKAGE.matcher(file.text());
            while (matcher.find()) {
                used.add(matcher.group(1));
            }
            used.removeAll(allowed);
            return used.stream().map(name -> "uses io.carillon." + name);
        });
    }

    @Test
    void packagesOfTheGroupImportOnlyWhatIsBelowThem() {
        for (final String name : MAY_IMPORT.keySet()) {
            final String folder = GROUP_SOURCES + name.replace('.', '/') + '/';
            final List<SourceFile> files = java().stream()
                .filter(file -> file.path().startsWith(folder) && file.path().indexOf('/', folder.length()) < 0).toList();
            assertTrue(files.size() > 1, "no Java in " + folder);
            assertNone("import", files, file -> GROUP_IMPORT.matcher(file.text()).results()
                .map(found -> found.group(1).isEmpty() ? "" : found.group(1).substring(1))
                .filter(imported -> !MAY_IMPORT.get(name).contains(imported)));
        }
    }

    /** What no compiler of ours sees: commands name classes that move. */
    @Test
    void whatCommandsNameExists() {
        final List<SourceFile> unseen = SOURCES.stream().filter(file -> !file.isJava() || file.path().startsWith("bench/")).toList();
        final Set<String> named = new TreeSet<>();
        assertNone("class", unseen, file -> OWN_CLASS.matcher(file.text()).results().map(MatchResult::group).distinct()
            .filter(named::add)
            .filter(name -> SOURCES.stream().noneMatch(source -> source.path().endsWith('/' + name.replace('.', '/') + ".java")))
            .map(name -> name + " does not exist"));
        assertTrue(named.size() > 5, "only " + named + " named");
    }

    private static List<SourceFile> java() {
        return SOURCES.stream().filter(SourceFile::isJava).toList();
    }

    private static void assertNone(final String what, final List<SourceFile> files, final Function<SourceFile, Stream<String>> rule) {
        final Map<String, List<String>> found = new TreeMap<>();
        for (final SourceFile file : files) {
            final List<String> violations = rule.apply(file).toList();
            if (!violations.isEmpty()) {
                found.put(file.path(), violations);
            }
        }
        final StringBuilder text = new StringBuilder();
        found.forEach((path, violations) -> violations.forEach(
            violation -> text.append("\n  ").append(path).append(": ").append(violation)));
        assertEquals("", text.toString(), what);
    }
}

package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/internal/seed-coverage.md against the tests, so that it cannot rot. */
class SeedCoverageTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern ROW =
      Pattern.compile("^\\| ((?:MI|TI|TO)-\\d{3}) \\| ([^|]+) \\| ([^|]+) \\|$");
  private static final Pattern TEST =
      Pattern.compile(
          "@(?:Test|ParameterizedTest|RepeatedTest|TestFactory)\\b(?:[^{}]|\\{[^{}]*\\})*?\\bvoid\\s+(\\w+)\\s*\\(",
          Pattern.DOTALL);
  private static final String PYTHON_ONLY = "Python-only: ";

  private record Row(String id, String behaviour, String tests) {
    boolean isPythonOnly() {
      return tests.startsWith(PYTHON_ONLY);
    }

    List<String> testNames() {
      return isPythonOnly() ? List.of() : List.of(tests.split("\\s*,\\s*"));
    }
  }

  /** Of TonIO everything but what came after the seed. */
  @Test
  void everyBehaviourThatIsBuiltHasItsRow() throws IOException {
    List<String> expected =
        Stream.of(
                IntStream.rangeClosed(1, 208).mapToObj("MI-%03d"::formatted),
                IntStream.rangeClosed(1, 169).mapToObj("TI-%03d"::formatted),
                IntStream.rangeClosed(1, 219).mapToObj("TO-%03d"::formatted),
                IntStream.rangeClosed(236, 248).mapToObj("TO-%03d"::formatted))
            .flatMap(rows -> rows)
            .toList();
    assertThat(rows()).extracting(Row::id).containsExactlyElementsOf(expected);
  }

  @Test
  void onlyWhatTheChecklistCallsPythonOnlyGoesWithoutATest() throws IOException {
    assertThat(rows().stream().filter(Row::isPythonOnly).map(Row::id))
        .containsExactly(
            "MI-028", "MI-035", "MI-047", "MI-090", "MI-106", "MI-122", "MI-131", "MI-147",
            "MI-168", "MI-184", "TI-026", "TI-031", "TI-032", "TI-033", "TI-034", "TI-056",
            "TI-072", "TI-118", "TI-126", "TI-137", "TI-142", "TI-143", "TI-144", "TI-167",
            "TI-168", "TO-001", "TO-002", "TO-006", "TO-008", "TO-009", "TO-010", "TO-018",
            "TO-026", "TO-036", "TO-037", "TO-038", "TO-068", "TO-137", "TO-141", "TO-158",
            "TO-177", "TO-190", "TO-191", "TO-201", "TO-203", "TO-204", "TO-240");
  }

  @Test
  void everyTestThatARowNamesExists() throws IOException {
    Map<String, Set<String>> tests = tests();
    List<String> missing = new ArrayList<>();
    for (Row row : rows()) {
      for (String name : row.testNames()) {
        int dot = name.indexOf('.');
        if (dot < 0
            || !tests
                .getOrDefault(name.substring(0, dot), Set.of())
                .contains(name.substring(dot + 1))) {
          missing.add(row.id() + " names " + name);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  private static List<Row> rows() throws IOException {
    return Files.readAllLines(ROOT.resolve("docs/internal/seed-coverage.md")).stream()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .map(row -> new Row(row.group(1), row.group(2), row.group(3).strip()))
        .toList();
  }

  /** The test methods of all modules, by the name of their class. */
  private static Map<String, Set<String>> tests() throws IOException {
    Map<String, Set<String>> found = new HashMap<>();
    for (String module :
        List.of(
            "selvage-core", "selvage-net", "selvage-test", "interop-tests", "examples", "stress")) {
      Path sources = ROOT.resolve(module).resolve("src/test/java");
      if (!Files.isDirectory(sources)) {
        continue;
      }
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          Set<String> methods = found.computeIfAbsent(name, n -> new TreeSet<>());
          TEST.matcher(Files.readString(file)).results().forEach(m -> methods.add(m.group(1)));
        }
      }
    }
    return found;
  }
}

package io.selvage.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.selvage.CodePages;
import io.selvage.TaskGroup;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The guide shows code that compiles and runs, and names that exist. */
class GuideTest {
  private static final Path GUIDE = CodePages.ROOT.resolve("docs/guide");

  /** Where the code of the chapters is; the tests beside it run that code. */
  private static final List<Path> SOURCES =
      List.of(
          CodePages.ROOT.resolve("selvage-core/src/test/java/io/selvage/guide"),
          CodePages.ROOT.resolve("selvage-test/src/test/java/io/selvage/test/guide"),
          CodePages.ROOT.resolve("interop-tests/src/test/java/io/selvage/interop/libraries"));

  private static final List<String> PACKAGES =
      List.of(
          "",
          "channel.",
          "context.",
          "function.",
          "interop.",
          "observe.",
          "process.",
          "runtime.",
          "select.",
          "service.",
          "sync.",
          "time.");

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static List<String> regions() throws IOException {
    List<String> regions = new ArrayList<>();
    for (Path folder : SOURCES) {
      for (Path source : filesIn(folder)) {
        CodePages.regions(source).forEach(region -> regions.add(CodePages.bare(region)));
      }
    }
    return regions;
  }

  private static List<String> blocks() throws IOException {
    List<String> blocks = new ArrayList<>();
    for (Path page : filesIn(GUIDE)) {
      CodePages.blocks(page, "java").forEach(block -> blocks.add(CodePages.bare(block)));
    }
    return blocks;
  }

  @Test
  void itsCodeIsTheCodeThatRuns() throws IOException {
    assertThat(blocks()).hasSizeGreaterThan(40);
    assertThat(regions()).containsAll(blocks());
  }

  @Test
  void theCodeOfTheSimulationPageIsTheCodeThatRuns() throws IOException {
    Path source =
        CodePages.ROOT.resolve("selvage-test/src/test/java/io/selvage/test/SimulationPage.java");
    String compiled = CodePages.bare(Files.readString(source));
    assertThat(CodePages.blocks(CodePages.ROOT.resolve("docs/simulation.md"), "java"))
        .hasSizeGreaterThan(5)
        .allSatisfy(block -> assertThat(compiled).contains(CodePages.bare(block)));
  }

  @Test
  void allRegionsAreShown() throws IOException {
    assertThat(blocks()).containsAll(regions());
  }

  /** What the text calls {@code Type.member} is a member of that type, if the type is ours. */
  @Test
  void theNamesInItsTextExist() throws IOException {
    int found = 0;
    for (Path page : filesIn(GUIDE)) {
      String text = Files.readString(page).replaceAll("(?s)```.*?```", "");
      Matcher names = Pattern.compile("`[^`\n]*?\\b([A-Z]\\w+)\\.(\\w+)[^`\n]*`").matcher(text);
      while (names.find()) {
        Optional<Class<?>> type = typeNamed(names.group(1));
        if (type.isPresent()) {
          found++;
          assertThat(membersOf(type.get()))
              .as("%s in %s", names.group(), page.getFileName())
              .contains(names.group(2));
        }
      }
    }
    assertThat(found).isGreaterThan(50);
  }

  private static Optional<Class<?>> typeNamed(String simpleName) {
    for (String each : PACKAGES) {
      try {
        return Optional.of(
            Class.forName(TaskGroup.class.getPackageName() + "." + each + simpleName));
      } catch (ClassNotFoundException e) {
        // it is in another package, or not ours
      }
    }
    return Optional.empty();
  }

  private static List<String> membersOf(Class<?> type) {
    return Stream.of(
            Stream.of(type.getMethods()).map(Method::getName),
            Stream.of(type.getFields()).map(Field::getName),
            Stream.of(type.getClasses()).map(Class::getSimpleName))
        .flatMap(names -> names)
        .toList();
  }
}

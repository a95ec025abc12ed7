package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FailureStoryTest {
  /** No code of a program runs beneath these: they only keep, describe or compare. */
  private static final Set<String> CALL_NO_USER_CODE =
      Set.of(
          "BodyEnd",
          "Deadline",
          "Dump",
          "DumpBuilder",
          "DumpJson",
          "DumpText",
          "TextEscaper",
          "FailureSet",
          "FaultPoint",
          "LoopStall",
          "ScopeTimer");

  @Test
  void eachClassOfThePackageIsLeftOutOfStacksOrCallsNoUserCode() throws IOException {
    Predicate<String> isInterfaceOrException =
        name -> name.startsWith("Throwing") || name.endsWith("Exception");
    try (Stream<Path> classes = Files.list(Path.of("target/classes/io/selvage"))) {
      assertThat(
              classes
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith(".class") && !name.contains("$"))
                  .map(name -> name.substring(0, name.length() - ".class".length()))
                  .filter(name -> !name.equals("package-info"))
                  .filter(isInterfaceOrException.negate())
                  .filter(name -> !CALL_NO_USER_CODE.contains(name))
                  .collect(Collectors.toSet()))
          .isSubsetOf(FailureStory.OWN);
    }
  }
}

package io.selvage.test.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Modules and exported packages say since which version they exist. */
class SinceTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  @ParameterizedTest
  @ValueSource(strings = {"selvage-core", "selvage-net", "selvage-test"})
  void theModuleAndItsExportedPackagesHaveASinceTag(String module) throws Exception {
    Path sources = ROOT.resolve(module + "/src/main/java");
    List<Path> pages = new ArrayList<>(List.of(sources.resolve("module-info.java")));
    for (String exported : ApiListing.exportedPackages(sources)) {
      pages.add(sources.resolve(exported.replace('.', '/') + "/package-info.java"));
    }
    assertThat(pages).hasSizeGreaterThan(1);
    for (Path page : pages) {
      assertThat(Files.readString(page))
          .as("%s: its Javadoc needs a line such as '@since 0.1'", page)
          .containsPattern("(?m)^ \\* @since \\d+\\.\\d+$");
    }
  }
}

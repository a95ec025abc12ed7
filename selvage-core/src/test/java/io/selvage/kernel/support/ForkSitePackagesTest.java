package io.selvage.kernel.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list of the library's packages is complete; {@code ForkSiteTest} shows what it is for. */
class ForkSitePackagesTest {

  @Test
  void eachPackageBelowTheRootIsListed() throws IOException {
    try (Stream<Path> folders = Files.list(Path.of("src/main/java/io/selvage"))) {
      assertThat(
              folders
                  .filter(Files::isDirectory)
                  .map(folder -> folder.getFileName().toString())
                  .collect(Collectors.toSet()))
          .isEqualTo(ForkSite.PACKAGES);
    }
  }
}

package io.selvage.test.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page of a package of the network has a link to each of its public types. */
class PackageTablesTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  @ParameterizedTest
  @CsvSource({
    "selvage-net, io.selvage.net",
    "selvage-net, io.selvage.net.framing",
    "selvage-net, io.selvage.net.server",
    "selvage-net, io.selvage.net.tls",
    "selvage-test, io.selvage.test.net"
  })
  void eachPublicTypeIsOnThePageOfItsPackage(String module, String name) throws IOException {
    Path folder = ROOT.resolve(module + "/src/main/java/" + name.replace('.', '/'));
    String page = Files.readString(folder.resolve("package-info.java"));
    List<String> types = publicTypes(folder);
    assertThat(types).hasSizeGreaterThan(2);
    assertThat(types.stream().filter(type -> !hasLink(page, name + "." + type)))
        .as("to be added to package-info.java of %s", name)
        .isEmpty();
  }

  private static boolean hasLink(String page, String type) {
    return Pattern.compile("\\{@link[\\s*]+" + Pattern.quote(type) + "\\}").matcher(page).find();
  }

  private static List<String> publicTypes(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".java") && !file.equals("package-info.java"))
          .map(file -> file.substring(0, file.length() - ".java".length()))
          .filter(type -> isPublic(folder, type))
          .sorted()
          .toList();
    }
  }

  private static boolean isPublic(Path folder, String type) {
    try {
      return Pattern.compile(
              "(?m)^public (final |abstract |sealed |non-sealed )*"
                  + "(class|@?interface|enum|record) "
                  + type
                  + "\\b")
          .matcher(Files.readString(folder.resolve(type + ".java")))
          .find();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

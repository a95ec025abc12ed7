package io.selvage.test.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The public API of the library is what its listings in docs/internal/api say. */
class ApiListingTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final boolean ACCEPT = Boolean.getBoolean("selvage.api.accept");

  @ParameterizedTest
  @ValueSource(strings = {"selvage-core", "selvage-net", "selvage-test"})
  void theListingIsThatOfTheClasses(String module) throws Exception {
    Path file = ROOT.resolve("docs/internal/api/" + module + ".txt");
    List<String> now = ApiListing.ofModule(ROOT.resolve(module + "/src/main/java"));
    if (ACCEPT) {
      Files.createDirectories(file.getParent());
      Files.write(file, now);
    }
    List<String> listed = Files.readAllLines(file);
    assertThat(differences(listed, now))
        .as(
            """
            the public API of %s differs from docs/internal/api/%s.txt
            (- is listed, + is in the classes). If that is intended run './selvage api' and commit
            the listing with the change; CHANGELOG.md tells the users.\
            """,
            module, module)
        .isEmpty();
    assertThat(now).as("order of docs/internal/api/%s.txt", module).isEqualTo(listed);
  }

  /** Otherwise a user could not name the type of what a method takes or returns. */
  @Test
  void noSignatureHasATypeOfAPackageThatIsNotExported() throws Exception {
    Pattern qualified = Pattern.compile("\\b(io\\.selvage[a-z.]*)\\.[A-Z]");
    Set<String> exported = new HashSet<>();
    List<String> lines = new ArrayList<>();
    for (String module : List.of("selvage-core", "selvage-net", "selvage-test")) {
      Path sources = ROOT.resolve(module + "/src/main/java");
      exported.addAll(ApiListing.exportedPackages(sources));
      lines.addAll(ApiListing.ofModule(sources));
    }
    assertThat(lines)
        .hasSizeGreaterThan(100)
        .allSatisfy(
            line ->
                assertThat(qualified.matcher(line).results().map(type -> type.group(1)))
                    .isSubsetOf(exported));
  }

  private static List<String> differences(List<String> listed, List<String> now) {
    List<String> all = new ArrayList<>();
    listed.stream().filter(line -> !now.contains(line)).map(line -> "- " + line).forEach(all::add);
    now.stream().filter(line -> !listed.contains(line)).map(line -> "+ " + line).forEach(all::add);
    return all;
  }

  // --- The listing itself ----------------------------------------------------

  private static List<String> listing(Class<?>... types) {
    String outer = PlantedApi.class.getCanonicalName() + ".";
    return ApiListing.of(Set.of("io.selvage.test.api"), List.of(types)).stream()
        .map(line -> line.replace(outer, ""))
        .toList();
  }

  @Test
  void aClassIsListedWithEverythingThatItsUsersAndSubclassesReach() {
    assertThat(listing(PlantedApi.Shown.class))
        .containsExactly(
            "public abstract static class Shown<T extends @Nullable Object, E extends Exception>"
                + " is Iterable<String>, Runnable",
            "  Shown: @Deprecated(forRemoval=false, since=\"\") public abstract"
                + " <R extends Number & Comparable<R>> @Nullable R"
                + " call(@Nullable java.util.List<@Nullable T>, R[], String...) throws E, Failure",
            "  Shown: protected int count",
            "  Shown: protected new(java.util.List<? super T>)",
            "  Shown: public static final int LIMIT",
            "  Shown: public void inherited()",
            "  Shown: public void overridden()");
  }

  @Test
  void otherKindsOfTypesAreListedWithWhatMakesThem() {
    assertThat(
            listing(
                PlantedApi.Failure.class,
                PlantedApi.Shape.class,
                PlantedApi.Square.class,
                PlantedApi.Secret.class))
        .containsExactly(
            "public final static class Failure is Exception",
            "  Failure: public new()",
            "public sealed interface Shape permits [Square]",
            "  Shape: public default int area()",
            "public record Square is Shape",
            "  Square: component @Nullable String name",
            "  Square: component int side",
            "  Square: public new(int, @Nullable String)");
    assertThat(listing(PlantedApi.Color.class, PlantedApi.Marked.class))
        .containsExactly(
            "public enum Color",
            "  Color: constant BLUE",
            "  Color: constant RED",
            "public @interface Marked",
            "  Marked: public abstract String value() default \"x\"",
            "  Marked: public abstract String[] names() default [\"y\", \"z\"]");
  }

  @Test
  void aDifferenceNamesBothSides() {
    assertThat(differences(List.of("same", "gone"), List.of("new", "same")))
        .containsExactly("- gone", "+ new");
  }
}

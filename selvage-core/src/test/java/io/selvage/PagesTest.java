package io.selvage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The links of all pages lead somewhere, and the web site has all pages. */
class PagesTest {
  private static final Path DOCS = CodePages.ROOT.resolve("docs");

  private static final Pattern LINK = Pattern.compile("]\\(([^)#]*)(?:#([^)]*))?\\)");

  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> files = Files.list(CodePages.ROOT)) {
      files.filter(PagesTest::isPage).forEach(pages::add);
    }
    try (Stream<Path> files = Files.walk(DOCS)) {
      files.filter(PagesTest::isPage).forEach(pages::add);
    }
    return pages;
  }

  private static boolean isPage(Path file) {
    return file.toString().endsWith(".md");
  }

  /** The text of a page without its code, which may have brackets and lines that begin with #. */
  private static String prose(Path page) throws IOException {
    return Files.readString(page).replaceAll("(?ms)^ *```.*?^ *```$", "").replaceAll("`", "");
  }

  private static List<MatchResult> linksOf(Path page) throws IOException {
    return LINK.matcher(prose(page))
        .results()
        .filter(link -> !link.group(1).matches("[a-z]+:.*"))
        .toList();
  }

  private static Path target(Path page, MatchResult link) {
    return link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1)).normalize();
  }

  /** The anchors of the headings, as code hosts and the site make them. */
  private static List<String> anchorsOf(Path page) throws IOException {
    return HEADING
        .matcher(prose(page))
        .results()
        .map(heading -> heading.group(1).strip().toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N}\\p{M}_\\- ]", "").replace(' ', '-'))
        .toList();
  }

  @Test
  void linksLeadSomewhere() throws IOException {
    int found = 0;
    for (Path page : pages()) {
      for (MatchResult link : linksOf(page)) {
        found++;
        Path target = target(page, link);
        assertThat(target).as("link %s in %s", link.group(), page).exists();
        if (link.group(2) != null) {
          assertThat(anchorsOf(target))
              .as("link %s in %s", link.group(), page)
              .contains(link.group(2));
        }
      }
    }
    assertThat(found).isGreaterThan(100);
  }

  /** The files that the first group of a pattern finds in a file, as paths from its folder. */
  private static Stream<Path> named(Path file, String pattern) throws IOException {
    return Pattern.compile(pattern, Pattern.MULTILINE)
        .matcher(Files.readString(file))
        .results()
        .map(found -> file.resolveSibling(found.group(1)));
  }

  /** The list in {@code pages.js} names most pages, and two indexes that name the others. */
  @Test
  void theSidebarOfTheSiteHasAllPages() throws IOException {
    Path list = CodePages.ROOT.resolve("site/.vitepress/pages.js");
    List<Path> sidebar = new ArrayList<>();
    named(list, "'([\\w/.-]+\\.md)'")
        .map(page -> CodePages.ROOT.resolve(list.getParent().relativize(page)))
        .forEach(sidebar::add);
    named(DOCS.resolve("guide/index.md"), "^\\d+\\. \\[.+?]\\((.+?)\\)").forEach(sidebar::add);
    named(DOCS.resolve("decisions/README.md"), "^\\| \\[\\d+]\\((.+?)\\)").forEach(sidebar::add);
    assertThat(sidebar).containsExactlyInAnyOrderElementsOf(pages());
  }
}

package io.selvage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The code in pages of the documentation, and the code of the tests that it is compared with. */
public final class CodePages {
  /** The folder of the whole project; tests run in the folder of their module. */
  public static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  private static final Pattern REGION =
      Pattern.compile("// @start region=\"\\w+\"\n(.*?)// @end", Pattern.DOTALL);

  private CodePages() {}

  /** The fenced blocks of a page that have this language. */
  public static List<String> blocks(Path page, String language) throws IOException {
    return texts(Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL), page);
  }

  /** What is between {@code @start} and {@code @end} in a source file. */
  public static List<String> regions(Path source) throws IOException {
    return texts(REGION, source);
  }

  private static List<String> texts(Pattern pattern, Path file) throws IOException {
    return pattern
        .matcher(Files.readString(file))
        .results()
        .map((MatchResult found) -> found.group(1))
        .toList();
  }

  /** Without comments, braces and white space, which the formatter sets as it likes. */
  public static String bare(String code) {
    return code.replaceAll("(?m)(^|\\s)//.*$", "").replaceAll("[\\s{}]+", "");
  }
}

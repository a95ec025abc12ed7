package io.selvage.stress.run;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What the stress run was asked for.
 *
 * @param time of all parts together
 * @param grace how much longer than its time a part may take until it counts as hanging
 * @param seed of all choices
 * @param ownCarriers whether virtual threads run on carriers of the library
 * @param report the file of the report; the figures are beside it, as CSV
 * @param parts the parts to run
 */
record StressOptions(
    Duration time,
    Duration grace,
    long seed,
    boolean ownCarriers,
    Path report,
    List<StressPart> parts) {
  private static final double MAX_MINUTES = 60.0 * 24 * 365;

  /** The arguments are wrong; the message says how. */
  static final class BadArgumentException extends Exception {
    private static final long serialVersionUID = 1L;

    BadArgumentException(String message) {
      super(message);
    }
  }

  /**
   * {@return what the arguments ask for}
   *
   * @throws BadArgumentException if they are wrong
   */
  static StressOptions parse(List<String> arguments) throws BadArgumentException {
    double minutes = 60;
    double graceSeconds = 60;
    boolean ownCarriers = false;
    long seed = System.currentTimeMillis();
    Path report = Path.of("stress-report.md");
    List<Pattern> patterns = new ArrayList<>();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String each = rest.next();
      switch (each) {
        case "--minutes" -> minutes = number(each, value(each, rest), MAX_MINUTES);
        case "--grace" -> graceSeconds = number(each, value(each, rest), MAX_MINUTES * 60);
        case "--seed" -> seed = seed(value(each, rest));
        case "--own-carriers" -> ownCarriers = true;
        case "--report" -> report = path(value(each, rest));
        default -> patterns.add(pattern(each));
      }
    }
    List<StressPart> parts = Parts.matching(patterns);
    if (parts.isEmpty()) {
      throw new BadArgumentException(
          "no part has a name that matches " + patterns + "; the parts are " + Parts.names());
    }
    return new StressOptions(
        Duration.ofMillis(Math.round(minutes * 60_000)),
        Duration.ofMillis(Math.round(graceSeconds * 1_000)),
        seed,
        ownCarriers,
        report,
        parts);
  }

  private static String value(String option, Iterator<String> rest) throws BadArgumentException {
    if (!rest.hasNext()) {
      throw new BadArgumentException(option + " needs a value");
    }
    return rest.next();
  }

  private static double number(String option, String value, double max)
      throws BadArgumentException {
    double number;
    try {
      number = Double.parseDouble(value);
    } catch (NumberFormatException e) {
      number = Double.NaN;
    }
    if (!(number > 0 && number <= max)) {
      throw new BadArgumentException(
          String.format(
              Locale.ROOT,
              "%s must be a number above 0 and at most %.0f, such as 0.5; was '%s'",
              option,
              max,
              value));
    }
    return number;
  }

  private static long seed(String value) throws BadArgumentException {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new BadArgumentException("--seed must be an integer of 64 bits, was '" + value + "'");
    }
  }

  private static Path path(String value) throws BadArgumentException {
    try {
      Path path = Path.of(value);
      if (path.getFileName() != null && !value.isEmpty()) {
        return path;
      }
    } catch (InvalidPathException e) {
      // told below
    }
    throw new BadArgumentException("--report must be the path of a file, was '" + value + "'");
  }

  private static Pattern pattern(String value) throws BadArgumentException {
    if (value.startsWith("-")) {
      throw new BadArgumentException("there is no option " + value);
    }
    try {
      return Pattern.compile(value);
    } catch (PatternSyntaxException e) {
      throw new BadArgumentException(
          "the name of a part must be a regular expression, was '"
              + value
              + "': "
              + e.getDescription());
    }
  }

  /** {@return the file of the figures} */
  Path csv() {
    String name = report.toAbsolutePath().getFileName().toString().replaceFirst("\\.md$", "");
    return report.resolveSibling(name + ".csv");
  }

  /** {@return the folder of the output of the parts} */
  Path logs() {
    String name = report.toAbsolutePath().getFileName().toString().replaceFirst("\\.md$", "");
    return report.resolveSibling(name + "-logs");
  }
}

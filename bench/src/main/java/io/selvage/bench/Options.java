package io.selvage.bench;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What the command line asks for.
 *
 * @param names the titles of rows contain all of these
 * @param quick whether it is only seen that all of it works
 * @param publish whether the page of the documentation is written
 * @param list whether the rows are only listed
 * @param ownCarriers whether Selvage runs virtual threads on carriers of its own
 * @param forks how many processes are measured for each row, if that was said
 */
record Options(
    List<Pattern> names,
    boolean quick,
    boolean publish,
    boolean list,
    boolean ownCarriers,
    OptionalInt forks) {
  private static final int MOST_FORKS = 100;

  Options {
    names = List.copyOf(names);
  }

  /**
   * {@return them}
   *
   * @throws IllegalArgumentException if they make no sense; the message says why
   */
  static Options of(List<String> arguments) {
    List<Pattern> names = new ArrayList<>();
    boolean quick = false;
    boolean publish = false;
    boolean list = false;
    boolean ownCarriers = false;
    OptionalInt forks = OptionalInt.empty();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String argument = rest.next();
      switch (argument) {
        case "--quick" -> quick = true;
        case "--publish" -> publish = true;
        case "--list" -> list = true;
        case "--own-carriers" -> ownCarriers = true;
        case "--forks" -> forks = OptionalInt.of(forks(rest));
        default -> names.add(name(argument));
      }
    }
    if (publish && (quick || !names.isEmpty())) {
      throw new IllegalArgumentException(
          "--publish needs a full run: leave --quick and the names out");
    }
    return new Options(names, quick, publish, list, ownCarriers, forks);
  }

  private static int forks(Iterator<String> rest) {
    String number = rest.hasNext() ? rest.next() : "";
    if (!number.matches("\\d{1,3}")
        || Integer.parseInt(number) < 1
        || Integer.parseInt(number) > MOST_FORKS) {
      throw new IllegalArgumentException(
          "--forks needs a number from 1 to " + MOST_FORKS + ", not '" + number + "'");
    }
    return Integer.parseInt(number);
  }

  private static Pattern name(String argument) {
    if (argument.startsWith("-")) {
      throw new IllegalArgumentException("there is no option '" + argument + "'");
    }
    try {
      return Pattern.compile(argument);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'" + argument + "' is no regular expression: " + e.getDescription(), e);
    }
  }
}

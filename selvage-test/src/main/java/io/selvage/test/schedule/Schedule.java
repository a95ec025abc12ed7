package io.selvage.test.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One schedule of one program, as a line of text.
 *
 * <pre>sim1:name:seed:choices:cancel:trace:check</pre>
 *
 * <p>The choices are those that are not the usual one (0), each as a letter behind the number of
 * usual ones before it: {@code 12b} is twelve times 0 and then 2. {@code cancel} is the thread and
 * the step of an injected cancellation, or empty; {@code trace} the fingerprint of the run.
 *
 * @param name of the simulation
 * @param seed what the program's own random numbers come from
 * @param choices without the zeros at the end
 * @param cancel where to cancel, or null
 * @param trace the fingerprint of the run
 */
public record Schedule(
    String name, long seed, List<Integer> choices, @Nullable Cancel cancel, int trace) {
  private static final String VERSION = "sim1";
  private static final int LETTERS = 26;
  private static final Pattern SHAPE =
      Pattern.compile("sim1:([^:]+):(-?[0-9a-z]+):([0-9a-z()]*):([0-9@]*):([0-9a-f]+):([0-9a-f]+)");
  private static final Pattern TOKEN = Pattern.compile("(\\d*)(?:([a-z])|\\((\\d+)\\))");

  /**
   * A cancellation put into a run.
   *
   * @param thread the number of the thread
   * @param step before which it is cancelled
   */
  public record Cancel(int thread, long step) {}

  /** {@return a schedule with these choices} */
  public static Schedule of(
      String name, long seed, int[] choices, @Nullable Cancel cancel, int trace) {
    return new Schedule(name, seed, Arrays.stream(choices).boxed().toList(), cancel, trace);
  }

  /** {@return the choices} */
  public int[] plan() {
    return choices.stream().mapToInt(Integer::intValue).toArray();
  }

  /** {@return the line of text} */
  public String text() {
    String body =
        VERSION
            + ":"
            + name
            + ":"
            + Long.toString(seed, 36)
            + ":"
            + encoded()
            + ":"
            + (cancel == null ? "" : cancel.thread() + "@" + cancel.step())
            + ":"
            + Integer.toHexString(trace);
    return body + ":" + check(body);
  }

  private String encoded() {
    StringBuilder text = new StringBuilder();
    int usual = 0;
    for (int choice : choices) {
      if (choice == 0) {
        usual++;
        continue;
      }
      if (usual > 0) {
        text.append(usual);
      }
      usual = 0;
      if (choice <= LETTERS) {
        text.append((char) ('a' + choice - 1));
      } else {
        text.append('(').append(choice).append(')');
      }
    }
    return text.toString();
  }

  private static String check(String body) {
    return Integer.toHexString(body.hashCode() & 0xffff);
  }

  /**
   * {@return the schedule that a text stands for}
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Schedule parse(String text) {
    String line = text.strip();
    Matcher matcher = SHAPE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          line.startsWith("sim") && !line.startsWith(VERSION + ":")
              ? "schedule is of another version: '" + line + "'; this one writes " + VERSION
              : "not a schedule: '" + line + "'; copy the whole of sim1:... from the failure");
    }
    String body = line.substring(0, line.lastIndexOf(':'));
    if (!matcher.group(6).equals(check(body))) {
      throw new IllegalArgumentException(
          "schedule is damaged: '" + line + "'; copy the whole of sim1:... from the failure");
    }
    return new Schedule(
        matcher.group(1),
        Long.parseLong(matcher.group(2), 36),
        decoded(matcher.group(3)),
        cancel(matcher.group(4)),
        Integer.parseUnsignedInt(matcher.group(5), 16));
  }

  private static List<Integer> decoded(String text) {
    List<Integer> choices = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      int usual = matcher.group(1).isEmpty() ? 0 : Integer.parseInt(matcher.group(1));
      for (int i = 0; i < usual; i++) {
        choices.add(0);
      }
      String letter = matcher.group(2);
      choices.add(letter == null ? Integer.parseInt(matcher.group(3)) : letter.charAt(0) - 'a' + 1);
    }
    return choices;
  }

  private static @Nullable Cancel cancel(String text) {
    int at = text.indexOf('@');
    return at < 0
        ? null
        : new Cancel(
            Integer.parseInt(text.substring(0, at)), Long.parseLong(text.substring(at + 1)));
  }

  /** {@return a name that can be part of a schedule} */
  public static String legal(String name) {
    return name.replaceAll("[^A-Za-z0-9_.$-]", "_");
  }
}

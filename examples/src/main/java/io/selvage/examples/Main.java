package io.selvage.examples;

import io.selvage.examples.counter.CounterDemo;
import io.selvage.examples.loading.DataLoading;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** Starts an example by its name. */
public final class Main {

  /** An example. */
  @FunctionalInterface
  private interface Example {
    void run(String[] args) throws Exception;
  }

  private static final Map<String, Example> EXAMPLES =
      new TreeMap<>(
          Map.of(
              "counter", CounterDemo::main,
              "feed", FeedingALoop::main,
              "load", DataLoading::main,
              "service", AService::main,
              "signal", CancelFromASignal::main,
              "request", RequestAndReply::main));

  private Main() {}

  /**
   * Runs the example named by the first argument, the counter server without one.
   *
   * @param args the name of the example and its arguments
   * @throws Exception if the example does
   */
  public static void main(String[] args) throws Exception {
    String name = args.length == 0 ? "counter" : args[0];
    Example example = EXAMPLES.get(name);
    if (example == null) {
      System.err.println(
          "There is no example '" + name + "'; did you mean '" + nearest(name) + "'?");
      System.err.println("The examples are: " + String.join(", ", EXAMPLES.keySet()));
      System.exit(2);
      return;
    }
    example.run(args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length));
  }

  private static String nearest(String name) {
    return EXAMPLES.keySet().stream()
        .min(Comparator.comparingInt(candidate -> distance(candidate, name)))
        .orElseThrow();
  }

  /** The number of letters to change, add or take away. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}

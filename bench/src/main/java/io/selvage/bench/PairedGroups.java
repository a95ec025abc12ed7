package io.selvage.bench;

import io.selvage.TaskGroup;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The group benchmarks side by side in one process, for a machine on which two processes cannot be
 * compared: in each round every one is timed once, in an order that rotates, and the medians of all
 * rounds are compared with that of raw virtual threads. All run on a virtual thread, as tasks do:
 * on a platform thread each wake-up takes some 20 microseconds, which hides the rest.
 */
public final class PairedGroups {
  private static final int ROUNDS = 60;
  private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(3);

  private PairedGroups() {}

  private interface Work {
    Object run() throws Exception;
  }

  /**
   * Prints a line for each kind and number of children.
   *
   * @param arguments the numbers of children; 1, 10 and 1000 unless given
   * @throws Exception if a benchmark fails
   */
  @SuppressWarnings("InterruptedExceptionSwallowed") // no code interrupts it
  public static void main(String[] arguments) throws Exception {
    String[] numbers = arguments.length == 0 ? new String[] {"1", "10", "1000"} : arguments;
    TaskGroup.run(
        group ->
            group.launch(
                "measures",
                () -> {
                  for (String number : numbers) {
                    GroupBenchmark benchmark = new GroupBenchmark();
                    benchmark.children = Integer.parseInt(number);
                    measure(benchmark);
                  }
                }));
  }

  @SuppressWarnings("InterruptedExceptionSwallowed")
  private static void measure(GroupBenchmark benchmark) throws Exception {
    Map<String, Work> works = new LinkedHashMap<>();
    works.put("raw", benchmark::rawVirtualThreads);
    works.put("raw, named", benchmark::rawNamedVirtualThreads);
    works.put("group", benchmark::selvageGroup);
    works.put("group, joined", benchmark::selvageJoin);
    works.put("JDK executor", benchmark::jdkExecutor);
    Work[] all = works.values().toArray(new Work[0]);
    double[][] nanos = new double[all.length][ROUNDS];
    for (Work work : all) {
      double unused = time(work, WARM_UP_NANOS);
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < all.length; i++) {
        int which = (round + i) % all.length;
        nanos[which][round] = time(all[which], ROUND_NANOS);
      }
    }
    double raw = median(nanos[0]);
    int which = 0;
    for (String name : works.keySet()) {
      double median = median(nanos[which++]);
      System.out.printf(
          "%4d children  %-14s %10.1f us  x %.2f%n",
          benchmark.children, name, median / 1000, median / raw);
    }
  }

  /** The average time of one operation. */
  @SuppressWarnings("InterruptedExceptionSwallowed")
  private static double time(Work work, long atLeast) throws Exception {
    long start = System.nanoTime();
    long runs = 0;
    long elapsed;
    do {
      Object unused = work.run();
      runs++;
      elapsed = System.nanoTime() - start;
    } while (elapsed < atLeast);
    return (double) elapsed / runs;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}

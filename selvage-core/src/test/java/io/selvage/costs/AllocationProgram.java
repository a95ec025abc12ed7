package io.selvage.costs;

import com.sun.management.ThreadMXBean;
import io.selvage.TaskGroup;
import java.lang.management.ManagementFactory;

/**
 * Measures how many bytes each hot operation allocates, and prints a line for each: the number, a
 * blank, the name. Runs in a JVM of its own, with one carrier for all virtual threads, so that its
 * tasks run in the same order each time.
 */
final class AllocationProgram {
  /** The rounds of which the best one counts; all code is compiled in the first ones. */
  private static final int ROUNDS = 12;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private AllocationProgram() {}

  /** Needs no arguments. */
  public static void main(String[] args) throws Exception {
    for (HotOperation operation : HotOperations.ALL) {
      System.out.println(bytes(operation) + " " + operation.name());
    }
  }

  private static long bytes(HotOperation operation) throws Exception {
    return TaskGroup.call(group -> group.fork(() -> bestRound(operation)).join());
  }

  private static long bestRound(HotOperation operation) throws Exception {
    long best = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long before = THREADS.getTotalThreadAllocatedBytes();
      operation.body().perform(operation.measured());
      best = Math.min(best, THREADS.getTotalThreadAllocatedBytes() - before);
    }
    return Math.round((double) best / operation.measured());
  }
}

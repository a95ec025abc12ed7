package io.selvage.test;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What was chosen in a run, wherever there was a choice; and what is to be chosen at its start. */
final class Decisions {
  /** No choice is laid down. */
  static final int FREE = -1;

  private static final int[] NONE = {};

  private final int[] plan;
  private int[] choices = new int[64];
  private int[] counts = new int[64];
  private int[] costlyFrom = new int[64];
  private int size;
  private int misfit = -1;

  Decisions(int[] plan) {
    this.plan = plan;
  }

  static Decisions unplanned() {
    return new Decisions(NONE);
  }

  /** {@return what is to be chosen now, or FREE behind the end of the plan} */
  int planned(int count) {
    if (size >= plan.length) {
      return FREE;
    }
    int choice = plan[size];
    if (choice < count) {
      return choice;
    }
    if (misfit < 0) {
      misfit = size;
    }
    return 0;
  }

  /** {@return whether a choice of the plan has not fitted the program} */
  boolean misfits() {
    return misfit >= 0;
  }

  /** {@return the index of the choice that has not fitted} */
  int misfit() {
    return misfit;
  }

  /**
   * Keeps a choice.
   *
   * @param costly the first choice that is a preemption
   */
  void record(int count, int choice, int costly) {
    if (size == choices.length) {
      choices = Arrays.copyOf(choices, size * 2);
      counts = Arrays.copyOf(counts, size * 2);
      costlyFrom = Arrays.copyOf(costlyFrom, size * 2);
    }
    choices[size] = choice;
    counts[size] = count;
    costlyFrom[size++] = costly;
  }

  int size() {
    return size;
  }

  /** {@return whether the plan did not fit the run, or was longer than it} */
  boolean departsFromPlan() {
    return misfits() || size < plan.length;
  }

  /** {@return how often a thread was left that could go on, or stayed where it yielded} */
  int preemptions() {
    int preemptions = 0;
    for (int i = 0; i < size; i++) {
      preemptions += costOf(i, choices[i]);
    }
    return preemptions;
  }

  /** {@return the choices, without the zeros at the end, which are what is chosen anyway} */
  int[] choices() {
    return trimmed(Arrays.copyOf(choices, size));
  }

  static int[] trimmed(int[] all) {
    int end = all.length;
    while (end > 0 && all[end - 1] == 0) {
      end--;
    }
    return Arrays.copyOf(all, end);
  }

  /**
   * {@return the plan of the next run of an exhaustive search, depth first; null behind the last}
   *
   * @param limit how many preemptions a run may have
   */
  int @Nullable [] successor(int limit) {
    int[] costs = new int[size + 1];
    for (int i = 0; i < size; i++) {
      costs[i + 1] = costs[i] + costOf(i, choices[i]);
    }
    for (int i = size - 1; i >= 0; i--) {
      int next = choices[i] + 1;
      if (next < counts[i] && costs[i] + costOf(i, next) <= limit) {
        int[] plan = Arrays.copyOf(choices, i + 1);
        plan[i] = next;
        return plan;
      }
    }
    return null;
  }

  private int costOf(int index, int choice) {
    return choice >= costlyFrom[index] ? 1 : 0;
  }
}

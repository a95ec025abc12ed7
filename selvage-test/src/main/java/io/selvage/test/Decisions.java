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
  private boolean[] preempting = new boolean[64];
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

  void record(int count, int choice, boolean preempts) {
    if (size == choices.length) {
      choices = Arrays.copyOf(choices, size * 2);
      counts = Arrays.copyOf(counts, size * 2);
      preempting = Arrays.copyOf(preempting, size * 2);
    }
    choices[size] = choice;
    counts[size] = count;
    preempting[size++] = preempts;
  }

  int size() {
    return size;
  }

  /** {@return how often a thread was left that could go on} */
  int preemptions() {
    int preemptions = 0;
    for (int i = 0; i < size; i++) {
      preemptions += preempts(i);
    }
    return preemptions;
  }

  private int preempts(int index) {
    return preempting[index] && choices[index] > 0 ? 1 : 0;
  }

  /** {@return whether the plan was longer than the run} */
  boolean endedEarly() {
    return size < plan.length;
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
      costs[i + 1] = costs[i] + preempts(i);
    }
    for (int i = size - 1; i >= 0; i--) {
      boolean costly = preempting[i];
      if (choices[i] + 1 < counts[i] && costs[i] + (costly ? 1 : 0) <= limit) {
        int[] next = Arrays.copyOf(choices, i + 1);
        next[i]++;
        return next;
      }
    }
    return null;
  }
}

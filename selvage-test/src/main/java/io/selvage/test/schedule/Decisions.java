package io.selvage.test.schedule;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The choices that were made in a run, and those that are laid down for its start. */
public final class Decisions {
  /** No choice is laid down. */
  public static final int FREE = -1;

  private final int[] plan;
  private int[] choices = new int[64];
  private int[] counts = new int[64];
  private int[] costlyFrom = new int[64];
  private int size;
  private int misfit = -1;

  /**
   * Creates one without choices.
   *
   * @param plan the choices that are laid down
   */
  public Decisions(int[] plan) {
    this.plan = plan;
  }

  /** {@return the choice that is laid down here, or FREE after the end of the plan} */
  public int planned(int count) {
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
  public boolean misfits() {
    return misfit >= 0;
  }

  /** {@return the index of the choice that has not fitted} */
  public int misfit() {
    return misfit;
  }

  /**
   * Keeps a choice.
   *
   * @param costly the first choice that is a preemption
   */
  public void record(int count, int choice, int costly) {
    if (size == choices.length) {
      choices = Arrays.copyOf(choices, size * 2);
      counts = Arrays.copyOf(counts, size * 2);
      costlyFrom = Arrays.copyOf(costlyFrom, size * 2);
    }
    choices[size] = choice;
    counts[size] = count;
    costlyFrom[size++] = costly;
  }

  /** {@return whether the plan did not fit the run, or was longer than it} */
  public boolean departsFromPlan() {
    return misfits() || size < plan.length;
  }

  /** {@return how many of the choices are preemptions} */
  public int preemptions() {
    int preemptions = 0;
    for (int i = 0; i < size; i++) {
      preemptions += costOf(i, choices[i]);
    }
    return preemptions;
  }

  /** {@return the choices, without the zeros at the end, which are what is chosen anyway} */
  public int[] choices() {
    return trimmed(Arrays.copyOf(choices, size));
  }

  /** {@return choices without the zeros at the end} */
  public static int[] trimmed(int[] all) {
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
  public int @Nullable [] successor(int limit) {
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

package io.selvage;

import io.selvage.kernel.support.Arguments;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A task has kept the turn of its {@link Loop} for too long, so that no other task of the loop can
 * run.
 *
 * @param task the name of the task, as {@code loop/task}
 * @param heldFor the minimum time for which it has kept the turn
 * @param stack its stack at that time, the innermost frame first; empty if the task has given up
 *     this turn meanwhile
 */
public record LoopStall(String task, Duration heldFor, List<StackTraceElement> stack) {

  /** Copies the stack. */
  public LoopStall {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(heldFor, "heldFor");
    stack = Arguments.elements(stack, "stack");
  }

  /** {@return a description of the problem and of its solution, in one line} */
  public String message() {
    return "task '"
        + task
        + "' has held the turn of its loop for "
        + heldFor.toMillis()
        + " ms, and nothing else runs there meanwhile; wrap calls that block in"
        + " Selvage.callBlocking(...), and call Selvage.checkpoint() in long computations";
  }
}

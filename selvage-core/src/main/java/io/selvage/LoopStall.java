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
 * @param heldFor for how long it has at least
 * @param stack where it was then, the innermost frame first; empty if it went on while this was
 *     found out
 */
public record LoopStall(String task, Duration heldFor, List<StackTraceElement> stack) {

  /** Copies the stack. */
  public LoopStall {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(heldFor, "heldFor");
    stack = Arguments.elements(stack, "stack");
  }

  /** {@return what happened and what to do, in one line} */
  public String message() {
    return "task '"
        + task
        + "' has held the turn of its loop for "
        + heldFor.toMillis()
        + " ms, and nothing else runs there meanwhile; wrap calls that block in"
        + " Selvage.callBlocking(...), and call Selvage.checkpoint() in long computations";
  }
}

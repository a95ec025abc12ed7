package io.selvage;

import java.io.Serial;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task has failed. The cause is the exception object that it threw.
 *
 * <p>Thrown by {@link Task#join()} for that task, and at the end of a {@link TaskGroup} for all
 * that failed in it: then the cause is the first failure, the others are in {@link #failures()} and
 * suppressed on this exception.
 *
 * <p>The stack trace tells the whole story: its own frames show where the task was joined, those
 * behind the frame {@code forked(name)} where it was forked, and the cause where it failed.
 */
public final class TaskFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Every failure, the original one first. */
  @SuppressWarnings("serial") // an immutable list, which is serializable
  private final List<Throwable> failures;

  TaskFailedException(String what, List<Throwable> failures, @Nullable Task<?> task) {
    super(what + ": " + Cancellations.describe(failures.getFirst()), failures.getFirst());
    this.failures = List.copyOf(failures);
    failures.stream().skip(1).filter(each -> each != this).forEach(this::addSuppressed);
    if (task != null) {
      appendForkSite(task);
    }
  }

  /** {@return every failure, the original one first} */
  public List<Throwable> failures() {
    return failures;
  }

  private void appendForkSite(Task<?> task) {
    List<StackTraceElement> story = new ArrayList<>(Arrays.asList(getStackTrace()));
    story.add(new StackTraceElement("", "forked", task.name(), -1));
    story.addAll(Arrays.asList(task.forkSite().callerFrames()));
    setStackTrace(story.toArray(StackTraceElement[]::new));
  }
}

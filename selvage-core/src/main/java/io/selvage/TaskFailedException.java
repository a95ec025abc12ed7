package io.selvage;

import io.selvage.kernel.support.CallerTrace;
import io.selvage.kernel.support.ForeignThrowable;
import io.selvage.kernel.support.Suppression;
import io.selvage.kernel.support.TextEscaper;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A task has failed. The cause is the exception object that the task has thrown.
 *
 * <p>It is thrown by {@link Task#join()} for that task, and at the end of a {@link TaskGroup} for
 * all tasks that failed in it. One exception offers all views:
 *
 * {@snippet class="io.selvage.Snippets" region="failures"}
 *
 * <ul>
 *   <li>{@link #getCause()} is the original failure: the first one, the same object.
 *   <li>{@link #failures()} are all failures, the original one first, each once. The others are
 *       also suppressed on this exception. A task that was only cancelled, or that only passes on
 *       the failure of another task as {@code join} throws it, is not among them.
 *   <li>{@link #details()} adds the name of the task to each failure, and whether the task threw it
 *       while it was being cancelled.
 *   <li>{@link #misbehaved()} names the tasks that returned normally after an operation had
 *       reported their cancellation.
 *   <li>{@link #describe()} is all of this as text, one line for each item; the message has the
 *       first lines of it, shortened.
 * </ul>
 *
 * <p><b>Nested failures.</b> If the task failed because one of its own tasks did, or because it
 * joined a task that failed, the cause is a {@code TaskFailedException} again, and so on, down to
 * the exception with the program's own exception as the cause. Each message names its own task, and
 * the innermost task with its exception: {@code task 'server/3' failed, because of 'load/1':
 * java.io.IOException: disk}. The causes describe the tasks in between. So the messages stay short
 * even if groups are nested deeply.
 *
 * <p>The stack trace covers all threads, the latest frame first as usual. The cause has the frames
 * of the failed task. The frames of this exception continue, after {@code joinedBy(name)}, with the
 * task that joined the failed task, then with the task that joined that one, and so on as long as
 * exactly one task did, up to the body of the group. After the last {@code forked(name)} follows
 * the place where the failed task was forked. This place is looked up once for each lambda: if a
 * lambda was forked by several callers, it is the place of the first fork. Frames inside of the
 * library are left out; the exception of the task itself is not changed.
 *
 * <p><b>Threads.</b> Immutable, except for suppressed exceptions.
 *
 * <p><b>Serialization.</b> All views survive, except for the identity of tasks. As with any
 * exception, this needs causes that can be serialized. If foreign code (code that is not part of
 * the library) has thrown one that cannot, writing fails with {@link
 * java.io.NotSerializableException}; then send the text of {@link #describe()}.
 */
public final class TaskFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 2L;

  /** The maximum number of failures and names in the message. */
  private static final int IN_MESSAGE = 10;

  /**
   * The maximum number of characters of a task's exception in the message; the exception itself has
   * the whole text.
   */
  private static final int OF_ONE = 2_000;

  /** The maximum for the exception of an inner task, because each outer level repeats it. */
  private static final int OF_INNER = 200;

  /**
   * One failure, and the name of its task.
   *
   * @param name the name of the task, as {@code group/task}; the name of the group for a failure in
   *     the clean-up of its body
   * @param thrown the exception object
   * @param whileCancelled whether the cancellation had been reported to the task before
   */
  public record Failure(String name, Throwable thrown, boolean whileCancelled)
      implements Serializable {
    /** Checks that no component is null. */
    public Failure {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(thrown, "thrown");
    }
  }

  /** The first line of the message: the task or group, and what happened to it. */
  private final String what;

  /** Every failure, the original one first. */
  @SuppressWarnings("serial") // an immutable list, which is serializable
  private final List<Throwable> failures;

  /** Every failure with its task, the original one first. */
  @SuppressWarnings("serial") // an immutable list, which is serializable
  private final List<Failure> details;

  /** The tasks that returned normally after their cancellation was reported. */
  @SuppressWarnings("serial") // an immutable list, which is serializable
  private final List<String> misbehaved;

  /** The task that failed first. */
  private final transient @Nullable Task<?> task;

  /** The result of {@link #origin()}; null after deserialization. */
  private final transient @Nullable Failure origin;

  /**
   * Creates the exception of one or more failures.
   *
   * @param what the first words of the message
   * @param details the failures, at least one
   * @param misbehaved the names of the tasks that returned normally after their cancellation was
   *     reported
   * @param task the task that failed first, or null if the failure belongs to no task
   * @param fromBody the exception of the body of the group, if this is thrown by a group
   */
  TaskFailedException(
      String what,
      List<Failure> details,
      List<String> misbehaved,
      @Nullable Task<?> task,
      @Nullable Throwable fromBody) {
    super(null, details.getFirst().thrown());
    this.what = what;
    this.details = List.copyOf(details);
    this.failures = thrownOf(this.details);
    this.misbehaved = List.copyOf(misbehaved);
    this.task = task;
    Failure first = details.getFirst();
    this.origin = first.thrown() instanceof TaskFailedException inner ? inner.origin() : first;
    for (Throwable other : failures.subList(1, failures.size())) {
      addSuppressed(other);
    }
    setStackTrace(FailureStory.tell(task, fromBody, getStackTrace()));
  }

  private static List<Throwable> thrownOf(List<Failure> details) {
    List<Throwable> thrown = new ArrayList<>(details.size());
    for (Failure each : details) {
      thrown.add(each.thrown());
    }
    return Collections.unmodifiableList(thrown);
  }

  /** {@return every failure, the original one first} */
  public List<Throwable> failures() {
    return failures;
  }

  /** {@return every failure with the name of its task, the original one first} */
  public List<Failure> details() {
    return details;
  }

  /**
   * {@return the names of the tasks that returned normally after an operation had thrown their
   * cancellation; at most the first hundred}
   *
   * <p>Their results are valid. Only a group knows this; the exception of a join names no tasks
   * here.
   */
  public List<String> misbehaved() {
    return misbehaved;
  }

  /**
   * {@return all failures with the names of their tasks, and the tasks that misbehaved: one line
   * each}
   *
   * <p>For a failure that is a {@code TaskFailedException} itself, the line shows the innermost
   * failure; the others are in its own description.
   */
  public String describe() {
    return text(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** {@return the first lines of {@link #describe()}; texts of exceptions are shortened} */
  @Override
  public String getMessage() {
    return text(IN_MESSAGE, OF_ONE, OF_INNER);
  }

  /**
   * Throws the exception of the first failed task, the same object, if it is of this type;
   * otherwise does nothing. So checked exceptions leave a group with their types:
   *
   * {@snippet class="io.selvage.Snippets" region="rethrow"}
   *
   * <p>If a task failed because of one of its own tasks, the exception of the innermost task
   * counts. The other failures are suppressed on it, and so is the place of this exception.
   *
   * @param <X> the type
   * @param type the type of the exceptions to throw
   * @throws X if the original failure is one
   */
  public <X extends Throwable> void rethrow(Class<X> type) throws X {
    Objects.requireNonNull(type, "type");
    Throwable original = origin().thrown();
    if (type.isInstance(original)) {
      throw unwrapped(type.cast(original), what, what);
    }
  }

  /**
   * Prepares a failure in here to be thrown instead of this exception: the failures beside it are
   * suppressed on it, and so is the place of this exception.
   *
   * @param original the first failure, or the first one inside of that, and so on
   * @param name the name under which failures are logged that {@code original} does not accept
   * @param place a description of the call that throws
   * @return {@code original}
   */
  <X extends Throwable> X unwrapped(X original, String name, String place) {
    Suppression suppression = new Suppression(original);
    for (TaskFailedException level = this;
        level != null && level != original;
        level = level.inner()) {
      for (Throwable other : level.failures.subList(1, level.failures.size())) {
        if (!suppression.add(other)) {
          Uncaught.log(name, other);
        }
      }
    }
    CallerTrace.suppressOn(original, place, this);
    return original;
  }

  private @Nullable TaskFailedException inner() {
    return failures.getFirst() instanceof TaskFailedException inner ? inner : null;
  }

  /** {@return whether one of the failures is an {@link Error}, however deep they are nested} */
  boolean hasError() {
    Set<Throwable> seen = ForeignThrowable.newSet();
    Deque<TaskFailedException> left = new ArrayDeque<>();
    left.add(this);
    for (TaskFailedException next = left.poll(); next != null; next = left.poll()) {
      for (Throwable failure : next.failures) {
        if (failure instanceof Error) {
          return true;
        }
        if (failure instanceof TaskFailedException inner && seen.add(inner)) {
          left.add(inner);
        }
      }
    }
    return false;
  }

  /** {@return the innermost failure: the first one of the first one, and so on} */
  Failure origin() {
    if (origin != null) {
      return origin;
    }
    Failure found = details.getFirst();
    while (found.thrown() instanceof TaskFailedException inner) {
      found = inner.details.getFirst();
    }
    return found;
  }

  /**
   * {@return the task that failed first; null if the failure belongs to no task, or this exception
   * was deserialized}
   */
  @Nullable Task<?> task() {
    return task;
  }

  private String text(int mostLines, int ofOne, int ofInner) {
    StringBuilder text = new StringBuilder(what);
    appendReason(text, details.getFirst(), ofOne, ofInner);
    int others = details.size() - 1;
    int lines = Math.min(mostLines, others + misbehaved.size());
    for (int i = 0; i < lines; i++) {
      StringBuilder line = new StringBuilder();
      if (i < others) {
        Failure other = details.get(i + 1);
        line.append(other.name());
        line.append(other.whileCancelled() ? ", while it was cancelled" : "");
        appendReason(line, other, ofOne, ofInner);
      } else {
        line.append(misbehaved.get(i - others));
        line.append(" returned as if nothing had happened, though it was cancelled");
      }
      text.append("\n  ");
      TextEscaper.appendLine(text, line.toString());
    }
    int left = others + misbehaved.size() - lines;
    if (left > 0) {
      text.append("\n  and ").append(left).append(" more, see describe()");
    }
    return text.toString();
  }

  private static void appendReason(StringBuilder text, Failure failure, int ofOne, int ofInner) {
    if (failure.thrown() instanceof TaskFailedException inner) {
      Failure origin = inner.origin();
      text.append(", because of '").append(origin.name()).append("': ");
      text.append(ForeignThrowable.describe(origin.thrown(), ofInner));
    } else {
      text.append(": ").append(ForeignThrowable.describe(failure.thrown(), ofOne));
    }
  }
}

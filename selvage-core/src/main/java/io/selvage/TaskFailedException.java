package io.selvage;

import io.selvage.kernel.support.CallerTrace;
import io.selvage.kernel.support.ForeignThrowable;
import io.selvage.kernel.support.Suppression;
import io.selvage.kernel.support.TextEscaper;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task has failed. The cause is the exception object that it threw.
 *
 * <p>Thrown by {@link Task#join()} for that task, and at the end of a {@link TaskGroup} for all
 * that failed in it. One exception has all views:
 *
 * {@snippet class="io.selvage.Snippets" region="failures"}
 *
 * <ul>
 *   <li>{@link #getCause()} is the original failure: the first one, the object itself.
 *   <li>{@link #failures()} are all of them, the original one first, each once. The others are also
 *       suppressed on this exception. A task that merely got cancelled, or that only passes on the
 *       failure of another one as {@code join} throws it, is not among them.
 *   <li>{@link #details()} adds whose each is, and whether its task threw it while it was being
 *       cancelled.
 *   <li>{@link #misbehaved()} names the tasks that returned as if nothing had happened, after an
 *       operation had told them that they are cancelled.
 *   <li>{@link #describe()} is all that as text, one line each; the message has the first lines of
 *       it, shortened.
 * </ul>
 *
 * <p><b>Nested failures.</b> If the task failed because a task of its own did, or because it joined
 * one that failed, the cause is a {@code TaskFailedException} again, and so on down to the one
 * whose cause is what the program threw. The message of each names its own task, and the innermost
 * one with what that threw: {@code task 'server/3' failed, because of 'load/1':
 * java.io.IOException: disk}. Those between are told by the causes. So the messages of deep nests
 * stay short.
 *
 * <p>The stack trace tells the whole story, the latest first as ever: the cause has the frames of
 * the task that failed; those of this exception go on with the task that joined it, behind {@code
 * joinedBy(name)}, with the one that joined that, and so on as long as exactly one task did, up to
 * the body of the group. Behind the last {@code forked(name)} is where the failed task was forked.
 * Frames inside of the library are left out; what the task threw is not touched.
 *
 * <p><b>Threads.</b> Immutable, but for what is suppressed on it.
 *
 * <p><b>Serialization.</b> All views survive, but for the identity of tasks. As with any exception
 * this needs causes that can be serialized: if foreign code has thrown one that cannot, writing
 * fails with {@link java.io.NotSerializableException}; {@link #describe()} is the text to send
 * then.
 */
public final class TaskFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 2L;

  /** So many failures and names are in the message. */
  private static final int IN_MESSAGE = 10;

  /** So many characters of what a task threw are in the message; its own exception has all. */
  private static final int OF_ONE = 2_000;

  /** So many if it was a task further down, as each level above that has them. */
  private static final int OF_INNER = 200;

  /**
   * One failure, and whose it is.
   *
   * @param name of the task, as {@code group/task}; that of the group if it is of the clean-up of
   *     its body
   * @param thrown the object that was thrown
   * @param whileCancelled whether the task had noticed before that it was cancelled
   */
  public record Failure(String name, Throwable thrown, boolean whileCancelled)
      implements Serializable {
    /** Checks that nothing is missing. */
    public Failure {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(thrown, "thrown");
    }
  }

  /** What happened to whom, for the first line of the message. */
  private final String what;

  /** Every failure, the original one first. */
  @SuppressWarnings("serial") // an immutable list, which is serializable
  private final List<Throwable> failures;

  /** Every failure with its task, the original one first. */
  @SuppressWarnings("serial") // an immutable list, which is serializable
  private final List<Failure> details;

  /** Who went on as if nothing had happened. */
  @SuppressWarnings("serial") // an immutable list, which is serializable
  private final List<String> misbehaved;

  /** The task that failed first. */
  private final transient @Nullable Task<?> task;

  /** What {@link #origin()} has found; null after deserialization. */
  private final transient @Nullable Failure origin;

  /**
   * Of one or more failures.
   *
   * @param what the first words of the message
   * @param details the failures, at least one
   * @param misbehaved the names of those that went on as if nothing had happened
   * @param task the one that failed first, or null if it was no task
   * @param fromBody what the body of the group threw, if this is thrown by a group
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
   * {@return the names of the tasks that returned as if nothing had happened, after an operation
   * had thrown the cancellation in them; at most the first hundred}
   *
   * <p>Their results stand. Only a group knows this; the exception of a join names nobody.
   */
  public List<String> misbehaved() {
    return misbehaved;
  }

  /**
   * {@return all failures with the names of their tasks, and who misbehaved: one line each}
   *
   * <p>Of a failure that is a {@code TaskFailedException} itself this has the innermost one; the
   * others are in its own description.
   */
  public String describe() {
    return text(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** {@return the first lines of {@link #describe()}; what was thrown is shortened} */
  @Override
  public String getMessage() {
    return text(IN_MESSAGE, OF_ONE, OF_INNER);
  }

  /**
   * Throws what the first task threw, the object itself, if it is of this type; otherwise does
   * nothing. So checked exceptions leave a group with their types:
   *
   * {@snippet class="io.selvage.Snippets" region="rethrow"}
   *
   * <p>If a task failed because of a task of its own, the exception of the innermost one counts.
   * The other failures are suppressed on it, and so is the place of this exception.
   *
   * @param <X> the type
   * @param type of the exceptions to throw
   * @throws X if the original failure is one
   */
  public <X extends Throwable> void rethrow(Class<X> type) throws X {
    Objects.requireNonNull(type, "type");
    Throwable original = origin().thrown();
    if (type.isInstance(original)) {
      Suppression suppression = new Suppression(original);
      for (TaskFailedException level = this; level != null; level = level.inner()) {
        for (Throwable other : level.failures.subList(1, level.failures.size())) {
          if (!suppression.add(other)) {
            Uncaught.log(what, other);
          }
        }
      }
      CallerTrace.suppressOn(original, what, this);
      throw type.cast(original);
    }
  }

  private @Nullable TaskFailedException inner() {
    return failures.getFirst() instanceof TaskFailedException inner ? inner : null;
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

  /** {@return the task that failed first; null if it was no task, or came from elsewhere} */
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

package io.selvage;

import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
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
 *       it.
 * </ul>
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

    private String line() {
      return name
          + (whileCancelled ? ", while it was cancelled: " : ": ")
          + Cancellations.describe(thrown);
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
    super(text(what, details, misbehaved, IN_MESSAGE), details.getFirst().thrown());
    this.what = what;
    this.failures = details.stream().map(Failure::thrown).toList();
    this.details = List.copyOf(details);
    this.misbehaved = List.copyOf(misbehaved);
    this.task = task;
    failures.stream().skip(1).filter(each -> each != this).forEach(this::addSuppressed);
    setStackTrace(FailureStory.tell(task, fromBody, getStackTrace()));
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

  /** {@return all failures with the names of their tasks, and who misbehaved: one line each} */
  public String describe() {
    return text(what, details, misbehaved, Integer.MAX_VALUE);
  }

  /** {@return the task that failed first; null if it was no task, or came from elsewhere} */
  @Nullable Task<?> task() {
    return task;
  }

  private static String text(
      String what, List<Failure> details, List<String> misbehaved, int most) {
    StringBuilder text = new StringBuilder(what).append(": ");
    text.append(Cancellations.describe(details.getFirst().thrown()));
    List<String> lines = new ArrayList<>();
    details.stream().skip(1).map(Failure::line).forEach(lines::add);
    misbehaved.forEach(
        name -> lines.add(name + " returned as if nothing had happened, though it was cancelled"));
    for (String line : lines.subList(0, Math.min(most, lines.size()))) {
      text.append("\n  ");
      Escapes.appendLine(text, line);
    }
    if (lines.size() > most) {
      text.append("\n  and ").append(lines.size() - most).append(" more, see describe()");
    }
    return text.toString();
  }
}

package io.selvage;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a piece of work: its result, or its failure. Created by {@link
 * Tasks#callIsolated}.
 *
 * {@snippet class="io.selvage.TasksSnippets" region="outcome"}
 *
 * <p>A cancellation of the caller is no outcome: it is thrown, as everywhere.
 *
 * @param <T> the type of the result
 */
public sealed interface Outcome<T extends @Nullable Object> {

  /**
   * The work completed.
   *
   * @param <T> the type of the result
   * @param value the result; null only if the work returned null
   */
  record Success<T extends @Nullable Object>(T value) implements Outcome<T> {
    @Override
    public boolean isSuccess() {
      return true;
    }

    @Override
    public T orElse(T other) {
      return value;
    }

    @Override
    public T orElseThrow() {
      return value;
    }
  }

  /**
   * The work failed.
   *
   * @param <T> the type of the result of a success
   * @param cause the exception of the work, the same object; if a task of the work failed, the
   *     {@link TaskFailedException} of its group, with that task's exception as the cause
   */
  record Failure<T extends @Nullable Object>(Exception cause) implements Outcome<T> {
    /**
     * Creates a failure.
     *
     * @param cause the exception of the work
     */
    public Failure {
      Objects.requireNonNull(cause, "cause");
    }

    @Override
    public boolean isSuccess() {
      return false;
    }

    @Override
    public T orElse(T other) {
      return other;
    }

    @Override
    public T orElseThrow() {
      String what = "isolated work failed";
      throw cause instanceof TaskFailedException failed
          ? new TaskFailedException(what, failed.details(), failed.misbehaved(), null, null)
          : new TaskFailedException(
              what,
              List.of(new TaskFailedException.Failure("isolated work", cause, false)),
              List.of(),
              null,
              null);
    }
  }

  /** {@return whether there is a result} */
  boolean isSuccess();

  /**
   * {@return the result, or {@code other} if there is none}
   *
   * @param other what to return after a failure
   */
  T orElse(T other);

  /**
   * {@return the result}
   *
   * @throws TaskFailedException after a failure; its cause is the original exception, its stack
   *     trace begins here
   */
  T orElseThrow();
}

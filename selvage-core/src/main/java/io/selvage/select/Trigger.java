package io.selvage.select;

import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An operation without a value that a {@link Select} can perform, such as the wait for an event. By
 * itself it is a clause whose result is null.
 *
 * <p>The body that {@link #call} or {@link #run} adds is run by the selecting thread, after the
 * operation was performed and outside of every lock. If it throws, the operation has happened.
 */
public interface Trigger extends Clause<@Nullable Void, RuntimeException> {

  /**
   * {@return this operation as a clause with a result}
   *
   * @param <R> the type of the result
   * @param <X> what the body may throw
   * @param body computes the result
   * @throws IllegalStateException if it has a body already
   */
  default <R extends @Nullable Object, X extends Exception> Clause<R, X> call(
      ThrowingSupplier<? extends R, ? extends X> body) {
    return Bodies.add(this, Bodies.withoutValue(body));
  }

  /**
   * {@return this operation as a clause without a result: the result is null}
   *
   * @param <X> what the body may throw
   * @param body is called when the operation was performed
   * @throws IllegalStateException if it has a body already
   */
  default <X extends Exception> Clause<@Nullable Void, X> run(ThrowingRunnable<? extends X> body) {
    return Bodies.add(this, Bodies.withoutBoth(body));
  }
}

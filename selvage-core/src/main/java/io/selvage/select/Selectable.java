package io.selvage.select;

import io.selvage.function.ThrowingConsumer;
import io.selvage.function.ThrowingFunction;
import org.jspecify.annotations.Nullable;

/**
 * An operation with a value that a {@link Select} can perform, such as a receive. By itself it is a
 * clause whose result is that value.
 *
 * <p>The body that {@link #call} or {@link #run} adds is run by the selecting thread, after the
 * operation was performed and outside of every lock. If it throws, the operation has happened.
 *
 * @param <T> the type of the value
 */
public interface Selectable<T extends @Nullable Object> extends Clause<T, RuntimeException> {

  /**
   * {@return this operation as a clause whose result is computed from the value}
   *
   * @param <R> the type of the result
   * @param <X> what the body may throw
   * @param body computes the result
   * @throws IllegalStateException if it has a body already
   */
  default <R extends @Nullable Object, X extends Exception> Clause<R, X> call(
      ThrowingFunction<? super T, ? extends R, ? extends X> body) {
    return Bodies.add(this, body);
  }

  /**
   * {@return this operation as a clause without a result: the result is null}
   *
   * @param <X> what the body may throw
   * @param body is called with the value
   * @throws IllegalStateException if it has a body already
   */
  default <X extends Exception> Clause<@Nullable Void, X> run(
      ThrowingConsumer<? super T, ? extends X> body) {
    return Bodies.add(this, Bodies.withoutResult(body));
  }
}

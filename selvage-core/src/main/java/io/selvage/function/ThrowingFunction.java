package io.selvage.function;

import org.jspecify.annotations.Nullable;

/**
 * Computes a result from an item; it may throw a checked exception and may be interrupted.
 *
 * @param <A> the type of the item
 * @param <R> the type of the result
 * @param <X> the exception that it may throw; inferred as {@link RuntimeException} if no checked
 *     exception is thrown
 */
@FunctionalInterface
public interface ThrowingFunction<
    A extends @Nullable Object, R extends @Nullable Object, X extends Exception> {

  /**
   * Does the work.
   *
   * @param item the item
   * @return the result
   * @throws X if the work fails
   * @throws InterruptedException if the thread is cancelled or interrupted
   */
  R apply(A item) throws X, InterruptedException;
}

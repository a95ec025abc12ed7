package io.selvage.function;

import org.jspecify.annotations.Nullable;

/**
 * A piece of work with a result, which may throw a checked exception and may be interrupted.
 *
 * @param <T> the type of the result
 * @param <X> the exception that it may throw; inferred as {@link RuntimeException} if no checked
 *     exception is thrown
 */
@FunctionalInterface
public interface ThrowingSupplier<T extends @Nullable Object, X extends Exception> {

  /**
   * Does the work.
   *
   * @return the result
   * @throws X if the work fails
   * @throws InterruptedException if the thread is cancelled or interrupted
   */
  T get() throws X, InterruptedException;
}

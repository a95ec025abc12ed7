package io.selvage.function;

import org.jspecify.annotations.Nullable;

/**
 * A piece of work without a result, which may throw a checked exception and may be interrupted.
 *
 * @param <X> the exception that it may throw; inferred as {@link RuntimeException} if no checked
 *     exception is thrown
 */
@FunctionalInterface
public interface ThrowingRunnable<X extends Exception> {

  /**
   * Does the work.
   *
   * @throws X if the work fails
   * @throws InterruptedException if the thread is cancelled or interrupted
   */
  void run() throws X, InterruptedException;

  /** {@return this work as work with a result, which is null} */
  default ThrowingSupplier<@Nullable Void, X> asSupplier() {
    return () -> {
      run();
      return null;
    };
  }
}

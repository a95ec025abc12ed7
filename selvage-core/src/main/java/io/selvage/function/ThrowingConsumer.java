package io.selvage.function;

/**
 * Takes an item; it may throw a checked exception and may be interrupted.
 *
 * @param <T> the type of the item
 * @param <X> the exception that it may throw; inferred as {@link RuntimeException} if no checked
 *     exception is thrown
 */
@FunctionalInterface
public interface ThrowingConsumer<T, X extends Exception> {

  /**
   * Takes an item.
   *
   * @param item the item
   * @throws X if that fails
   * @throws InterruptedException if the thread is cancelled or interrupted
   */
  void accept(T item) throws X, InterruptedException;
}

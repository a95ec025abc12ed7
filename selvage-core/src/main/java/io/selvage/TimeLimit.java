package io.selvage;

import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.support.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A time limit that ends with an exception; created by {@link CancelScope#failAfter}.
 *
 * {@snippet class="io.selvage.Snippets" region="failAfter"}
 *
 * <p>Each call has the whole time for itself. {@link CancelScope#moveOnAfter} has the same effect
 * without the exception.
 *
 * <p><b>Threads.</b> Any thread may use it, also several threads at the same time; it has no state.
 */
public final class TimeLimit {
  private final Duration timeout;

  TimeLimit(Duration timeout) {
    var unused = Durations.nanos(timeout, "timeout");
    this.timeout = timeout;
  }

  /**
   * Runs {@code body} with this time limit. When the time is over, everything below it is cancelled
   * and joined before the exception is thrown.
   *
   * @param <T> the type of the result
   * @param <X> what the body may throw
   * @param body the work
   * @return the result
   * @throws TimeoutException if the time was over first; its message names the wait that was
   *     cancelled
   * @throws X if the body does
   * @throws InterruptedException if an outer scope is cancelled, or the thread was interrupted from
   *     outside
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      ThrowingSupplier<? extends T, X> body) throws X, InterruptedException, TimeoutException {
    CancelScope scope = CancelScope.moveOnAfter(timeout);
    Optional<T> result = scope.call(body);
    return result.orElseThrow(() -> scope.timedOutAfter(timeout));
  }

  /**
   * Runs {@code body}, as {@link #call} does, without a result.
   *
   * @param <X> what the body may throw
   * @param body the work
   * @throws TimeoutException if the time was over first; its message names the wait that was
   *     cancelled
   * @throws X if the body does
   * @throws InterruptedException if an outer scope is cancelled, or the thread was interrupted from
   *     outside
   */
  public <X extends Exception> void run(ThrowingRunnable<X> body)
      throws X, InterruptedException, TimeoutException {
    CancelScope scope = CancelScope.moveOnAfter(timeout);
    if (!scope.run(body)) {
      throw scope.timedOutAfter(timeout);
    }
  }

  @Override
  public String toString() {
    return "TimeLimit[" + timeout + "]";
  }
}

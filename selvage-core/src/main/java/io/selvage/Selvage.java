package io.selvage;

import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.kernel.support.Durations;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The small operations that belong to no object: sleeping, checking for cancellation, calling
 * foreign code (code that is not part of the library).
 *
 * <p><b>Threads.</b> Any thread may call these, whether it is a task or not.
 */
public final class Selvage {
  private Selvage() {}

  /**
   * Sleeps. In a loop the other tasks run meanwhile.
   *
   * @param duration zero or more; zero is a {@link #checkpoint()}
   * @throws CancelledException if the thread is cancelled before or while it sleeps
   * @throws InterruptedException if the thread was interrupted from outside
   * @throws IllegalArgumentException if the duration is negative or longer than 100 years
   */
  public static void sleep(Duration duration) throws InterruptedException {
    long nanos = Durations.nanos(duration, "duration");
    if (nanos == 0) {
      checkpoint();
      return;
    }
    ThreadRecord self = ThreadRecord.current();
    self.begin("Selvage.sleep");
    var unused =
        new WaitNode(self, "Selvage.sleep", duration).await(self.scheduler().now() + nanos);
  }

  /**
   * Lets other tasks run, and throws if the thread is cancelled. Call it in long computations.
   *
   * @throws CancelledException if the thread is cancelled
   * @throws InterruptedException if the thread was interrupted from outside
   */
  public static void checkpoint() throws InterruptedException {
    ThreadRecord self = ThreadRecord.current();
    self.begin("Selvage.checkpoint");
    self.scheduler().letOthersRun(self);
    self.checkpoint();
  }

  /**
   * Throws if the thread is cancelled, and does nothing else.
   *
   * @throws CancelledException if the thread is cancelled
   * @throws InterruptedException if the thread was interrupted from outside
   */
  public static void throwIfCancelled() throws InterruptedException {
    ThreadRecord.current().begin("Selvage.throwIfCancelled");
  }

  /**
   * {@return whether the calling thread is effectively cancelled, so that its next operation that
   * may wait throws}
   */
  public static boolean isCancelled() {
    return ThreadRecord.current().region().cause() != null;
  }

  /**
   * Runs a call that blocks on a platform thread of the {@linkplain ThreadPool#shared() shared
   * pool}, and waits for it. In a loop the other tasks run meanwhile.
   *
   * {@snippet class="io.selvage.Snippets" region="blocking"}
   *
   * <p><b>Cancellation</b> interrupts the call and waits for it; a result that it returns anyway is
   * returned. For a call that must not be interrupted use {@link #callCancellable} inside of it.
   *
   * <p><b>Failure.</b> An exception of the call is thrown here, the same object; the place of this
   * call is added to it as a suppressed exception.
   *
   * <p>Inheritable thread-locals reach the call; see {@link ThreadPool}. Scoped values do so in a
   * {@link io.selvage.context.Carrying} block.
   *
   * @param <T> the type of the result
   * @param <X> what the call may throw
   * @param call the code to run
   * @return its result
   * @throws X if the call does
   * @throws CancelledException if the thread is cancelled, also on entry
   * @throws InterruptedException if the thread was interrupted from outside
   */
  public static <T extends @Nullable Object, X extends Exception> T callBlocking(
      ThrowingSupplier<? extends T, X> call) throws X, InterruptedException {
    return ThreadPool.shared().call(call);
  }

  /**
   * As {@link #callBlocking}, without a result.
   *
   * @param <X> what the call may throw
   * @param call the code to run
   * @throws X if the call does
   * @throws CancelledException if the thread is cancelled, also on entry
   * @throws InterruptedException if the thread was interrupted from outside
   */
  public static <X extends Exception> void runBlocking(ThrowingRunnable<X> call)
      throws X, InterruptedException {
    ThreadPool.shared().run(call);
  }

  /**
   * Runs a foreign call that has its own cancel operation, for example {@code Statement.cancel} in
   * JDBC: when the thread is cancelled, {@code canceller} is called instead of an interrupt.
   *
   * {@snippet class="io.selvage.Snippets" region="cancellable"}
   *
   * <p>The canceller is called when the thread is cancelled, and again until the call has returned:
   * 50 ms later, then after 100 ms, and so on, at most each second. For other intervals, or for a
   * canceller that must be called only once, use {@link Canceller}, which describes all details.
   *
   * @param <T> the type of the result
   * @param <X> what the call may throw
   * @param call the foreign call; runs on the calling thread
   * @param canceller cancels the call; runs on another thread, and may block and throw
   * @return the result of the call
   * @throws X if the call does and is not cancelled
   * @throws CancelledException if the thread is cancelled on entry, or the call failed because of
   *     the canceller
   * @throws InterruptedException if the thread was interrupted from outside
   */
  public static <T extends @Nullable Object, X extends Exception> T callCancellable(
      ThrowingSupplier<T, X> call, ThrowingRunnable<?> canceller) throws X, InterruptedException {
    Objects.requireNonNull(call, "call");
    return Canceller.of(Objects.requireNonNull(canceller, "canceller"))
        .callAs("Selvage.callCancellable", call);
  }

  /**
   * As {@link #callCancellable}, without a result.
   *
   * @param <X> what the call may throw
   * @param call the foreign call; runs on the calling thread
   * @param canceller cancels the call; runs on another thread, and may block and throw
   * @throws X if the call does and is not cancelled
   * @throws CancelledException if the thread is cancelled on entry, or the call failed because of
   *     the canceller
   * @throws InterruptedException if the thread was interrupted from outside
   */
  public static <X extends Exception> void runCancellable(
      ThrowingRunnable<X> call, ThrowingRunnable<?> canceller) throws X, InterruptedException {
    Objects.requireNonNull(call, "call");
    Canceller.of(Objects.requireNonNull(canceller, "canceller"))
        .runAs("Selvage.runCancellable", call);
  }
}

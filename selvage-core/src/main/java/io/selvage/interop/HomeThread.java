package io.selvage.interop;

import io.selvage.CancelScope;
import io.selvage.CancelledException;
import io.selvage.function.ThrowingRunnable;
import io.selvage.function.ThrowingSupplier;
import io.selvage.kernel.CurrentRecord;
import io.selvage.kernel.Log;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.Arguments;
import io.selvage.kernel.support.Handover;
import io.selvage.kernel.support.Handover.Captured;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that owns objects which no other thread may use, for example the thread of a user
 * interface. Other threads run code on it and wait for that code.
 *
 * {@snippet class="io.selvage.interop.InteropSnippets" region="home"}
 *
 * <p>For JavaFX it is {@code HomeThread.of("fx", Platform::runLater,
 * Platform::isFxApplicationThread)}.
 *
 * <p><b>Context.</b> Made inside of a {@link io.selvage.context.Carrying} block, it runs each call
 * in the context of its caller.
 *
 * <p><b>Threads.</b> Any thread may call.
 *
 * @apiNote A service with a loop has this built in: {@link
 *     io.selvage.service.LoopService#callSync(ThrowingSupplier)}.
 */
public final class HomeThread {
  private final String name;
  private final Executor executor;
  private final BooleanSupplier isHome;
  private final BiConsumer<String, Throwable> uncaught;
  private final @Nullable Handover handover;

  private HomeThread(
      String name,
      Executor executor,
      BooleanSupplier isHome,
      BiConsumer<String, Throwable> uncaught,
      @Nullable Handover handover) {
    this.name = name;
    this.executor = executor;
    this.isHome = isHome;
    this.uncaught = uncaught;
    this.handover = handover;
  }

  /**
   * {@return the thread on which an executor runs its commands}
   *
   * @param name of the thread, for messages; not empty
   * @param executor runs commands on that thread, in the order in which they were given
   * @param isHome returns whether the calling thread is that thread
   */
  public static HomeThread of(String name, Executor executor, BooleanSupplier isHome) {
    return new HomeThread(
        Arguments.name(name, "name"),
        Objects.requireNonNull(executor, "executor"),
        Objects.requireNonNull(isHome, "isHome"),
        (call, failure) ->
            Log.error(HomeThread.class, "failure of " + call + " that nobody can receive", failure),
        CurrentRecord.handover());
  }

  /**
   * {@return the same thread, with a handler for failures that no caller receives}
   *
   * <p>Without a handler they are logged to {@code io.selvage.interop.HomeThread}.
   *
   * @param handler gets the name of the call and its exception, on the home thread
   */
  public HomeThread withUncaughtHandler(BiConsumer<String, Throwable> handler) {
    return new HomeThread(
        name, executor, isHome, Objects.requireNonNull(handler, "handler"), handover);
  }

  /**
   * Runs a call on the home thread and waits for it. On the home thread itself the call runs
   * directly. In a loop the other tasks run meanwhile.
   *
   * <p><b>Cancellation.</b> If the calling thread is cancelled or interrupted, a call that has not
   * begun never begins. A call that has begun continues, and its failure goes to the {@linkplain
   * #withUncaughtHandler uncaught handler}. If the call has ended already, its result is returned.
   * A time limit is a scope around the call: {@link CancelScope#failAfter}.
   *
   * <p><b>Failure.</b> An exception of the call is thrown here, the same object; the place of this
   * call is added to it as a suppressed exception. But an {@link InterruptedException} always means
   * the calling thread.
   *
   * @param <T> the type of the result
   * @param <X> what the call may throw
   * @param call the code to run
   * @return its result
   * @throws X if the call does
   * @throws RejectedExecutionException if the executor rejects the call
   * @throws CancellationException if the home thread was interrupted, or cancelled, in the call
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <T extends @Nullable Object, X extends Exception> T callSync(ThrowingSupplier<T, X> call)
      throws X, InterruptedException {
    Objects.requireNonNull(call, "call");
    ThreadRecord.current().begin("HomeThread.callSync");
    if (isCurrent()) {
      return call.get();
    }
    HomeCall<T> pending = new HomeCall<>(carry(call), name + "/callSync", uncaught);
    executor.execute(pending);
    return pending.await("called on '" + name + "'");
  }

  /**
   * As {@link #callSync(ThrowingSupplier)}, without a result.
   *
   * @param <X> what the call may throw
   * @param call the code to run
   * @throws X if the call does
   * @throws RejectedExecutionException if the executor rejects the call
   * @throws CancellationException if the home thread was interrupted, or cancelled, in the call
   * @throws CancelledException if the calling thread is cancelled, also on entry
   * @throws InterruptedException if the calling thread was interrupted from outside
   */
  public <X extends Exception> void runSync(ThrowingRunnable<X> call)
      throws X, InterruptedException {
    Objects.requireNonNull(call, "call");
    this.<@Nullable Void, X>callSync(call.asSupplier());
  }

  /**
   * Runs a call on the home thread, later and in order even if this is the home thread, and does
   * not wait for it. Its failure goes to the {@linkplain #withUncaughtHandler uncaught handler}.
   * Works even if the caller is cancelled or interrupted.
   *
   * @param call the code to run
   * @throws RejectedExecutionException if the executor rejects the call
   */
  public void runSoon(ThrowingRunnable<? extends Exception> call) {
    Objects.requireNonNull(call, "call");
    Captured context = Handover.captureBy(handover);
    executor.execute(() -> runReporting(call, context));
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // reported; a thread of the program
  private void runReporting(
      ThrowingRunnable<? extends Exception> call, @Nullable Captured context) {
    try {
      if (context == null) {
        call.run();
      } else {
        Object unused = context.call(call.asSupplier()::get);
      }
    } catch (Throwable thrown) {
      uncaught.accept(name + "/runSoon", thrown);
    }
  }

  /** {@return a call that runs in the context of the calling thread, if that is carried} */
  private <T extends @Nullable Object> ThrowingSupplier<T, ? extends Exception> carry(
      ThrowingSupplier<T, ? extends Exception> call) {
    Captured context = Handover.captureBy(handover);
    return context == null ? call : () -> context.<T>call(call::get);
  }

  /** {@return whether the calling thread is the home thread} */
  public boolean isCurrent() {
    return isHome.getAsBoolean();
  }

  /** {@return the name} */
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return "HomeThread[" + name + "]";
  }
}

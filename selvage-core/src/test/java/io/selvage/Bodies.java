package io.selvage;

import io.selvage.function.ThrowingRunnable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** What the bodies of tasks do in many tests: they fail, or they sleep until they are cancelled. */
public final class Bodies {
  private Bodies() {}

  /**
   * Throws {@code failure}. The type of the result fits each body.
   *
   * @return never
   */
  @SuppressWarnings("TypeParameterUnusedInFormals") // fits each body
  public static <T, X extends Exception> T failWith(X failure) throws X {
    throw failure;
  }

  /** As {@link #failWith(Exception)}. */
  @SuppressWarnings("TypeParameterUnusedInFormals") // fits each body
  public static <T> T failWith(Error failure) {
    throw failure;
  }

  /**
   * Throws {@code failure} when {@code latch} is open, also if the thread is cancelled before.
   *
   * @return never
   */
  @SuppressWarnings("TypeParameterUnusedInFormals") // fits each body
  public static <T, X extends Exception> T failAfter(CountDownLatch latch, X failure) throws X {
    Threads.await(latch);
    throw failure;
  }

  /**
   * Sleeps until it is cancelled.
   *
   * @return never
   */
  @SuppressWarnings("TypeParameterUnusedInFormals") // fits each body
  public static <T> T never() throws InterruptedException {
    Selvage.sleep(Threads.LONG);
    throw new AssertionError("slept to the end");
  }

  /**
   * Sleeps until it is cancelled, and shows the cancellation to {@code seen} before it throws it.
   */
  public static void sleepUntilCancelled(Consumer<CancelledException> seen)
      throws InterruptedException {
    try {
      Selvage.sleep(Threads.LONG);
    } catch (CancelledException e) {
      seen.accept(e);
      throw e;
    }
  }

  /** Sleeps until it is cancelled, and throws {@code failure} in place of the cancellation. */
  public static <X extends Exception> void sleepThenFail(X failure) throws X, InterruptedException {
    try {
      Selvage.sleep(Threads.LONG);
    } catch (CancelledException e) {
      throw failure;
    }
  }

  /** Sleeps until it is cancelled, and cleans up. */
  public static <X extends Exception> void sleepThenCleanUp(ThrowingRunnable<X> cleanUp)
      throws X, InterruptedException {
    try {
      Selvage.sleep(Threads.LONG);
    } finally {
      cleanUp.run();
    }
  }

  /** Runs a group as the main task of a new loop. */
  public static void runInLoop(TaskGroup.VoidBody<?> body) throws Exception {
    new Loop().run(() -> TaskGroup.run(body));
  }
}

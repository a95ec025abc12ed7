package io.selvage.context;

import io.selvage.function.ThrowingRunnable;

/**
 * The values of one thread, captured by a {@link ContextCarrier}, in which work of another thread
 * runs.
 *
 * <p><b>Threads.</b> Used on the thread of the work. If one context is captured for several pieces
 * of work, several threads may use it at the same time.
 */
@FunctionalInterface
public interface CapturedContext {

  /**
   * Sets the values, runs {@code body}, and sets the values back, even if the body throws.
   *
   * <p>The body must be run exactly once, on the calling thread, before this returns. If it is not,
   * the work fails with an {@link IllegalStateException} that says so, even if this catches the
   * exception of the run that was refused. Do not catch exceptions of the body: they are those of
   * the work anyway.
   *
   * <p>If this throws, the work has failed with that exception. If the body had returned before,
   * its result is lost. If the body threw, the work fails with what the body threw, and the
   * exception of this is suppressed on it.
   *
   * @param body the work
   * @throws Exception if the body does, or if the values cannot be set
   */
  void run(ThrowingRunnable<Exception> body) throws Exception;
}

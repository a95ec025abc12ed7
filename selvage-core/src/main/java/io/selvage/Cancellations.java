package io.selvage;

import io.selvage.kernel.Region;
import io.selvage.kernel.support.ForeignThrowable;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Distinguishes cancellations, which arrive in several forms at the end of a region, from failures.
 * Never throws.
 */
final class Cancellations {
  private Cancellations() {}

  /**
   * {@return whether {@code thrown} is the cancellation of {@code region}}
   *
   * <p>The library's own exception counts if the region is effectively cancelled. An exception that
   * foreign code (code that is not part of the library) throws on interruption counts only if the
   * region has also interrupted the thread. An exception that an operation of the library has
   * thrown because of an interrupt from outside never counts.
   */
  static boolean isCancellation(Throwable thrown, Region region) {
    return isCancellation(thrown, region, region.wasInterrupted());
  }

  /**
   * {@return whether {@code thrown}, by the body of a task, is the cancellation of its root region}
   *
   * <p>The thread belongs to the task. So after an operation has reported the cancellation, the
   * task may end with any exception that means "interrupted": one that it has created itself, or a
   * translated one.
   */
  static boolean isCancellationOfTask(Throwable thrown, Region root) {
    return isCancellation(thrown, root, root.wasInterrupted() || root.wasReported());
  }

  private static boolean isCancellation(Throwable thrown, Region region, boolean anyShape) {
    if (region.cause() == null) {
      return false;
    }
    Throwable current = thrown;
    for (int depth = 0; current != null && depth < ForeignThrowable.MOST_CAUSES; depth++) {
      if (region.record().isOutsideInterrupt(current)) {
        return false;
      }
      if (current instanceof CancelledException || (anyShape && isInterruption(current))) {
        return true;
      }
      current = ForeignThrowable.causeOf(current);
    }
    return false;
  }

  /**
   * Uses no switch over types: its first use needs memory and stack, and this method is called at
   * the end of tasks.
   */
  private static boolean isInterruption(Throwable thrown) {
    if (thrown instanceof SocketTimeoutException) {
      return false;
    }
    if (thrown instanceof SocketException) {
      return "Closed by interrupt".equals(ForeignThrowable.messageOf(thrown));
    }
    return thrown instanceof InterruptedException
        || thrown instanceof ClosedByInterruptException
        || thrown instanceof InterruptedIOException;
  }
}

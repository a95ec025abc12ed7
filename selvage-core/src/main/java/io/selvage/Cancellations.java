package io.selvage;

import io.selvage.kernel.Region;
import io.selvage.kernel.support.ForeignThrowable;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Tells the shapes in which a cancellation arrives at the end of a region from failures. Never
 * throws.
 */
final class Cancellations {
  private Cancellations() {}

  /**
   * {@return whether {@code thrown} is the cancellation of {@code region}}
   *
   * <p>The library's own exception counts if the region is effectively cancelled. What foreign code
   * throws when it is interrupted counts only if, besides, the region did interrupt the thread.
   * What a Selvage operation threw because of an interrupt from outside never counts.
   */
  static boolean isCancellation(Throwable thrown, Region region) {
    return isCancellation(thrown, region, region.wasInterrupted());
  }

  /**
   * {@return whether {@code thrown}, by the body of a task, is the cancellation of its root region}
   *
   * <p>The thread is the task's own, so once an operation has told it, it may end by whatever says
   * "interrupted": an exception of its own making, or what it has been translated to.
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

  /** Without a switch over types: its first use needs memory and stack, and this is for ends. */
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

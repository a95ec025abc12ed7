package io.selvage;

import io.selvage.kernel.Region;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.List;

/** Tells the shapes in which a cancellation arrives at the end of a region from failures. */
final class Cancellations {
  /** How far causes are followed; also ends cycles. */
  private static final int MAX_DEPTH = 32;

  private Cancellations() {}

  /**
   * {@return whether {@code thrown} is the cancellation of {@code region}}
   *
   * <p>The library's own exception counts if the region is effectively cancelled. What foreign code
   * throws when it is interrupted counts only if, besides, the region did interrupt the thread.
   */
  static boolean isCancellation(Throwable thrown, Region region) {
    if (region.cause() == null) {
      return false;
    }
    Throwable current = thrown;
    for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
      if (current instanceof CancelledException
          || (region.wasInterrupted() && isInterruption(current))) {
        return true;
      }
      current = current.getCause();
    }
    return false;
  }

  private static boolean isInterruption(Throwable thrown) {
    return switch (thrown) {
      case InterruptedException e -> true;
      case ClosedByInterruptException e -> true;
      case SocketTimeoutException e -> false;
      case InterruptedIOException e -> true;
      case SocketException e -> "Closed by interrupt".equals(e.getMessage());
      default -> false;
    };
  }

  /**
   * {@return the failures that ride on a cancellation that is about to be absorbed: what its
   * clean-up threw}
   */
  static List<Throwable> ridingFailures(Throwable cancellation, Region region) {
    List<Throwable> found = new ArrayList<>(0);
    Throwable current = cancellation;
    for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
      for (Throwable suppressed : current.getSuppressed()) {
        if (!isCancellation(suppressed, region)) {
          found.add(suppressed);
        }
      }
      current = current.getCause();
    }
    return found;
  }

  /**
   * {@return whether {@code failure} is {@code thrown}, one of its causes, or suppressed on one of
   * those}
   */
  static boolean mentions(Throwable thrown, Throwable failure) {
    Throwable current = thrown;
    for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
      if (current == failure) {
        return true;
      }
      for (Throwable suppressed : current.getSuppressed()) {
        if (suppressed == failure || suppressed.getCause() == failure) {
          return true;
        }
      }
      current = current.getCause();
    }
    return false;
  }
}

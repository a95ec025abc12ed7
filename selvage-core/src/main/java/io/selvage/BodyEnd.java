package io.selvage;

import io.selvage.kernel.Region;
import io.selvage.kernel.support.ForeignThrowable;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * How the body of a task, a group, a scope or a cancellable call has ended. This is the only place
 * that decides what an exception means; the body's owner asks once, at the end of the body.
 */
enum BodyEnd {
  /*
   * A cancellation arrives in several forms. The library's own exception counts if the region is effectively cancelled. An exception that foreign
   * code (code that is not part of the library) throws on interruption counts only if the region has also interrupted the thread. An exception that
   * an operation of the library has thrown because of an interrupt from outside never counts.
   *
   * An error of the VM is a FAILURE, whether the body has thrown it or it ends the judgement: then the caller takes the body as failed.
   *
   * Whether an outer scope is cancelled may change until the region is left. So CancelScope.leave asks for atExit; nothing else changes.
   *
   * There is no switch over types or over these constants: its first use needs memory and stack, and all this is called at the end of tasks.
   */

  /** It returned. */
  RETURNED,

  /**
   * It returned although an operation had thrown the cancellation, and the interrupt flag is clear:
   * it has swallowed the cancellation.
   */
  SWALLOWED,

  /** It threw the cancellation of this region, and no visible outer scope is cancelled. */
  OWN_CANCELLATION,

  /** It threw the cancellation, and an outer scope is cancelled, which catches it later. */
  OUTER_CANCELLATION,

  /**
   * It threw an {@code InterruptedException} that is no cancellation of this region: the thread was
   * interrupted from outside.
   */
  OUTSIDE_INTERRUPT,

  /** It threw any other exception. */
  FAILURE;

  /** The maximum number of visited exceptions that are suppressed on one cancellation. */
  private static final int MOST_RIDING = 100_000;

  /** {@return how a body ended in {@code region} that has returned} */
  static BodyEnd ofReturn(Region region) {
    return region.wasReported() && !Thread.currentThread().isInterrupted() ? SWALLOWED : RETURNED;
  }

  /** {@return how a body ended in {@code region} that has thrown this} */
  static BodyEnd of(Throwable thrown, Region region) {
    return of(thrown, region, region.wasInterrupted());
  }

  /**
   * {@return how the body of a task ended that has thrown this}
   *
   * <p>The thread belongs to the task. So after an operation has reported the cancellation, the
   * task may end with any exception that means "interrupted": one that it has created itself, or a
   * translated one.
   */
  static BodyEnd ofTask(Throwable thrown, Region root) {
    return of(thrown, root, root.wasInterrupted() || root.wasReported());
  }

  private static BodyEnd of(Throwable thrown, Region region, boolean anyShape) {
    if (isCancellation(thrown, region, anyShape)) {
      return ofCancellation(region);
    }
    return thrown instanceof InterruptedException ? OUTSIDE_INTERRUPT : FAILURE;
  }

  private static BodyEnd ofCancellation(Region region) {
    return region.outerCancelled() ? OUTER_CANCELLATION : OWN_CANCELLATION;
  }

  /**
   * {@return the same end, as it is when the region is left: an outer scope may be cancelled now}
   */
  BodyEnd atExit(Region region) {
    return isCancellation() ? ofCancellation(region) : this;
  }

  boolean isCancellation() {
    return this == OWN_CANCELLATION || this == OUTER_CANCELLATION;
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

  /**
   * {@return whether the body knew of the cancellation of the region when it ended: an operation
   * has thrown it, or foreign code has cleared the library's interrupt}
   */
  static boolean knewOfCancellation(Region region) {
    return region.cause() != null
        && (region.wasReported()
            || (region.wasInterrupted() && !Thread.currentThread().isInterrupted()));
  }

  /**
   * {@return the failures that ride on a cancellation: the exceptions suppressed on it that are no
   * cancellation. Clean-up code has thrown them while the cancellation was passing}
   *
   * <p>If there are more than the maximum, the exception that holds the rest is the last one.
   */
  static List<Throwable> riding(Throwable cancellation, Region region) {
    List<Throwable> riding = new ArrayList<>(0);
    Set<Throwable> seen = ForeignThrowable.newSet();
    Deque<Throwable> left = new ArrayDeque<>();
    left.add(cancellation);
    for (Throwable next = left.poll(); next != null; next = left.poll()) {
      Throwable current = next;
      for (int depth = 0;
          current != null && depth < ForeignThrowable.MOST_CAUSES && seen.add(current);
          depth++) {
        if (seen.size() > MOST_RIDING) {
          riding.add(next);
          break;
        }
        for (Throwable suppressed : current.getSuppressed()) {
          if (!of(suppressed, region).isCancellation()) {
            riding.add(suppressed);
          } else if (!seen.contains(suppressed)) {
            left.add(suppressed);
          }
        }
        current = ForeignThrowable.causeOf(current);
      }
    }
    return riding;
  }
}

package io.selvage.kernel.support;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Suppresses failures on one exception, each that it does not mention yet. Used by one thread, for
 * one exception that nobody else changes meanwhile.
 */
public final class Suppression {
  /** So many one exception carries: a constant that is thrown for ever must not grow for ever. */
  private static final int MOST_SUPPRESSED = 1_000;

  private final Throwable carrier;
  private final Set<Throwable> mentioned = Collections.newSetFromMap(new IdentityHashMap<>());
  private int carried;

  public Suppression(Throwable carrier) {
    this.carrier = carrier;
    this.carried = carrier.getSuppressed().length;
    Throwable current = carrier;
    for (int depth = 0;
        current != null && depth < ForeignThrowable.MOST_CAUSES && mentioned.add(current);
        depth++) {
      for (Throwable suppressed : current.getSuppressed()) {
        mention(suppressed);
      }
      current = ForeignThrowable.causeOf(current);
    }
  }

  private void mention(Throwable suppressed) {
    mentioned.add(suppressed);
    Throwable cause = ForeignThrowable.causeOf(suppressed);
    if (cause != null) {
      mentioned.add(cause);
    }
  }

  /** {@return whether the exception is {@code failure}, or mentions it as a cause or suppressed} */
  public boolean mentions(Throwable failure) {
    return mentioned.contains(failure);
  }

  /**
   * Suppresses a failure, unless it is mentioned.
   *
   * @return false if the exception takes none, or no more: somebody else has to be told
   */
  public boolean add(Throwable failure) {
    if (mentions(failure)) {
      return true;
    }
    if (carried >= MOST_SUPPRESSED) {
      return false;
    }
    carrier.addSuppressed(failure);
    if (carrier.getSuppressed().length == carried) {
      return false; // it takes none
    }
    carried++;
    mention(failure);
    return true;
  }
}

package io.selvage.kernel.support;

import java.util.Set;

/**
 * Adds failures to one exception as suppressed exceptions, except those that it contains already.
 * Used by one thread, for one exception that no other thread changes meanwhile.
 */
public final class Suppression {
  /**
   * The maximum for one exception: a constant that is thrown repeatedly must not grow without
   * limit.
   */
  private static final int MOST_SUPPRESSED = 1_000;

  private final Throwable carrier;
  private final Set<Throwable> mentioned = ForeignThrowable.newSet();
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

  /**
   * {@return whether the exception is {@code failure}, or contains it as a cause or as suppressed}
   */
  public boolean mentions(Throwable failure) {
    return mentioned.contains(failure);
  }

  /**
   * Adds a failure as suppressed, unless the exception contains it already.
   *
   * @return false if the exception accepts none, or no more: then the caller must report the
   *     failure in another way
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
      return false; // the exception accepts none
    }
    carried++;
    mention(failure);
    return true;
  }
}

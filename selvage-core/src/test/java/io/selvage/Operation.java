package io.selvage;

import java.util.function.Supplier;

/**
 * An operation that {@link CancelCase} cancels.
 *
 * @param name what a failure calls it
 * @param waits what it waits for
 * @param fixture makes new objects for it
 */
public record Operation(String name, Waits waits, Supplier<Fixture> fixture) {

  /** Whether an operation waits for something, or only looks whether it is cancelled. */
  enum Waits {
    YES,
    NO,
    /**
     * In foreign code: its interrupt may come a moment behind the cancel, so nothing is promised on
     * entry.
     */
    FOREIGN,
    /** Until it is cancelled: it cannot happen. */
    FOR_EVER
  }

  public static Operation waiting(String name, Supplier<Fixture> fixture) {
    return new Operation(name, Waits.YES, fixture);
  }

  public static Operation looking(String name, Supplier<Fixture> fixture) {
    return new Operation(name, Waits.NO, fixture);
  }

  public static Operation endless(String name, Supplier<Fixture> fixture) {
    return new Operation(name, Waits.FOR_EVER, fixture);
  }

  public static Operation foreign(String name, Supplier<Fixture> fixture) {
    return new Operation(name, Waits.FOREIGN, fixture);
  }
}

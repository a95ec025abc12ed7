package io.selvage;

import java.util.function.Supplier;

/**
 * An operation that {@link CancelEverywhereTest} cancels.
 *
 * @param name what a failure calls it
 * @param waits what it waits for
 * @param fixture makes new objects for it
 */
record Operation(String name, Waits waits, Supplier<Fixture> fixture) {

  /** Whether an operation waits for something, or only looks whether it is cancelled. */
  enum Waits {
    YES,
    NO,
    /**
     * In foreign code: its interrupt may come a moment behind the cancel, so nothing is promised on
     * entry.
     */
    FOREIGN
  }

  static Operation waiting(String name, Supplier<Fixture> fixture) {
    return new Operation(name, Waits.YES, fixture);
  }

  static Operation looking(String name, Supplier<Fixture> fixture) {
    return new Operation(name, Waits.NO, fixture);
  }

  static Operation foreign(String name, Supplier<Fixture> fixture) {
    return new Operation(name, Waits.FOREIGN, fixture);
  }
}

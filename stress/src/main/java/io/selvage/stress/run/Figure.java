package io.selvage.stress.run;

import java.util.Locale;

/** What a part counts. */
public enum Figure {
  /** Orders of steps that were run: simulated ones, or those of model checking. */
  SCHEDULES,
  /** Tests that were run, each counted once. */
  TESTS,
  /** How many tests there are. */
  TESTS_KNOWN,
  /** Operations of the library that have ended, whatever their result. */
  OPERATIONS,
  /** Cancellations and interrupts that a thread has got. */
  DELIVERIES,
  /** Faults that were injected: cancels, interrupts, closes, failures, stops. */
  FAULTS,
  /** Items, replies or tasks that are missing. */
  LOST(true),
  /** Items or replies that came twice. */
  DOUBLED(true),
  /** Interrupts that have reached code behind their scope. */
  LEAKED(true),
  /** Results that are wrong in another way. */
  WRONG(true),
  /** The heap at the begin, after a collection, in KiB. */
  HEAP_BEGIN,
  /** The heap at the end, after a collection, in KiB. */
  HEAP_END,
  /** Threads at the begin, virtual ones included. */
  THREADS_BEGIN,
  /** Threads at the end. */
  THREADS_END;

  private final boolean mustBeZero;

  Figure() {
    this(false);
  }

  Figure(boolean mustBeZero) {
    this.mustBeZero = mustBeZero;
  }

  /** {@return whether a part fails if this is not zero} */
  public boolean mustBeZero() {
    return mustBeZero;
  }

  /** {@return the name in lines and tables} */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

package io.selvage.kernel;

import java.lang.System.Logger.Level;

/** The log of the library, {@code io.selvage}: the last receiver of failures. Never throws. */
public final class Log {
  private Log() {}

  /** Logs a failure. A log that cannot do that must not take the thread down that tells it. */
  public static void error(String message, Throwable failure) {
    if (failure instanceof SimulationAbandoned) {
      return; // how threads of a simulation end that has failed; that failure is told elsewhere
    }
    SimulatedMachine simulation = Step.possible() ? Inside.current() : null;
    if (simulation != null) {
      simulation.failUncaught(message, failure);
      return;
    }
    try {
      System.getLogger("io.selvage").log(Level.ERROR, message, Shortened.of(failure));
    } catch (Throwable broken) {
      // There is nobody left to tell.
    }
  }

  /**
   * Logs a warning without an exception. Not in simulations, which run the same program thousands
   * of times.
   */
  public static void warning(String message) {
    if (Step.possible() && Inside.current() != null) {
      return;
    }
    try {
      System.getLogger("io.selvage").log(Level.WARNING, message);
    } catch (Throwable broken) {
      // There is nobody left to tell.
    }
  }

  /** Logs a warning. */
  public static void warning(String message, Throwable about) {
    try {
      System.getLogger("io.selvage").log(Level.WARNING, message, Shortened.of(about));
    } catch (Throwable broken) {
      // There is nobody left to tell.
    }
  }

  /** Logs an error without an exception. */
  public static void error(String message) {
    try {
      System.getLogger("io.selvage").log(Level.ERROR, message);
    } catch (Throwable broken) {
      // There is nobody left to tell.
    }
  }
}

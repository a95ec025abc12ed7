package io.selvage.kernel;

import io.selvage.kernel.support.Shortened;
import io.selvage.kernel.support.SimulationAbandoned;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * The logs of the library, {@code io.selvage} and those below: the last receivers of failures. Each
 * is named after the public class that a record is about.
 *
 * <p>Never throws, and holds back our interrupts meanwhile: a log calls handlers of the program.
 *
 * <p>It is a {@link Logger} by type only, there are no objects of it: {@code java.util.logging}
 * leaves out the frames of such classes when it looks for the place that a record comes from.
 */
public abstract class Log implements Logger {
  private static final String ROOT = "io.selvage";

  private Log() {}

  /**
   * Logs a failure that nobody else hears of. In a simulation it fails the run instead.
   *
   * @param about the public class that it is about
   */
  public static void error(Class<?> about, String message, Throwable failure) {
    if (!failsSimulation(message, failure)) {
      write(null, about.getName(), Level.ERROR, message, failure);
    }
  }

  /** As {@link #error(Class, String, Throwable)}, about the library as a whole. */
  public static void error(String message, Throwable failure) {
    if (!failsSimulation(message, failure)) {
      write(null, ROOT, Level.ERROR, message, failure);
    }
  }

  /**
   * As {@link #error(Class, String, Throwable)}, to a logger of the program if there is one.
   *
   * @param given a logger of the program, or null for that of the class
   */
  public static void error(
      @Nullable Logger given, Class<?> about, String message, Throwable failure) {
    if (!failsSimulation(message, failure)) {
      write(given, about.getName(), Level.ERROR, message, failure);
    }
  }

  /**
   * Logs what is no failure of the program's code. In a simulation, which runs the same program
   * thousands of times and goes on, only a logger of the program is told.
   *
   * @param given a logger of the program, or null for that of the class
   * @param stack where something is, or null
   */
  public static void tell(
      @Nullable Logger given,
      Class<?> about,
      Level level,
      String message,
      @Nullable Throwable stack) {
    if (given == null && Step.simulating() && CurrentSimulation.current() != null) {
      return;
    }
    write(given, about.getName(), level, message, stack);
  }

  /**
   * Logs a warning without an exception. Not in simulations, which run the same program thousands
   * of times.
   */
  public static void warning(Class<?> about, String message) {
    if (!Step.simulating() || CurrentSimulation.current() == null) {
      write(null, about.getName(), Level.WARNING, message, null);
    }
  }

  /** Logs a warning. */
  public static void warning(Class<?> about, String message, Throwable stack) {
    write(null, about.getName(), Level.WARNING, message, stack);
  }

  private static boolean failsSimulation(String message, Throwable failure) {
    if (failure instanceof SimulationAbandoned) {
      return true; // how threads of a simulation end that has failed; that failure is told
      // elsewhere
    }
    Machine simulation = Step.simulating() ? CurrentSimulation.current() : null;
    if (simulation == null) {
      return false;
    }
    simulation.failUncaught(message, failure);
    return true;
  }

  /** Foreign code, that of the handlers, is called here and nowhere else. */
  private static void write(
      @Nullable Logger given,
      String name,
      Level level,
      String message,
      @Nullable Throwable thrown) {
    try {
      ThreadRecord self = ThreadRecord.known();
      boolean held = self != null && self.holdInterrupts();
      try {
        Logger logger = given == null ? System.getLogger(name) : given;
        if (thrown == null) {
          logger.log(level, message);
        } else {
          logger.log(level, message, Shortened.of(thrown));
        }
      } finally {
        if (self != null) {
          self.releaseInterrupts(held);
        }
      }
    } catch (Throwable broken) {
      // Logging itself has failed, as when the heap is full; there is nobody else to tell.
    }
  }
}

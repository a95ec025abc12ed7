package io.selvage.kernel;

import io.selvage.kernel.support.Shortened;
import io.selvage.kernel.support.SimulationAbandoned;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * The loggers of the library, {@code io.selvage} and those below: they receive the failures that no
 * other code receives. Each is named after the public class that a record is about.
 *
 * <p>Never throws. It holds back the library's interrupts during a call, because a logger calls
 * handlers of the program.
 *
 * <p>This class has the type {@link Logger} but no instances: {@code java.util.logging} skips the
 * frames of logger classes when it looks for the origin of a record.
 */
public abstract class Log implements Logger {
  private static final String ROOT = "io.selvage";

  private Log() {}

  /**
   * Logs a failure that no other code receives. In a simulation it fails the run instead.
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
   * Logs a record that is no failure of the program's code. In a simulation, which runs the same
   * program thousands of times, it is written only to a logger of the program.
   *
   * @param given a logger of the program, or null for that of the class
   * @param stack the place that the record is about, or null
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
      return true; // threads of a failed simulation end with this exception; the failure itself is
      // reported elsewhere
    }
    Machine simulation = Step.simulating() ? CurrentSimulation.current() : null;
    if (simulation == null) {
      return false;
    }
    simulation.failUncaught(message, failure);
    return true;
  }

  /** The only method that calls foreign code: the code of the handlers. */
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
      // Logging itself failed, for example because the heap is full; give up.
    }
  }
}

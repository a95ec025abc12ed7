package io.selvage.service;

import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Log;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.SimulationAbandoned;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The reports of a service to the program: its failures, and that it does not end. No method here
 * fails.
 */
final class ServiceLog {
  private static final long NEVER_ASKED = Long.MIN_VALUE;

  private final String name;
  private final Class<? extends Service> type;
  private final String kind;

  private volatile @Nullable BiConsumer<String, Throwable> handler; // set before the start
  private volatile System.@Nullable Logger logger; // set before the start
  private volatile @Nullable ThreadRecord record; // while the body runs; by the service thread
  private volatile long askedToStop = NEVER_ASKED; // when

  ServiceLog(String name, Class<? extends Service> type, boolean platform) {
    this.name = name;
    this.type = type;
    this.kind =
        type.getSimpleName() + (platform ? " on a platform thread" : " on a virtual thread");
  }

  void handleBy(BiConsumer<String, Throwable> newHandler) {
    handler = newHandler;
  }

  boolean hasHandler() {
    return handler != null;
  }

  void logTo(System.Logger newLogger) {
    logger = newLogger;
  }

  /** The body begins, or has ended: then null. */
  void runsOn(@Nullable ThreadRecord newRecord) {
    record = newRecord;
  }

  /** Records the time of the stop; the first call counts. */
  void asked() {
    if (askedToStop == NEVER_ASKED) {
      askedToStop = ThreadRecord.current().scheduler().now();
    }
  }

  // ---- failures

  /** Calls the handler, or logs; interrupts from the library are held back meanwhile. */
  void report(String what, Throwable thrown) {
    if (thrown instanceof SimulationAbandoned) {
      return;
    }
    BiConsumer<String, Throwable> receiver = handler;
    if (receiver == null) {
      logFailure(what, "", thrown);
      return;
    }
    ThreadRecord self = ThreadRecord.known();
    boolean held = self != null && self.holdInterrupts();
    try {
      receiver.accept(what, thrown);
    } catch (Throwable fromHandler) {
      suppressOn(fromHandler, thrown);
      logFailure(what, ", and of its handler", fromHandler);
    } finally {
      if (self != null) {
        self.releaseInterrupts(held);
      }
    }
  }

  /** Adds {@code later} to {@code first} as suppressed, unless there is no memory for that. */
  static void suppressOn(Throwable first, Throwable later) {
    try {
      if (first != later) {
        Exhaustion.point("Service: suppress");
        first.addSuppressed(later);
      }
    } catch (OutOfMemoryError full) {
      // the first one is thrown or logged without the other
    }
  }

  private void logFailure(String what, String whose, Throwable thrown) {
    String message;
    try {
      Exhaustion.point("Service.report");
      message = "failure of service " + what + whose;
    } catch (OutOfMemoryError full) {
      message = what;
    }
    Log.error(logger, type, message, thrown);
  }

  // ---- services that do not end

  /**
   * Logs the stack traces of the service.
   *
   * @param given a logger of the caller, or null for that of the service
   * @param howLong the caller has waited; may be empty
   */
  void tellWhere(
      System.@Nullable Logger given, Level level, String what, String howLong, CloseSignal scope) {
    ThreadRecord running = record;
    Log.tell(
        given == null ? logger : given,
        type,
        level,
        what + name + " (" + kind + ")" + howLong + "; " + asked(scope),
        running == null ? null : Whereabouts.of(name, running));
  }

  private String asked(CloseSignal scope) {
    long since = askedToStop;
    if (since == NEVER_ASKED) {
      return scope.reason().map(why -> "its scope was closed: " + why).orElse("not asked to stop");
    }
    long nanos = ThreadRecord.current().scheduler().now() - since;
    return "asked to stop "
        + TimeUnit.NANOSECONDS.toMillis(nanos)
        + " ms ago: "
        + scope.reason().orElse("?");
  }
}

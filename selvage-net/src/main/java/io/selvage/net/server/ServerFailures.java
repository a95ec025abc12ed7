package io.selvage.net.server;

import io.selvage.kernel.Log;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.SimulationAbandoned;
import java.lang.System.Logger.Level;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Where the failures go that a server survives: to the program's receiver, or to the log. */
final class ServerFailures {
  private final String server;
  private final @Nullable BiConsumer<String, Throwable> receiver;

  /**
   * @param server its name
   * @param receiver null for the log
   */
  ServerFailures(String server, @Nullable BiConsumer<String, Throwable> receiver) {
    this.server = server;
    this.receiver = receiver;
  }

  /**
   * Reports a failure. Never throws. The library does not interrupt the thread while the receiver
   * runs.
   *
   * @param name of the connection
   */
  void report(String name, Throwable failure) {
    if (failure instanceof SimulationAbandoned) {
      return;
    }
    if (receiver == null) {
      log(name, failure);
      return;
    }
    ThreadRecord self = ThreadRecord.current();
    boolean held = self.holdInterrupts();
    try {
      receiver.accept(name, failure);
    } catch (RuntimeException | Error thrown) {
      log(name, failure);
      if (thrown != failure) {
        log("the uncaught handler of server '" + server + "'", thrown);
      }
    } finally {
      self.releaseInterrupts(held);
    }
  }

  private static void log(String name, Throwable failure) {
    if (Connection.isCausedByPeer(failure)) {
      String reason = failure.getMessage() == null ? failure.toString() : failure.getMessage();
      Log.tell(null, Server.class, Level.DEBUG, name + ": " + reason, null);
    } else {
      Log.error(Server.class, "failure of " + name + ", which the server survives", failure);
    }
  }
}

package io.selvage;

import io.selvage.kernel.Log;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.Threads;
import io.selvage.kernel.support.SimulationAbandoned;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Reports failures that no other code can receive: to the group's handler, or to the log {@code
 * io.selvage.TaskGroup}, or to the log {@code io.selvage.CancelScope} if there is no task.
 *
 * <p>It has the type of a logger but no instances, as {@link Log}, and for the same reason.
 */
abstract class Uncaught implements System.Logger {
  private Uncaught() {}

  /** Logs a failure of the named task. */
  static void log(String name, Throwable failure) {
    Log.error(TaskGroup.class, message(name), failure);
  }

  private static String message(String name) {
    try {
      return "failure of " + name + forkedAt(name) + " that nobody can receive";
    } catch (Throwable noMemory) {
      return name;
    }
  }

  /** Returns the place where the task was forked, if it is the task of the calling thread. */
  private static String forkedAt(String name) {
    ThreadRecord self = ThreadRecord.known();
    if (self != null && self.task() instanceof Task<?> task && task.name().equals(name)) {
      StackTraceElement[] frames = FailureStory.callerFrames(task.forkSite());
      return frames.length == 0 ? "" : ", forked at " + frames[0] + ",";
    }
    return "";
  }

  /**
   * Reports the exceptions suppressed on a cancellation that a scope absorbs: failures of clean-up
   * code.
   */
  static void reportRiding(Throwable cancellation, Region region) {
    FailureSet riding = new FailureSet();
    riding.addRiding(null, BodyEnd.riding(cancellation, region));
    Task<?> task = (Task<?>) region.record().task();
    for (Throwable failure : riding.thrown()) {
      if (task == null) {
        logCleanUp(failure);
      } else {
        report(task.group().options, task.name(), failure);
      }
    }
  }

  private static void logCleanUp(Throwable failure) {
    String name = "the clean-up of a cancelled scope on " + Threads.nameOf(Thread.currentThread());
    Log.error(CancelScope.class, message(name), failure);
  }

  /** Reports to the handler of the group of the calling task, or else to the log. */
  static void report(ThreadRecord self, String name, Throwable failure) {
    if (self.task() instanceof Task<?> task) {
      report(task.group().options, name, failure);
    } else {
      log(name, failure);
    }
  }

  /** Reports to the handler of a group, while the library does not interrupt the calling thread. */
  static void report(GroupOptions group, String name, Throwable failure) {
    if (failure instanceof SimulationAbandoned) {
      return;
    }
    BiConsumer<String, Throwable> handler = group.uncaughtHandler();
    if (handler == null) {
      log(name, failure);
      return;
    }
    ThreadRecord self = ThreadRecord.known();
    boolean held = self != null && self.holdInterrupts();
    try {
      handler.accept(name, failure);
    } catch (Throwable thrown) {
      log(name, failure);
      if (thrown != failure) {
        log("the uncaught handler of group '" + group.name() + "'", thrown);
      }
    } finally {
      if (self != null) {
        self.releaseInterrupts(held);
      }
    }
  }

  /**
   * Logs one line about tasks that returned normally after an operation had reported their
   * cancellation, because no exception that leaves the group or loop names them.
   *
   * @param whose the group or loop
   * @param names the names of the first tasks; if there are none, nothing is logged
   * @param others how many there are besides
   */
  static void warnOfMisbehaved(String whose, List<String> names, long others) {
    if (!names.isEmpty()) {
      Log.warning(
          TaskGroup.class,
          "tasks of "
              + whose
              + " returned as if nothing had happened after they were told that they are cancelled: "
              + String.join(", ", names)
              + (others == 0 ? "" : " and " + others + " more")
              + "; let CancelledException pass, or set the interrupt flag again before returning");
    }
  }
}

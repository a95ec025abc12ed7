package io.selvage.kernel.simulation;

import io.selvage.kernel.CurrentSimulation;
import io.selvage.kernel.Log;
import io.selvage.kernel.Scheduler;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.support.SimulationAbandoned;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes the threads that the machine itself starts: for the body, for timers, for errands. */
final class OwnThreads {
  private final boolean platform;
  private final Scheduler scheduler;
  private final RunThreads threads;
  private final ReadyThreads ready;
  private final RunTermination end;

  OwnThreads(
      boolean platform,
      Scheduler scheduler,
      RunThreads threads,
      ReadyThreads ready,
      RunTermination end) {
    this.platform = platform;
    this.scheduler = scheduler;
    this.threads = threads;
    this.ready = ready;
    this.end = end;
  }

  /** {@return a new thread of the run, not yet started} */
  SimulatedThread make(String name, Runnable body, boolean daemon) {
    Thread.Builder builder = platform ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
    Work work = new Work(body);
    Thread thread = CurrentSimulation.makeThread(() -> builder.name(name).unstarted(work));
    ThreadRecord record = ThreadRecord.forThread(thread, scheduler, failed -> {});
    work.self = record;
    return threads.add(record, daemon);
  }

  /** Starts it; it can run then. */
  void start(SimulatedThread thread) {
    thread.record.thread().start();
    ready.add(thread);
  }

  private final class Work implements Runnable {
    private final Runnable body;
    private @Nullable ThreadRecord self; // set before the thread starts

    Work(Runnable body) {
      this.body = body;
    }

    @Override
    public void run() {
      ThreadRecord record = Objects.requireNonNull(self);
      try {
        if (record.begin()) {
          body.run();
        }
      } catch (SimulationAbandoned e) {
        // the run is over
      } catch (Throwable broken) {
        end.fail(broken); // a run must not succeed because the end of its body was not reported
      } finally {
        record.end();
      }
    }
  }

  /**
   * Runs an action on such a thread. No other code receives a failure of it: it goes to the log,
   * and that fails the run.
   */
  static void runGuarded(String message, Runnable action) {
    try {
      action.run();
    } catch (SimulationAbandoned e) {
      throw e;
    } catch (Throwable failure) {
      Log.error(message, failure);
    }
  }
}

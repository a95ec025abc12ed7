package io.selvage.kernel.simulation;

import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.simulation.SimulatedThread.State;
import java.util.ArrayList;
import java.util.List;

/** The threads of a run that have not ended, by number. Guarded by the turn. */
final class RunThreads {
  /*
   * The numbers are given in the order of the starts, so they are the same in each run of a schedule. RunTermination knows the same threads, but for
   * any thread, and until the last action of each.
   */
  private final Director director;
  private final RunTermination end;
  private final ReadyThreads ready;
  private final List<SimulatedThread> threads = new ArrayList<>();
  private int started;
  private int living; // without daemons

  RunThreads(Director director, RunTermination end, ReadyThreads ready) {
    this.director = director;
    this.end = end;
    this.ready = ready;
  }

  /** Adds a thread, before it starts. */
  SimulatedThread add(ThreadRecord record, boolean daemon) {
    ready.reserve(threads.size() + 1);
    SimulatedThread thread = new SimulatedThread(record, started++, daemon);
    record.setMachineState(thread);
    end.add(thread);
    threads.add(thread);
    if (!daemon) {
      living++;
      director.starts(thread);
    }
    return thread;
  }

  /** Removes a thread that could not be started. */
  void withdraw(SimulatedThread thread) {
    thread.state = State.ENDED;
    end.remove(thread);
    threads.remove(thread);
    living--;
  }

  /** Removes a thread that has done its work. Returns whether it was the last one. */
  boolean remove(SimulatedThread thread) {
    thread.state = State.ENDED;
    threads.remove(thread);
    if (thread.daemon) {
      return false;
    }
    director.ends(thread);
    return --living == 0;
  }

  /** {@return all of them; not to be kept} */
  Iterable<SimulatedThread> all() {
    return threads;
  }
}

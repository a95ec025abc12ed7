package io.selvage.kernel.simulation;

import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Waits for the end of a run, and fails a run that has no step for too long. On the thread that
 * runs the simulation.
 */
final class StallWatch {
  private static final long LONGEST_SLICE = TimeUnit.MILLISECONDS.toNanos(250);

  private final Director director;
  private final Turn turn;
  private final Steps steps;
  private final RunTermination end;

  StallWatch(Director director, Turn turn, Steps steps, RunTermination end) {
    this.director = director;
    this.turn = turn;
    this.steps = steps;
    this.end = end;
  }

  /**
   * Waits for the end. Real time is added up in small pieces, so that a pause of the whole process
   * does not count as a pause of a task.
   *
   * @param limit for how many nanoseconds of real time a thread may run without a step
   */
  void awaitEnd(long limit) throws InterruptedException {
    long slice = Math.min(limit / 4 + 1, LONGEST_SLICE);
    long seen = -1;
    long quiet = 0;
    long before = System.nanoTime();
    while (!end.await(slice)) {
      long now = System.nanoTime();
      quiet += Math.min(now - before, 2 * slice);
      before = now;
      if (end.isAbandoned()) {
        end.awaitAbandoned();
        return;
      }
      if (steps.count() != seen) {
        seen = steps.count();
        quiet = 0;
      } else if (quiet > limit) {
        SimulatedThread holder = Objects.requireNonNull(turn.holder());
        end.fail(director.stalled(holder));
        holder.record.thread().interrupt();
      }
    }
  }
}

package io.selvage.stress.soak;

import io.selvage.observe.Dump;
import io.selvage.stress.run.Figure;
import io.selvage.stress.run.PartRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * One round: all crews work for some time, then everything ends and is checked. No object of a
 * round outlives it.
 */
final class Round {
  private static final Duration LOOK = Duration.ofMillis(5);

  /** Longer than any worker needs to end. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final PartRun run;
  private final List<Crew> crews;
  private final SplittableRandom random;
  private final List<Worker> workers = new ArrayList<>();
  private final LongAdder begun = new LongAdder();
  private final LongAdder delivered = new LongAdder();
  private volatile boolean over;

  Round(PartRun run, List<Crew> crews, SplittableRandom random) {
    this.run = run;
    this.crews = crews;
    this.random = random;
  }

  /** Adds a worker; every other one has a virtual thread. */
  void worker(String name, Crew.Work work) {
    boolean virtual = workers.size() % 2 == 0;
    workers.add(new Worker(this, name, virtual, work, random.split()));
  }

  /** Runs for this time, and a little longer until all have ended. */
  void run(Duration time, Faults faults) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    crews.forEach(crew -> crew.join(this));
    workers.forEach(Worker::start);
    while (System.nanoTime() - end < 0) {
      faults.inject(this, run);
    }
    awaitProgress("at the end of a round");
    over = true;
    boolean allEnded = awaitWorkers();
    run.add(Figure.OPERATIONS, begun.sum());
    run.add(Figure.DELIVERIES, delivered.sum());
    if (allEnded) {
      for (Crew crew : crews) {
        crew.check(run);
      }
    }
  }

  private boolean awaitWorkers() throws InterruptedException {
    long limit = System.nanoTime() + PATIENCE.toNanos();
    for (Worker worker : workers) {
      while (!worker.join(LOOK)) {
        boolean unused = worker.cancel();
        if (System.nanoTime() - limit > 0) {
          run.add(Figure.LOST, 1);
          run.fail(worker + " has not ended");
          System.out.println(Dump.take().text());
          return false;
        }
      }
    }
    return true;
  }

  // ---- for the workers

  boolean isOver() {
    return over;
  }

  void began() {
    begun.increment();
  }

  /** A scope has ended, by a cancellation or an interrupt if {@code told}. */
  void ended(boolean told) {
    if (told) {
      delivered.increment();
    }
  }

  void failed(Worker worker, Throwable thrown) {
    run.add(Figure.WRONG, 1);
    run.fail(worker + ": " + thrown);
    thrown.printStackTrace(System.out);
  }

  // ---- for the faults

  Worker anyWorker(SplittableRandom from) {
    return workers.get(from.nextInt(workers.size()));
  }

  Crew anyCrew(SplittableRandom from) {
    return crews.get(from.nextInt(crews.size()));
  }

  /** Waits until each crew that can succeed has succeeded once more; fails if one does not. */
  void awaitProgress(String when) throws InterruptedException {
    long limit = System.nanoTime() + PATIENCE.toNanos();
    List<Long> before = crews.stream().map(Crew::successes).toList();
    for (int i = 0; i < crews.size(); i++) {
      Crew crew = crews.get(i);
      while (crew.canSucceed() && crew.successes() == before.get(i)) {
        if (System.nanoTime() - limit > 0) {
          run.add(Figure.LOST, 1);
          run.fail(crew + " does not go on " + when);
          System.out.println(Dump.take().text());
          return;
        }
        Thread.sleep(LOOK);
      }
    }
  }
}

package io.selvage.kernel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.selvage.stress.Model;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/** The protocol of {@link TurnScheduler}, as far as it goes without blocking. */
public final class TurnSchedulerStress {
  private TurnSchedulerStress() {}

  /** A thread that is over: starting and waking it does nothing. */
  private static final Thread OVER = over();

  /** No lambda: that would need this class, which is being initialized. */
  private static final class Nothing implements Runnable {
    @Override
    public void run() {}
  }

  private static Thread over() {
    Thread thread = Thread.ofPlatform().start(new Nothing());
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return thread;
  }

  static ThreadRecord started(Scheduler scheduler) {
    ThreadRecord task =
        ThreadRecord.forTask(
            OVER, scheduler, Model.record().root(), "a task of the loop", failure -> {});
    scheduler.start(task);
    return task;
  }

  private static String turn(ThreadRecord task) {
    return switch (task.turn) {
      case 0 -> "none";
      case 1 -> "queued";
      case 2 -> "holding";
      case 3 -> "woken";
      case 4 -> "given up";
      default -> throw new AssertionError("turn " + task.turn);
    };
  }

  /** HOLDING to GIVEN_UP against HOLDING to WOKEN: the task has its turn again in both orders. */
  @JCStressTest
  @Outcome(id = "holding", expect = ACCEPTABLE, desc = "The task goes on.")
  @Outcome(expect = FORBIDDEN, desc = "The wake-up was lost.")
  @State
  public static class SuspendOrReady {
    private final Scheduler scheduler = Scheduler.parallel().limited(1);
    private final ThreadRecord task = started(scheduler);

    @Actor
    public void waiter() {
      scheduler.suspend(task);
    }

    @Actor
    public void waker() {
      scheduler.ready(task);
    }

    @Arbiter
    public void check(L_Result r) {
      r.r1 = turn(task);
    }
  }

  /** The same with a second task that waits for the turn: exactly one of them has it. */
  @JCStressTest
  @Outcome(id = "holding, queued", expect = ACCEPTABLE, desc = "Woken before it gave up its turn.")
  @Outcome(id = "queued, holding", expect = ACCEPTABLE, desc = "The turn went on to the other.")
  @Outcome(expect = FORBIDDEN, desc = "Two turns, none, or a wake-up lost.")
  @State
  public static class SuspendOrReadyWithOther {
    private final Scheduler scheduler = Scheduler.parallel().limited(1);
    private final ThreadRecord task = started(scheduler);
    private final ThreadRecord other = started(scheduler);

    @Actor
    public void waiter() {
      scheduler.suspend(task);
    }

    @Actor
    public void waker() {
      scheduler.ready(task);
    }

    @Arbiter
    public void check(LL_Result r) {
      r.r1 = turn(task);
      r.r2 = turn(other);
    }
  }
}

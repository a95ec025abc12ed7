package io.selvage;

import io.selvage.Task.State;
import io.selvage.kernel.CancelCause;
import io.selvage.kernel.Exhaustion;
import io.selvage.kernel.Machine;
import io.selvage.kernel.Region;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.jvm.Timer;
import io.selvage.kernel.support.FieldHandle;
import io.selvage.kernel.support.SimulationAbandoned;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The run of one task: the work of its thread. It runs the body, judges how the body has ended, and
 * ends the task. If the thread never runs this, another thread ends the task.
 *
 * <p>It drops its references to the task at the end; otherwise an ended thread that is still
 * referenced would keep the task's result in memory.
 */
final class TaskRun<T extends @Nullable Object> implements Runnable, Consumer<Throwable> {
  /*
   * Protocol. One thread ends the task: its own thread; its forker, if the group is cancelled or there is no thread; or the thread that finds that
   * the task's thread never runs this (Watch). The fields are written by that thread, after the fork.
   *
   * The order of the end: note the failure in the group, publish the result, cancel the siblings, run the end actions, count the task as ended. So a
   * thread that joins the task gets the failure and not the cancellation that follows, and the group knows the failure before a joiner passes it on.
   * The task is counted as ended, whatever happens.
   *
   * The end, from the body's return until the task is counted as ended, works without any new memory: it continues if the heap is full. Only the
   * judgement of an exception needs memory; without it the task has failed with that exception. While the end calls foreign code (code that is not
   * part of the library), the library does not interrupt the thread.
   */
  private @Nullable Task<T> task;
  private @Nullable Callable<? extends T> body;
  private @Nullable TaskStatus<?> status;
  private @Nullable Watch watch; // for a thread from a factory of the user; written by the forker

  TaskRun(Task<T> task, Callable<? extends T> body, @Nullable TaskStatus<?> status) {
    this.task = task;
    this.body = body;
    this.status = status;
    if (status != null) {
      status.bind(task);
    }
  }

  /** The thread was created by foreign code, so a timer checks whether it runs this. */
  void watch(ThreadRecord record) {
    Watch watching = new Watch(this, task(), record);
    watch = watching;
    watching.begin();
  }

  private Task<T> task() {
    return Objects.requireNonNull(task, "a task runs once");
  }

  // ---- on the thread of the task

  @Override
  public void run() {
    if (watch != null && !watch.mayRun()) {
      return;
    }
    Task<T> mine = task();
    ThreadRecord self = mine.record();
    Region root = self.root();
    try {
      State how = runTo(mine, root);
      if (how != State.SUCCEEDED) {
        var unused = self.holdInterrupts(); // up to the end of the thread: foreign code is called
      }
      end(mine, how, root);
    } catch (SimulationAbandoned e) {
      // the simulation of the task is over
    } finally {
      self.end();
    }
  }

  /** Begins, runs the body and returns how it ended, even if there is no memory. */
  private State runTo(Task<T> mine, Region root) {
    try {
      return root.record().begin() ? runBody(mine, root) : mine.cancelled(root.cause());
    } catch (SimulationAbandoned e) {
      throw e;
    } catch (Throwable noThread) {
      return mine.failed(noThread, false);
    }
  }

  private State runBody(Task<T> mine, Region root) {
    mine.begun();
    Callable<? extends T> work = Objects.requireNonNull(body);
    try {
      T value = work.call();
      EnteredScope.refuseOpen(root.record(), root);
      if (BodyEnd.ofReturn(root) == BodyEnd.SWALLOWED) {
        mine.group().failures.addMisbehaved(mine);
      }
      return mine.succeeded(value);
    } catch (Throwable thrown) {
      return judge(mine, root, thrown);
    }
  }

  /**
   * If the judgement itself throws, for example because the heap is full, the task counts as
   * failed.
   */
  private static State judge(Task<?> mine, Region root, Throwable thrown) {
    boolean knew = false;
    try {
      Exhaustion.point("Task.end: failure");
      var unused = EnteredScope.unwind(root.record(), root, thrown);
      root.record().retract(root);
      FailureStory.tellJoined(mine, thrown);
      knew = BodyEnd.knewOfCancellation(root);
      return BodyEnd.ofTask(thrown, root).isCancellation()
          ? endOfCancelled(mine, root, thrown)
          : mine.failed(thrown, knew);
    } catch (Throwable bookkeeping) {
      return mine.failed(thrown, knew);
    }
  }

  /** A cancellation on which failures ride is a failure. */
  private static State endOfCancelled(Task<?> mine, Region root, Throwable cancellation) {
    FailureSet riding = new FailureSet();
    riding.addRiding(mine, BodyEnd.riding(cancellation, root));
    if (riding.isEmpty()) {
      return mine.cancelled(root.cause());
    }
    List<Throwable> all = riding.thrown();
    Throwable first = all.getFirst();
    mine.group().failures.suppress(first, all.subList(1, all.size()), mine.name());
    return mine.failed(first, true);
  }

  // ---- if the thread of the task does not run this

  /** The thread cannot be started. */
  @Override
  public void accept(Throwable noThread) {
    Task<T> mine = task;
    if (mine != null && (watch == null || watch.decide())) {
      endUnrun(mine, mine.failed(noThread, false));
    }
  }

  /** The group is cancelled, so the task never begins: its forker ends it. */
  void endCancelled(CancelCause why) {
    Task<T> mine = task();
    endUnrun(mine, mine.cancelled(why));
  }

  /** The thread was started, and does not run this: another thread detects that. */
  private void endNeverRun(ThreadRecord never, Throwable why) {
    Task<T> mine = task();
    try {
      endUnrun(mine, mine.failed(why, false));
    } finally {
      never.neverRan();
    }
  }

  private void endUnrun(Task<T> mine, State how) {
    ThreadRecord self = ThreadRecord.known();
    boolean held = self != null && self.holdInterrupts();
    try {
      end(mine, how, mine.root());
    } finally {
      if (self != null) {
        self.releaseInterrupts(held);
      }
    }
  }

  // ---- the end

  private void end(Task<T> mine, State how, Region root) {
    TaskStatus<?> starting = status;
    TaskGroup group = mine.group();
    task = null;
    body = null;
    status = null;
    try {
      if (starting != null) {
        starting.ended();
      }
      if (how == State.FAILED) {
        endFailed(mine, group.failures, mine.isSupervised() || isStarted(starting));
      } else if (how == State.CANCELLED) {
        group.failures.addCancelled();
      }
    } finally {
      try {
        mine.publish(how);
        mine.runEndActions();
      } finally {
        mine.detach();
        group.members.finish(root);
      }
    }
  }

  private static boolean isStarted(@Nullable TaskStatus<?> starting) {
    return starting != null && starting.isStarted();
  }

  private static void endFailed(Task<?> mine, GroupFailures failures, boolean ofGroup) {
    if (ofGroup) {
      mine.markObserved();
      failures.add(mine);
      mine.publish(State.FAILED);
      failures.cancelSiblingsOf(mine);
    } else {
      mine.publish(State.FAILED);
      failures.addUnobserved(mine);
    }
  }

  /**
   * Checks that a thread from a factory of the user runs its task. Such a thread may end without
   * running it, or pass the work to another thread. Then the task would never end, and its group
   * would wait for ever.
   */
  private static final class Watch implements Runnable {
    /*
     * Protocol.
     *
     *   decided   false ──the thread of the task begins its work; or this finds that it never will; or the task ends unstarted──▶
     *             true; CAS, so one of them ends the task. The others do nothing.
     *
     * A timer checks the thread: after 100 ms, then after twice as long, up to 10 s, until decided or until the task has ended. The timer is cancelled
     * when the work begins. A thread that is terminated and has not begun never will; its task is ended on another thread, because that runs foreign
     * code (code that is not part of the library). A thread that was started and is blocked before its work cannot be distinguished from a slow one.
     */
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final VarHandle DECIDED =
        FieldHandle.of(MethodHandles.lookup(), "decided", boolean.class);

    private final TaskRun<?> run;
    private final Task<?> task;
    private final ThreadRecord record;
    private long delay = FIRST_NANOS; // the timer only, one check at a time

    @SuppressWarnings("FieldCanBeFinal") // written through DECIDED
    private volatile boolean decided;

    private volatile @Nullable Timer timer;

    Watch(TaskRun<?> run, Task<?> task, ThreadRecord record) {
      this.run = run;
      this.task = task;
      this.record = record;
    }

    /**
     * Begins the checks, before the thread is started. Does nothing in a simulation, which detects
     * the problem itself.
     */
    void begin() {
      if (record.machine() == Machine.real()) {
        arm();
      }
    }

    private void arm() {
      timer = record.machine().callAt(record.scheduler().now() + delay, this);
      if (decided) {
        disarm();
      }
    }

    private void disarm() {
      Timer armed = timer;
      if (armed != null) {
        armed.cancel();
      }
    }

    /** {@return whether the caller must end the task, or run it} */
    boolean decide() {
      boolean first = DECIDED.compareAndSet(this, false, true);
      disarm();
      return first;
    }

    /**
     * Called when the work is run. {@return whether it may run: on the thread of the task, and not
     * too late}
     */
    boolean mayRun() {
      if (Thread.currentThread() == record.thread()) {
        return decide();
      }
      if (decide()) {
        end("handed its work to " + Thread.currentThread());
      }
      return false;
    }

    /** Runs on the thread of the timers, which must not be blocked. */
    @Override
    public void run() {
      if (decided || task.isDone()) {
        return; // or it was cancelled before it was started
      }
      if (record.thread().getState() != Thread.State.TERMINATED) {
        delay = Math.min(2 * delay, LONGEST_NANOS);
        arm();
      } else if (decide()) {
        record.machine().runDetached(() -> end("ended without running its work"));
      }
    }

    private void end(String what) {
      run.endNeverRun(
          record,
          new IllegalStateException(
              "thread "
                  + record.thread().getName()
                  + " of task '"
                  + task.name()
                  + "' "
                  + what
                  + "; the thread factory of its group must make threads that run what they are given"));
    }
  }
}

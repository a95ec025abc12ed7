package io.selvage;

import io.selvage.kernel.Machine;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.jvm.Timer;
import io.selvage.kernel.support.FieldHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a thread from a factory of the user runs its task. Such a thread may end without
 * running it, or pass the work to another thread. Then the task would never end, and its group
 * would wait for ever.
 */
final class StartWatch implements Runnable {
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

  private final Task<?> task;
  private final ThreadRecord record;
  private long delay = FIRST_NANOS; // the timer only, one check at a time

  @SuppressWarnings("FieldCanBeFinal") // written through DECIDED
  private volatile boolean decided;

  private volatile @Nullable Timer timer;

  StartWatch(Task<?> task, ThreadRecord record) {
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
    task.endNeverRun(
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

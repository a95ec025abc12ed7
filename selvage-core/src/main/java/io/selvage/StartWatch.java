package io.selvage;

import io.selvage.kernel.Machine;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.jvm.Timer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a thread that the user's own factory has made runs its task. Such a thread may end
 * without that, or hand the work to another one; then nobody would end the task, and its group
 * would wait for ever.
 */
final class StartWatch implements Runnable {
  /*
   * Protocol.
   *
   *   decided   false ──the thread of the task begins its work; or this finds that it never will; or the task ends unstarted──▶
   *             true; CAS, so one of them ends the task. The others do nothing.
   *
   * A timer looks at the thread: after 100 ms, then after twice as long, up to 10 s, until decided or until the task has
   * ended. It is taken back when the work begins. A thread that is terminated and has not begun never will; its task is ended on a thread apart, as that runs
   * foreign code. A thread that was started and is held up before its work cannot be told from a slow one.
   */
  private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final VarHandle DECIDED;

  static {
    try {
      DECIDED = MethodHandles.lookup().findVarHandle(StartWatch.class, "decided", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Task<?> task;
  private final ThreadRecord record;
  private long delay = FIRST_NANOS; // the timer only, one look after the other

  @SuppressWarnings("FieldCanBeFinal") // written through DECIDED
  private volatile boolean decided;

  private volatile @Nullable Timer timer;

  StartWatch(Task<?> task, ThreadRecord record) {
    this.task = task;
    this.record = record;
  }

  /** Begins to look; not in a simulation, which finds that itself. Before the thread is started. */
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

  /** {@return whether the caller is the one to end the task, or to run it} */
  boolean decide() {
    boolean first = DECIDED.compareAndSet(this, false, true);
    disarm();
    return first;
  }

  /**
   * The work is run. {@return whether that is right: on the thread of the task, and not too late}
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

  /** On the timer thread, which must not be held up. */
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

package io.selvage.stress;

import io.selvage.kernel.CancelCause;
import io.selvage.kernel.Region;
import io.selvage.kernel.Scheduler;
import io.selvage.kernel.ThreadRecord;

/** What the tests of the protocols have in common. */
public final class Model {
  /** A cause of cancellation. */
  public static final CancelCause CAUSE =
      new CancelCause() {
        @Override
        public String reason() {
          return "stress";
        }

        @Override
        public InterruptedException toException() {
          return new CancelledByTest();
        }
      };

  /** What {@link #CAUSE} looks like when it is thrown. */
  public static final class CancelledByTest extends InterruptedException {
    private static final long serialVersionUID = 1L;

    CancelledByTest() {
      super("cancelled: stress");
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // nothing to fill in: made by millions
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  private static final Region PARENT = ThreadRecord.current().root();
  private static final Object TASK = "task";

  private Model() {}

  /**
   * {@return the record of a task that waits by spinning, on a thread that never runs}
   *
   * <p>For tests of waits that look at no interrupt. The thread is a new one each time: a flag that
   * one state leaves set would be an interrupt from outside for the next one.
   */
  public static ThreadRecord record() {
    return record(new SpinScheduler());
  }

  /** {@return as {@link #record()}, with this scheduler} */
  public static ThreadRecord record(Scheduler scheduler) {
    Thread neverStarted = Thread.ofPlatform().unstarted(() -> {});
    return ThreadRecord.forTask(neverStarted, scheduler, PARENT, TASK, failure -> {});
  }

  /** {@return the record of a task that waits by spinning, on the calling thread} */
  public static ThreadRecord recordHere() {
    return ThreadRecord.forTask(
        Thread.currentThread(), new SpinScheduler(), PARENT, TASK, failure -> {});
  }
}

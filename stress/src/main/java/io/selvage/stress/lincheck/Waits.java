package io.selvage.stress.lincheck;

import io.selvage.kernel.Machine;
import io.selvage.kernel.Scheduler;
import io.selvage.kernel.ThreadRecord;
import io.selvage.kernel.WaitNode;
import io.selvage.stress.Model;
import io.selvage.stress.SpinScheduler;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * The waits of one program, none of which is without end. A call that is in a hurry withdraws its
 * wait at once; this races with the threads that would end it, as each cancel does. Any other call
 * withdraws its wait only if each thread waits or has made all of its calls: no thread is left that
 * could end it.
 */
final class Waits {
  private final int threads;
  private final int callsOfThread;
  private final AtomicIntegerArray calls;

  /** How many threads wait, or have made all of their calls. */
  private final AtomicInteger idle = new AtomicInteger();

  /** Waits of so many threads, each of which makes so many calls. */
  Waits(int threads, int callsOfThread) {
    this.threads = threads;
    this.callsOfThread = callsOfThread;
    calls = new AtomicIntegerArray(threads + 2); // from 1; the last one is for the calls at the end
  }

  /** A call begins: its record is that of the calling thread until the next one begins. */
  void begin(boolean hurried) {
    CallScheduler scheduler = new CallScheduler(hurried);
    ThreadRecord record = Model.record(scheduler);
    scheduler.record = record;
    record.begin();
  }

  /** A call ends. */
  void end(int thread) {
    if (calls.incrementAndGet(thread) == callsOfThread) {
      idle.incrementAndGet();
    }
  }

  /**
   * The scheduler of one call. Its wait is counted from its first park until its wake-up.
   *
   * <pre>
   *   RUNNING --its own thread parks-----------> COUNTED, and the count grows afterwards
   *   RUNNING --another thread decides it------> WOKEN, it is never counted
   *   COUNTED --the first to decide it---------> LEAVING, and the count falls afterwards
   *   LEAVING --the same thread, count changed-> WOKEN
   * </pre>
   *
   * The thread itself goes on only when it is WOKEN. If it went on before the count falls, it could
   * wait in its next call, and would be counted twice. The count may be too low for a moment, which
   * only delays a withdrawal.
   */
  private final class CallScheduler implements Scheduler {
    private static final int RUNNING = 0;
    private static final int COUNTED = 1;
    private static final int LEAVING = 2;
    private static final int WOKEN = 3;

    private final Machine machine = new SpinScheduler().machine();
    private final AtomicInteger state = new AtomicInteger(RUNNING);
    private final boolean hurried;
    private ThreadRecord record = ThreadRecord.current();

    CallScheduler(boolean hurried) {
      this.hurried = hurried;
    }

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // there may be fewer processors than threads
    public void park(WaitNode node, long deadline) {
      if (hurried) {
        record.root().cancel(Model.CAUSE);
        return;
      }
      if (state.compareAndSet(RUNNING, COUNTED)) {
        idle.incrementAndGet();
      }
      while (state.get() != WOKEN) {
        if (idle.get() >= threads && leave()) {
          record.root().cancel(Model.CAUSE);
          return;
        }
        Thread.yield();
      }
    }

    /** By the thread that has decided the wait, which is not idle itself. */
    @Override
    public void ready(ThreadRecord waiter) {
      if (!state.compareAndSet(RUNNING, WOKEN)) {
        leave();
      }
    }

    /** {@return whether this call was the first to end the count} */
    private boolean leave() {
      if (!state.compareAndSet(COUNTED, LEAVING)) {
        return false;
      }
      idle.decrementAndGet();
      state.set(WOKEN);
      return true;
    }

    @Override
    public Machine machine() {
      return machine;
    }

    @Override
    public void start(ThreadRecord task) {
      throw new UnsupportedOperationException("a call of these programs starts no task");
    }

    @Override
    public void ended(ThreadRecord task) {}

    @Override
    public void suspend(ThreadRecord self) {}

    @Override
    public boolean resumed(ThreadRecord self) {
      return false;
    }

    @Override
    public void letOthersRun(ThreadRecord self) {}
  }
}

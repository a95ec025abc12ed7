package io.selvage.kernel;

import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A platform thread that works for one after the other; see {@link Workers}. */
final class Worker extends Thread {
  /*
   * below, above: links of Workers.
   *
   * work is set by the borrower before launch; launched is what the thread waits for. It reads work behind launched and
   * clears both before it is idle again.
   */
  private final Workers workers;
  private final String idleName;
  private @Nullable Runnable work;
  private volatile boolean launched;

  // links of Workers, guarded by its lock
  boolean idle;
  @Nullable Worker below;
  @Nullable Worker above;

  Worker(Workers workers, long number) {
    super(null, null, "selvage-worker-" + number, 0, false);
    this.workers = workers;
    this.idleName = getName();
    setDaemon(true);
    forget();
  }

  void prepare(String name, @Nullable ClassLoader loader, Runnable newWork) {
    work = newWork;
    setName(name);
    setContextClassLoader(loader);
  }

  /** Has the thread run what it was borrowed for. */
  void launch() {
    launched = true;
    if (getState() == State.NEW) {
      start();
    } else {
      LockSupport.unpark(this);
    }
  }

  /** The thread is not needed after all. */
  void giveBack() {
    try {
      forget();
    } finally {
      if (getState() != State.NEW) {
        workers.rest(this);
        LockSupport.unpark(this); // its time may be over, and it waits for a launch only
      }
    }
  }

  @Override
  public void run() {
    do {
      var unused = Thread.interrupted(); // it was meant for who had the thread before
      Objects.requireNonNull(work).run();
      launched = false;
      forget();
      workers.rest(this);
    } while (awaitLaunch());
  }

  @SuppressWarnings("ThreadPriorityCheck") // it is none but the usual one
  private void forget() {
    work = null;
    setName(idleName);
    setContextClassLoader(null);
    setUncaughtExceptionHandler(null);
    setPriority(NORM_PRIORITY);
  }

  private boolean awaitLaunch() {
    long deadline = System.nanoTime() + workers.idleNanos();
    boolean borrowed = false;
    while (!launched) {
      // Nothing that may park, as a lock does, between the look at launched and the park: it would
      // use up the wake-up.
      long left = deadline - System.nanoTime();
      if (borrowed) {
        LockSupport.park(workers);
        borrowed = false; // or it was given back
      } else if (left > 0) {
        LockSupport.parkNanos(workers, left);
      } else if (workers.takeOut(this)) {
        return false;
      } else {
        borrowed = true;
      }
      var unused = Thread.interrupted(); // nobody has a reason, and park would not wait
    }
    return true;
  }
}

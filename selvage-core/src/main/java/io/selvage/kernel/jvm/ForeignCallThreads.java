package io.selvage.kernel.jvm;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which the library calls foreign code of its own accord: cancellers, reports.
 *
 * <p>That code may block, over a network for instance. One that does is to hold up neither the
 * others nor the program, and is not to cost a thread for each call either (decision 0036). They
 * are platform threads, because virtual ones may be starved by the very calls that are to be
 * cancelled.
 */
public final class ForeignCallThreads {
  /*
   * Protocol, under lock.
   *
   *   Errand.place   UNKNOWN ──prepare──▶ PREPARED ──run──▶ in the queue ──taken──▶ RUNNING ──its delay──▶ in the queue
   *                  all of them ──forget, or a run that says OVER──▶ FORGOTTEN
   *   threads        those that were started and have not ended: busy + waiting
   *   busy           have taken an errand
   *   waiting        look into the queue, wait, or were started to do so
   *   watched        one of them wakes up by itself when it may take the first errand; the others rest until they are called
   *
   * Who has done an errand takes the next one that is due. Who comes from waiting takes one
   *   - at once if nobody is busy;
   *   - if fewer than quick are busy, when the errand is late, and one thread each STEP;
   *   - otherwise when no errand was taken for the long patience.
   * So one thread does a burst of quick ones; ten thousand that block for 10 ms get 64 threads within 0.1 s; and if all of those
   * are blocked for good, a thread each second is added to them, up to most. When all of these are blocked, too, the queue waits
   * for one of them.
   *
   * Nothing is forgotten: while something is in the queue, there is somebody waiting, or there are most threads. Who puts
   * something in and who takes something out starts a thread if nobody is waiting; threads are started behind the lock.
   * If there is neither a platform thread nor a virtual one to be had, the busy ones do it, and everybody who comes by tries
   * again. That there is a thread at all is made sure of by prepare, before there is anything to lose. A waiting thread does
   * not end as the last one while errands are prepared.
   *
   * The queue has room for all that are prepared, so that nothing behind prepare needs memory.
   *
   * A forgotten errand is not begun any more; one that is running goes on to the end of its run.
   *
   * Check with: ForeignCallThreadsTest.
   */
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(1);

  /**
   * When there is to be one more thread.
   *
   * @param quick so many threads take what is late
   * @param most there are never more threads
   * @param patienceNanos an errand is late after this time
   * @param longPatienceNanos one more than {@code quick} takes something if nobody has for this
   *     time
   * @param idleNanos after which a thread without work ends
   */
  record Limits(int quick, int most, long patienceNanos, long longPatienceNanos, long idleNanos) {}

  private final Limits limits;
  private final ThreadFactory factory;
  private final BiConsumer<String, Throwable> failures;
  private final Runnable work = this::work; // no memory for it when a thread is to be started
  private final KernelLock lock = new KernelLock();

  // guarded by lock
  private final Condition watcher = lock.newCondition();
  private final Condition rest = lock.newCondition();
  private final ErrandQueue queue = new ErrandQueue();
  private int prepared;
  private int threads;
  private int waiting;
  private boolean watched;
  private long lastTaken; // when an errand was taken
  private long lastJoined; // when one was taken by somebody who had been waiting

  /**
   * Creates one without threads.
   *
   * @param limits when there is to be one more
   * @param factory makes them
   */
  ForeignCallThreads(Limits limits, ThreadFactory factory, BiConsumer<String, Throwable> failures) {
    this.limits = limits;
    this.factory = factory;
    this.failures = failures;
    this.lastTaken = System.nanoTime();
    this.lastJoined = lastTaken;
  }

  /**
   * {@return the threads of the process}
   *
   * @param failures told what foreign code has thrown
   */
  public static ForeignCallThreads ofProcess(BiConsumer<String, Throwable> failures) {
    return new ForeignCallThreads(
        new Limits(
            64,
            256,
            TimeUnit.MILLISECONDS.toNanos(5),
            TimeUnit.SECONDS.toNanos(1),
            TimeUnit.SECONDS.toNanos(5)),
        Daemons.factory("selvage-apart-"),
        failures);
  }

  /** Makes room and a thread for an errand. Until it is forgotten it can be run without memory. */
  public void prepare(Errand errand) {
    boolean needsThread;
    lock.lock();
    try {
      queue.reserve(prepared + 1);
      prepared++;
      errand.place = Errand.PREPARED;
      needsThread = threads == 0 && addWaiting();
    } finally {
      lock.unlock();
    }
    startThread(needsThread);
  }

  /** Runs an errand, unless it has been run. Never throws, waits for nothing. */
  public void run(Errand errand) {
    boolean needsThread;
    lock.lock();
    try {
      if (errand.place != Errand.PREPARED) {
        return;
      }
      queue.add(errand, System.nanoTime());
      callWatcher(errand);
      needsThread = callSomebody();
    } finally {
      lock.unlock();
    }
    startThread(needsThread);
  }

  /** Runs {@code action} once. It may fail if the heap is full. */
  public void run(Runnable action) {
    Errand errand = Errand.once(action);
    prepare(errand);
    run(errand);
  }

  /** An errand is not begun from here on. Never throws; a second call does nothing. */
  public void forget(Errand errand) {
    boolean needsThread;
    lock.lock();
    try {
      drop(errand);
      needsThread = threads == 0 && !queue.isEmpty() && addWaiting();
    } finally {
      lock.unlock();
    }
    startThread(needsThread);
  }

  private void drop(Errand errand) {
    if (errand.place == Errand.UNKNOWN || errand.place == Errand.FORGOTTEN) {
      return;
    }
    if (errand.place >= 0) {
      queue.remove(errand);
    }
    errand.place = Errand.FORGOTTEN;
    prepared--;
  }

  // ---- enough threads

  /** Something was put into the queue: who watches the first one looks again if it is that. */
  private void callWatcher(Errand errand) {
    if (watched && errand.place == 0) {
      watcher.signal();
    }
  }

  /** Somebody is to watch the queue. Returns whether a thread is to be started for that. */
  private boolean callSomebody() {
    if (watched || queue.isEmpty()) {
      return false;
    }
    if (waiting == 0) {
      return addWaiting();
    }
    rest.signal();
    return false;
  }

  private boolean addWaiting() {
    if (threads == limits.most()) {
      return false;
    }
    threads++;
    waiting++;
    return true;
  }

  private void startThread(boolean needed) {
    if (needed && !startPlatform() && !startVirtual()) {
      lock.lock();
      try {
        threads--;
        waiting--;
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean startPlatform() {
    try {
      factory.newThread(work).start();
      return true;
    } catch (Throwable noThread) {
      return false;
    }
  }

  /** It may be starved, but the alternative is that nobody is told. */
  private boolean startVirtual() {
    try {
      Thread thread =
          Thread.ofVirtual()
              .name("selvage-apart")
              .inheritInheritableThreadLocals(false)
              .unstarted(work);
      thread.setContextClassLoader(null);
      thread.start();
      return true;
    } catch (Throwable noThread) {
      return false;
    }
  }

  // ---- the threads

  private void work() {
    Errand errand = takeFirst();
    while (errand != null) {
      startThread(leavesMore());
      long delay = runGuarded(errand);
      errand = takeNext(errand, delay);
    }
  }

  private @Nullable Errand takeFirst() {
    lock.lock();
    try {
      return await(false);
    } finally {
      lock.unlock();
    }
  }

  private boolean leavesMore() {
    lock.lock();
    try {
      return callSomebody();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Errand takeNext(Errand done, long delay) {
    lock.lock();
    try {
      waiting++;
      if (delay < 0) {
        drop(done);
      } else if (done.place == Errand.RUNNING) {
        queue.add(done, System.nanoTime() + delay);
        callWatcher(done);
      }
      return await(true);
    } finally {
      lock.unlock();
    }
  }

  /** Never throws, and leaves nothing of the errand on the thread. */
  private long runGuarded(Errand errand) {
    long delay = Errand.OVER;
    try {
      delay = errand.run();
    } catch (Throwable failure) {
      failures.accept("a report failed", failure);
    }
    Thread self = Thread.currentThread();
    if (self.getContextClassLoader() != null) {
      self.setContextClassLoader(null);
    }
    var unused = Thread.interrupted();
    return delay;
  }

  /**
   * Returns what the calling thread, which is counted as waiting, is to do; null if it is to end.
   *
   * @param comesFromWork whether it has just done an errand
   */
  private @Nullable Errand await(boolean comesFromWork) {
    boolean ready = comesFromWork;
    long idleLeft = limits.idleNanos();
    while (true) {
      long now = System.nanoTime();
      if (!queue.isEmpty()) {
        long wait = queue.firstDue() - now;
        if (wait <= 0 && !ready) {
          wait = untilJoining(now);
        }
        if (wait <= 0) {
          return take(now, ready);
        }
        if (!watched) {
          watched = true;
          long unused = await(watcher, wait);
          watched = false;
          ready = false;
          continue;
        }
      }
      ready = false;
      if (idleLeft > 0) {
        idleLeft = await(rest, idleLeft);
      } else if (waiting > 1 || (prepared == 0 && queue.isEmpty())) {
        waiting--;
        threads--;
        return null;
      } else {
        idleLeft = limits.idleNanos();
      }
    }
  }

  /** How long a thread that was waiting is to leave the first errand to those that are busy. */
  private long untilJoining(long now) {
    int busy = threads - waiting;
    if (busy == 0) {
      return 0;
    }
    long late = now - queue.firstDue();
    if (busy < limits.quick()) {
      return Math.max(limits.patienceNanos() - late, STEP - (now - lastJoined));
    }
    return limits.longPatienceNanos() - Math.min(late, now - lastTaken);
  }

  private Errand take(long now, boolean comesFromWork) {
    waiting--;
    lastTaken = now;
    if (!comesFromWork) {
      lastJoined = now;
    }
    return queue.poll();
  }

  /** Returns how much of the time is left. */
  @SuppressWarnings({"InterruptedExceptionSwallowed", "WaitNotInLoop"}) // nobody has a reason
  private static long await(Condition condition, long nanos) {
    try {
      return condition.awaitNanos(nanos);
    } catch (InterruptedException e) {
      return nanos;
    }
  }

  /** {@return how many threads there are; for tests} */
  int threads() {
    lock.lock();
    try {
      return threads;
    } finally {
      lock.unlock();
    }
  }
}
